//! `kvs list`.

use crate::project::Project;

const TOPICS: &[&str] = &[
    "gpus",
    "models",
    "policies",
    "timings",
    "metrics",
    "expectations",
    "arrivals",
    "rates",
    "lengths",
    "sessions",
    "formats",
    "units",
    "keys",
    "codes",
];

#[test]
fn every_topic_is_named_and_lists_something() {
    let project = Project::new();
    let topics = project.kvs(["list"]).exits(0).stdout;
    for topic in TOPICS {
        assert!(topics.contains(topic), "{topics}");
        let listed = project.kvs(["list", topic]).exits(0).stdout;
        assert!(listed.lines().count() > 2, "{topic}: {listed}");
    }
}

#[test]
fn entries_carry_their_arguments_units_and_defaults() {
    let project = Project::new();
    project.kvs(["list", "policies"]).says("p2c [choices 2]");
    project.kvs(["list", "metrics"]).says("latency_ms").says("reject_rate");
    project.kvs(["list", "keys"]).says("max_retries").says("[2]");
    project.kvs(["list", "units"]).says("GiB");
}

#[test]
fn an_unknown_topic_is_a_usage_error_that_names_one_near_it() {
    Project::new().kvs(["list", "polices"]).exits(2).warns("policies");
}
