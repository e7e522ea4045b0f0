//! Each exit code of the interface, and that no flag changes one.

use crate::check::failing;
use crate::project::{FIRST, Project, finish};

/// Flags that change what is printed or how it is run, and nothing else.
const FLAGS: &[&[&str]] = &[
    &["--quiet"],
    &["--error-format", "concise"],
    &["--error-format", "json"],
    &["--color", "always"],
    &["--max-errors", "1"],
    &["-j", "3"],
    &["--fail-fast"],
    &["--seeds", "2"],
    &["--allow-outside"],
    &["--unreferenced", "ignore"],
];

/// The code without flags and with each.
#[track_caller]
fn check(project: &Project, paths: &[&str], code: i32) {
    let _ = project.kvs(["check"].iter().chain(paths)).exits(code);
    for flags in FLAGS {
        let _ = project.kvs(["check"].iter().chain(paths).chain(*flags)).exits(code);
    }
}

#[test]
fn all_passed_is_0() {
    check(&Project::first(), &[], 0);
}

#[test]
fn a_failed_expectation_or_snapshot_is_1() {
    check(&Project::new().with("slow.kvs", failing()), &[], 1);
    check(
        &Project::new().with("none.kvs", FIRST.replace("p99_ttft_ms ==", "p99_ttft_ms after 1 h ==")),
        &[],
        1,
    );
    let missing = Project::first();
    std::fs::create_dir(missing.path("snapshots")).expect("writable");
    let ended = finish(missing.command().env("CI", "true").arg("check"));
    let _ = ended.exits(1);
}

#[test]
fn wrong_usage_is_2() {
    check(&Project::first(), &["--partition", "hash:3/2"], 2);
}

#[test]
fn a_wrong_scenario_is_3() {
    check(&Project::new().with("wrong.kvs", "nonsense").with("slow.kvs", failing()), &[], 3);
}

#[test]
fn nothing_selected_is_4() {
    check(&Project::first(), &["--filter", "nowhere"], 4);
    check(&Project::new(), &[], 4);
}

#[test]
fn what_cannot_be_read_is_5() {
    check(&Project::new().with("wrong.kvs", "nonsense").with("slow.kvs", failing()), &[".", "gone.kvs"], 5);
}

#[cfg(debug_assertions)]
#[test]
fn a_bug_of_ours_is_70_and_the_other_cases_are_reported() {
    let project = Project::first().with("wrong.kvs", "nonsense").with("other.kvs", FIRST);
    for flags in FLAGS {
        let arguments = ["check", ".", "gone.kvs"].iter().chain(*flags);
        let _ = finish(project.command().args(arguments).env("KVS_CRASH_IN", "other.kvs")).exits(70);
    }
    finish(project.command().args(["check", "first.kvs", "other.kvs"]).env("KVS_CRASH_IN", "other.kvs"))
        .exits(70)
        .warns("pass  first.kvs")
        .warns("this is a bug in kvs")
        .ends("1 passed, 0 failed, 0 no data, 1 crashed");
}
