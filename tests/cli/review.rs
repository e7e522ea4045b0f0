//! `kvs review`, `accept`, `reject`, `pending`, and `--unreferenced`.

use std::io::Write as _;
use std::process::Stdio;

use crate::project::{FIRST, Finished, Project, finish};

const NAMES: [&str; 3] = ["a", "b", "c"];

fn slower() -> String {
    FIRST.replace("decode 500 tok/s", "decode 400 tok/s").replace("== 750", "== 875")
}

/// Three cases with snapshots, each with a pending change.
fn waiting() -> Project {
    let mut project = Project::new();
    for name in NAMES {
        project = project.with(&format!("scenarios/{name}.kvs"), FIRST);
    }
    let _ = project.kvs(["check", "--update"]).exits(0);
    for name in NAMES {
        project.write(&format!("scenarios/{name}.kvs"), slower());
    }
    let _ = project.kvs(["check"]).exits(1);
    project
}

/// The pending snapshots, by the first letter of their files.
fn pending(project: &Project) -> String {
    let files = project.files("snapshots").into_iter().filter(|file| file.ends_with(".new"));
    files.map(|file| file["snapshots/".len()..].chars().take(1).collect::<String>()).collect()
}

/// Whether a case has its new numbers on record.
fn is_accepted(project: &Project, name: &str) -> bool {
    project.read(&format!("snapshots/{name}.snap")).contains("875")
}

fn review(project: &Project, keys: &str) -> Finished {
    let mut child = project
        .command()
        .args(["review"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    child.stdin.take().expect("piped").write_all(keys.as_bytes()).expect("the review reads");
    let output = child.wait_with_output().expect("ours");
    Finished {
        code: output.status.code().expect("not killed"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

#[test]
fn each_is_accepted_rejected_or_skipped() {
    let project = waiting();
    review(&project, "a\nr\nx\ns\n")
        .exits(0)
        .says("1 accepted, 1 rejected, 1 skipped")
        .says("1/3  scenarios/a.kvs")
        .says("    p99_latency_ms                  750 ms →      875 ms  +16.7%");
    assert_eq!(pending(&project), "c");
    assert!(is_accepted(&project, "a") && !is_accepted(&project, "b") && !is_accepted(&project, "c"));
    let _ = project.kvs(["check", "scenarios/a.kvs"]).exits(0);
}

#[test]
fn a_key_in_upper_case_is_for_all_that_follow() {
    let project = waiting();
    review(&project, "s\nA\n").exits(0).says("2 accepted, 0 rejected, 1 skipped");
    assert_eq!(pending(&project), "a");
    review(&project, "R\n").exits(0).says("0 accepted, 1 rejected, 0 skipped");
    assert_eq!(pending(&project), "");
    review(&project, "").exits(0).warns("nothing is pending");
}

#[test]
fn where_the_answers_end_the_rest_is_skipped() {
    let project = waiting();
    review(&project, "a\n").exits(0).says("1 accepted, 0 rejected, 2 skipped");
    assert_eq!(pending(&project), "bc");
}

#[test]
fn accept_writes_what_update_would() {
    let (accepted, updated) = (waiting(), waiting());
    accepted.kvs(["accept"]).exits(0).says("3 accepted");
    let _ = updated.kvs(["check", "--update"]).exits(0);
    assert_eq!(accepted.files("snapshots"), updated.files("snapshots"));
    for name in accepted.files("snapshots") {
        assert_eq!(accepted.read(&name), updated.read(&name), "{name}");
    }
    let _ = accepted.kvs(["check"]).exits(0);
}

#[test]
fn files_and_filters_choose_what_is_decided() {
    let project = waiting();
    project.kvs(["accept", "scenarios/b.kvs"]).exits(0).says("1 accepted");
    assert_eq!(pending(&project), "ac");
    project.kvs(["reject", "scenarios", "--filter", "a.kvs"]).exits(0).says("1 rejected");
    assert_eq!(pending(&project), "c");
    project.kvs(["accept", "--filter", "nowhere"]).exits(4).warns("kvs pending");
    assert_eq!(pending(&project), "c");
}

#[test]
fn pending_lists_for_people_and_programs() {
    let project = waiting();
    let listed = project.kvs(["pending"]).exits(0).stdout;
    assert_eq!(listed.lines().next(), Some("scenarios/a.kvs  snapshots/a.snap.new"));
    let lines = project.kvs(["pending", "--json"]).exits(0).stdout;
    let objects: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(objects.len(), 3);
    assert_eq!(objects[0]["snapshot"], "snapshots/a.snap");
    assert!(objects[0]["old"].as_str().expect("text").contains("750"));
    assert!(objects[0]["new"].as_str().expect("text").contains("875"));
    assert_eq!(project.kvs(["pending", "--json"]).stdout, lines, "looking changes nothing");
}

#[test]
fn in_ci_nothing_is_decided() {
    let project = waiting();
    for command in ["accept", "reject", "review"] {
        finish(project.command().env("CI", "1").arg(command)).exits(2).warns("`CI`");
    }
    assert_eq!(pending(&project), "abc");
    let _ = finish(project.command().env("CI", "1").arg("pending")).exits(0);
}

#[test]
fn unreferenced_snapshots_are_named_refused_or_deleted() {
    let project = waiting();
    std::fs::remove_file(project.path("scenarios/b.kvs")).expect("there");
    let _ = project.kvs(["accept", "--filter", "[ac].kvs"]).exits(0);
    project.kvs(["check"]).exits(0).warns("b.snap` is the snapshot of no case").warns("b.snap.new`");
    project.kvs(["check", "--unreferenced=ignore"]).exits(0).leaves_out("no case");
    project.kvs(["check", "--unreferenced=reject"]).exits(1).warns("error: `snapshots/b.snap`");
    project.kvs(["check", "scenarios/a.kvs", "--unreferenced=delete"]).exits(0);
    assert!(project.exists("snapshots/b.snap"), "a file alone shows no case that is gone");
    project.kvs(["check", "--unreferenced=delete"]).exits(0).warns("deleted");
    assert_eq!(project.files("snapshots"), ["snapshots/a.snap", "snapshots/c.snap"]);
    let _ = finish(project.command().env("CI", "1").args(["check", "--unreferenced=delete"])).exits(2);
}

#[test]
fn within_the_tolerance_of_the_scenario_the_stored_text_stays() {
    let with = |rate: &str, tolerance: &str| {
        let text = FIRST.replace("decode 500", &format!("decode {rate}"));
        text.replace("expect p99_latency_ms == 750", &format!("run {{ snapshot_tolerance {tolerance} }}"))
    };
    let project = Project::new().with("first.kvs", with("500", "1%"));
    let _ = project.kvs(["check", "--update"]).exits(0);
    let stored = project.read("snapshots/root__first.snap");
    project.write("first.kvs", with("501", "1%"));
    let _ = project.kvs(["check"]).exits(0);
    let _ = project.kvs(["check", "--update"]).exits(0);
    assert_eq!(project.read("snapshots/root__first.snap"), stored);
    project.write("first.kvs", with("501", "0.01%"));
    let _ = project.kvs(["check"]).exits(1).warns("E0803");
}
