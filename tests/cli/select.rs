//! Which cases `kvs check` runs: `--failed`, `--partition`, and flags together.

use std::fs;

use crate::check::{MATRIX, failing};
use crate::project::{FIRST, Finished, Project, finish};

/// Two files that pass, one that fails, and three cases of a matrix.
fn suite() -> Project {
    Project::new()
        .with("scenarios/a.kvs", FIRST)
        .with("scenarios/b.kvs", failing())
        .with("scenarios/c.kvs", FIRST)
        .with("scenarios/m.kvs", MATRIX)
}

#[track_caller]
fn listed(project: &Project, arguments: &[&str]) -> Vec<String> {
    let finished = project.kvs(["check", "--list"].iter().chain(arguments));
    assert!([0, 4].contains(&finished.code), "{finished:#?}");
    finished.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn failed_runs_what_failed_until_it_holds() {
    let project = suite();
    let _ = project.kvs(["check", "--failed"]).exits(4).warns("no case failed");
    let _ = project.kvs(["check"]).exits(1);
    assert_eq!(listed(&project, &["--failed"]), ["scenarios/b.kvs"]);
    let _ = project.kvs(["check", "scenarios/a.kvs"]).exits(0);
    let _ = project.kvs(["check", "--failed"]).exits(1).ends("0 passed, 1 failed, 0 no data");
    project.write("scenarios/b.kvs", FIRST);
    let _ = project.kvs(["check", "--failed"]).exits(0).ends("1 passed, 0 failed, 0 no data");
    let _ = project.kvs(["check", "--failed"]).exits(4);
}

#[test]
fn a_file_that_could_not_be_compiled_has_failed() {
    let project = suite();
    project.write("scenarios/m.kvs", "nonsense");
    let _ = project.kvs(["check"]).exits(3);
    project.write("scenarios/m.kvs", MATRIX);
    project.write("scenarios/b.kvs", FIRST);
    let _ = project.kvs(["check", "--failed"]).exits(0).ends("4 passed, 0 failed, 0 no data");
    assert_eq!(listed(&project, &["--failed"]), [""; 0]);
}

#[test]
fn what_failed_is_kept_where_git_does_not_look_and_not_in_ci() {
    let project = suite();
    finish(project.command().env("CI", "1").arg("check")).exits(1);
    assert!(!project.exists(".kvs"), "in CI nothing is written");
    let _ = project.kvs(["check"]).exits(1);
    assert_eq!(project.files(".kvs"), [".kvs/.gitignore", ".kvs/failed.json"]);
    assert_eq!(project.read(".kvs/.gitignore"), "*\n");
}

#[test]
fn an_unreadable_or_unwritable_list_changes_nothing_else() {
    let project = suite();
    project.write(".kvs/failed.json", "[");
    project.kvs(["check"]).exits(1).warns("note: ").warns("delete it");
    assert_eq!(listed(&project, &["--failed"]), ["scenarios/b.kvs"], "it is written anew");
    fs::remove_dir_all(project.path(".kvs")).expect("ours");
    project.write(".kvs", "a file");
    project.kvs(["check", "scenarios/a.kvs"]).exits(0).ends("1 passed, 0 failed, 0 no data");
    project.kvs(["check"]).exits(1).warns("which cases failed is not remembered");
}

/// As `kvs trace fit --out` writes it, and a scenario that uses it.
#[test]
fn a_file_found_without_a_cluster_is_for_others_to_use() {
    let workload =
        "workload w { arrivals constant; rate 1 req/s; prompt constant 9; output constant 9; requests 9 }";
    let cluster = "gpu g { vram 24 GB; prefill 1000 tok/s; decode 100 tok/s }
model m { kv_bytes_per_token 2 KiB }
cluster { serves m; gpus g x 1 }";
    let project = Project::new()
        .with("lib/w.kvs", format!("param n = 9\n{workload}\n"))
        .with("lib/uses.kvs", format!("use \"w.kvs\"\n{cluster}\nexpect finished == 9\n"));
    let _ = project.kvs(["check", "lib"]).exits(0).ends("1 passed, 0 failed, 0 no data");
    let named = ["check", "lib", "lib/w.kvs"];
    let _ = project.kvs(named).exits(3).warns("there is no `cluster`");
    let _ = project.kvs(["run", "lib/w.kvs"]).exits(3).warns("there is no `cluster`");
    project.write("lib/w.kvs", workload.replace("constant 9", "constant 9 GB"));
    project.kvs(["check", "lib"]).exits(3).warns("lib/w.kvs:1:");
    project.write("lib/w.kvs", format!("{workload}\nexpect finished == 9\n"));
    project.kvs(["check", "lib"]).exits(3).warns("there is no `cluster`");
}

#[test]
fn shares_are_the_whole_and_each_case_is_in_one() {
    let project = suite();
    let whole = listed(&project, &[]);
    assert_eq!(whole.len(), 6);
    for kind in ["hash", "slice"] {
        for n in [1, 2, 3, 7] {
            let mut union: Vec<String> = Vec::new();
            for share in 1..=n {
                union.extend(listed(&project, &["--partition", &format!("{kind}:{share}/{n}")]));
            }
            union.sort();
            assert_eq!(union, whole, "{kind} {n}");
        }
    }
}

#[test]
fn a_hash_keeps_cases_in_their_shares_when_others_go() {
    let project = suite();
    let before = listed(&project, &["--partition", "hash:1/2"]);
    fs::remove_file(project.path("scenarios/a.kvs")).expect("there");
    let after = listed(&project, &["--partition", "hash:1/2"]);
    let left: Vec<&String> = before.iter().filter(|id| *id != "scenarios/a.kvs").collect();
    assert_eq!(after.iter().collect::<Vec<_>>(), left);
}

#[test]
fn flags_that_choose_work_together() {
    let project = suite();
    let filtered = |share: &str| listed(&project, &["--filter", "m.kvs", "--partition", share]);
    assert_eq!(filtered("slice:1/2"), ["scenarios/m.kvs[n=1]", "scenarios/m.kvs[n=3]"]);
    assert_eq!(filtered("slice:2/2"), ["scenarios/m.kvs[n=2]"]);
    project.kvs(["check", "--partition", "slice:7/7"]).exits(4).warns("no case is in partition `slice:7/7`");
    project.kvs(["check", "--partition", "hash:0/2"]).exits(2).warns("`hash:k/n`");
}

#[test]
fn seeds_of_one_case_run_in_parallel_and_are_reported_in_order() {
    let seeds = FIRST.replace(
        "trace { r1 0 500 200 }",
        "workload w { arrivals poisson; rate 5 req/s; prompt constant 9; output constant 9; requests 20 }",
    );
    let seeds = seeds
        .replace("expect p99_latency_ms == 750", "expect p99_latency_ms < 1")
        .replace("expect p99_ttft_ms == 250", "");
    let project = Project::new().with("s.kvs", seeds);
    let run = |jobs: &str| -> Finished { project.kvs(["check", "--seeds", "12", "-j", jobs]).exits(1) };
    assert_eq!(run("1").stderr, run("4").stderr);
    let _ = run("4").warns("in 0 of 12 runs");
}
