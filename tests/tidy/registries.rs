//! What runs can execute is used by a scenario: an entry without one is neither taught nor tested end to end.

use std::collections::BTreeSet;

use kvs::model::Spec;
use kvs::{engine, metrics, policy, workload};

use crate::{files_below, nothing_breaks, read};

/// Every word of every scenario, comments left out.
fn words_of_scenarios() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for path in files_below("scenarios", "kvs") {
        for line in read(&path).lines() {
            let statement = line.split('#').next().unwrap_or("");
            let parts = statement.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
        }
    }
    words
}

fn unused(set: &str, specs: impl Iterator<Item = &'static Spec>, words: &BTreeSet<String>) -> Vec<String> {
    let missing = specs.filter(|spec| !words.contains(spec.name));
    missing.map(|spec| format!("{set} {}", spec.name)).collect()
}

#[test]
fn every_choice_that_runs_is_used_by_a_scenario() {
    let words = words_of_scenarios();
    let unused = [
        unused("routing", policy::routing::specs(), &words),
        unused("decode_routing", policy::decode_routing::specs(), &words),
        unused("scheduling", policy::scheduling::specs(), &words),
        unused("reservation", policy::reservation::specs(), &words),
        unused("memory_pressure", policy::memory_pressure::specs(), &words),
        unused("eviction", policy::eviction::specs(), &words),
        unused("preemption", policy::preemption::specs(), &words),
        unused("timing", engine::timings(), &words),
        unused("arrivals", workload::arrivals::specs(), &words),
        unused("rate", workload::rates::specs().filter(|spec| spec.name != "constant"), &words),
        unused("distribution", workload::lengths::specs(), &words),
        unused("lengths", workload::lengths::pairs(), &words),
        unused("format", workload::formats::specs(), &words),
    ];
    nothing_breaks("a registry entry that no scenario uses", &unused.concat());
}

#[test]
fn every_metric_that_runs_is_expected_by_a_scenario() {
    let words = words_of_scenarios();
    let mut unused = Vec::new();
    for (pattern, _) in metrics::patterns() {
        let names: Vec<String> = match pattern.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((prefixes, name)) => prefixes.split('|').map(|prefix| format!("{prefix}{name}")).collect(),
            None => vec![pattern.clone()],
        };
        if !names.iter().any(|name| words.contains(name)) {
            unused.push(pattern);
        }
    }
    nothing_breaks("a metric that no scenario expects anything of", &unused);
}

#[test]
fn names_are_written_one_way_and_described() {
    let mut odd = Vec::new();
    let all = policy::routing::specs()
        .chain(policy::decode_routing::specs())
        .chain(policy::scheduling::specs())
        .chain(policy::eviction::specs())
        .chain(workload::arrivals::specs())
        .chain(workload::rates::specs())
        .chain(workload::lengths::specs())
        .chain(workload::formats::specs())
        .chain(engine::timings());
    for spec in all {
        let texts =
            spec.arguments.iter().map(|field| (field.name, field.summary)).chain([(spec.name, spec.summary)]);
        for (name, summary) in texts {
            let is_snake =
                name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == 'N');
            if !is_snake || summary.is_empty() || summary.ends_with('.') {
                odd.push(format!("{}: `{name}`: `{summary}`", spec.name));
            }
        }
    }
    nothing_breaks("names are snake_case, summaries are there and have no final stop", &odd);
}
