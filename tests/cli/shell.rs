//! What holds for every subcommand: usage, streams, pipes, colors, environment.

use std::io::Read as _;
use std::process::Stdio;

use crate::project::{FIRST, Project, finish};

#[test]
fn wrong_usage_is_exit_2() {
    let project = Project::first();
    for arguments in [
        &["chekc"][..],
        &["check", "--jobs", "0"],
        &["check", "--seeds", "0"],
        &["run", "first.kvs", "--seed", "18446744073709551615"],
        &["check", "--set", "n"],
        &["check", "--no-such-flag"],
        &["check", "--update", "--list"],
        &["run"],
        &[],
    ] {
        let finished = project.kvs(arguments).exits(2);
        assert!(finished.stdout.is_empty(), "{arguments:?}: {finished:#?}");
        assert!(!finished.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn numbers_out_of_range_are_answered_with_the_range() {
    let project = Project::first();
    project.kvs(["run", "first.kvs", "--seed", "-1"]).exits(2).warns("'-1'").warns("a whole number from 0");
    for jobs in ["0", "1025", "100000"] {
        project.kvs(["check", "-j", jobs]).exits(2).warns("a number of parallel runs from 1 to 1024");
    }
    project.kvs(["run", "first.kvs", "--seeds", "10001"]).exits(2).warns("1..=10000");
}

#[test]
fn help_and_version_are_results() {
    let project = Project::new();
    for subcommand in ["check", "run", "list", "explain"] {
        project.kvs(["--help"]).exits(0).says(subcommand);
        project.kvs([subcommand, "--help"]).exits(0).says("Usage: kvs");
    }
    project.kvs(["--help"]).says("Exit codes:");
    project.kvs(["--version"]).exits(0).says(concat!("kvs ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_closed_pipe_does_not_panic() {
    let project = Project::new();
    let mut child = project
        .command()
        .args(["list", "metrics"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut stderr).expect("text");
    assert_eq!(child.wait().expect("ours").code(), Some(0));
    assert_eq!(stderr, "");
}

#[test]
fn colors_are_only_where_they_are_wanted() {
    let project = Project::new().with("slow.kvs", FIRST.replace("== 750", "< 700"));
    let colored = |finished: crate::project::Finished| finished.stderr.contains('\u{1b}');
    assert!(!colored(project.kvs(["check"])), "a pipe is no terminal");
    assert!(colored(project.kvs(["check", "--color", "always"])));
    assert!(colored(finish(project.command().arg("check").env("CLICOLOR_FORCE", "1"))));
    assert!(colored(finish(project.command().arg("check").env("KVS_COLOR", "always"))));
    let both = ["check", "--color", "never"];
    assert!(!colored(finish(project.command().args(both).env("CLICOLOR_FORCE", "1"))));
}

#[test]
fn flags_can_come_from_the_environment() {
    let project = Project::first();
    let quiet = finish(project.command().arg("check").env("KVS_QUIET", "1")).exits(0);
    assert_eq!(quiet.stderr, "");
    let nothing = finish(project.command().arg("check").env("KVS_FILTER", "nowhere"));
    let _ = nothing.exits(4);
    let flag_wins =
        project.command().args(["check", "--filter", "first"]).env("KVS_FILTER", "nowhere").output();
    assert!(flag_wins.expect("the binary starts").status.success());
}

#[test]
fn diagnostics_are_capped_on_request() {
    let mistakes = "gpu a { vran 1 GB }\ngpu b { vran 1 GB }\ngpu c { vran 1 GB }\n";
    let project = Project::new().with("wrong.kvs", mistakes);
    let count = |arguments: &[&str]| {
        let stderr = project.kvs(arguments).exits(3).stderr;
        (stderr.matches("error[").count(), stderr)
    };
    let (all, _) = count(&["check", "--error-format", "concise"]);
    let (one, text) = count(&["check", "--error-format", "concise", "--max-errors", "1"]);
    assert!(all >= 3 && one == 1, "{all} {one}");
    assert!(text.contains("more, not shown"), "{text}");
}

#[test]
fn a_file_that_is_not_text_is_named_with_the_place() {
    Project::new()
        .with("bytes.kvs", b"# ok\n\xff")
        .kvs(["check", "--error-format", "concise"])
        .exits(3)
        .warns("bytes.kvs:2:1: error[")
        .warns("invalid byte at offset 5");
}
