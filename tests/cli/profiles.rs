//! `kvs.toml`: what flags say unless they are given, which of several sayings wins, and what may not be said there.

use crate::project::{FIRST, Finished, Project, finish};

/// Several seeds give other limits than one: which of them ran is seen in the line of the case.
fn project(text: &str) -> Project {
    Project::first().with("kvs.toml", text)
}

/// How many seeds ran, as the JSON report tells.
#[track_caller]
fn n_seeds(project: &Project, arguments: &[&str], variables: &[(&str, &str)]) -> usize {
    let mut command = project.command();
    command.args(["check", "--report", "json=out.json"]).args(arguments).envs(variables.iter().copied());
    let _ = finish(&mut command).exits(0);
    let report: serde_json::Value = serde_json::from_str(&project.read("out.json")).expect("JSON");
    let n_seeds =
        report["cases"][0]["expectations"][0]["runs"].as_u64().unwrap_or_else(|| panic!("{report:#}"));
    usize::try_from(n_seeds).expect("small")
}

#[test]
fn a_flag_wins_over_its_variable_over_a_profile_over_a_default() {
    let project = project("[defaults]\nseeds = 2\n[profile.more]\nseeds = 3\n");
    assert_eq!(n_seeds(&project, &[], &[]), 2);
    assert_eq!(n_seeds(&project, &["--profile", "more"], &[]), 3);
    assert_eq!(n_seeds(&project, &[], &[("KVS_PROFILE", "more")]), 3);
    assert_eq!(n_seeds(&project, &["--profile", "more"], &[("KVS_SEEDS", "4")]), 4);
    assert_eq!(n_seeds(&project, &["--profile", "more", "--seeds", "5"], &[("KVS_SEEDS", "4")]), 5);
}

#[test]
fn a_table_of_a_command_is_for_that_command_and_a_profile_wins_over_it() {
    let project = project("[defaults]\nseeds = 2\n[defaults.check]\nseeds = 3\n[profile.one]\nseeds = 1\n");
    assert_eq!(n_seeds(&project, &[], &[]), 3);
    assert_eq!(n_seeds(&project, &["--profile", "one"], &[]), 1);
    project.kvs(["run", "first.kvs"]).exits(0).says("over 2 runs");
}

#[test]
fn a_list_is_a_flag_given_several_times_and_a_flag_takes_its_place() {
    let project = project("[profile.ci]\nreport = [\"junit=out/junit.xml\", \"markdown=out/summary.md\"]\n");
    let _ = project.kvs(["check"]).exits(0);
    assert_eq!(project.files("out"), [""; 0]);
    let _ = project.kvs(["check", "--profile", "ci", "--report", "github=out/lines.txt"]).exits(0);
    assert_eq!(project.files("out"), ["out/lines.txt"]);
    let _ = project.kvs(["check", "--profile", "ci"]).exits(0);
    assert_eq!(project.files("out"), ["out/junit.xml", "out/lines.txt", "out/summary.md"]);
}

#[test]
fn a_switch_is_set_and_its_variable_clears_it() {
    let project = project("[defaults]\nquiet = true\n");
    assert_eq!(project.kvs(["check"]).exits(0).stderr, "");
    let loud = finish(project.command().arg("check").env("KVS_QUIET", "0")).exits(0);
    let _ = loud.warns("pass  first.kvs");
}

#[test]
fn how_diagnostics_are_written_is_a_setting_too() {
    let project = Project::new().with("wrong.kvs", "gpu a { vran 1 GB }\n");
    project.write("kvs.toml", "[defaults]\nerror-format = \"concise\"\nmax-errors = 1\n");
    project.kvs(["check"]).exits(3).warns("wrong.kvs:1:1: error[").warns("and 1 more, not shown");
}

#[test]
fn no_setting_changes_an_exit_code() {
    let failing = FIRST.replace("== 750", "< 700");
    let settings = "fail-fast = true\nquiet = true\nseeds = 2\nmax-errors = 1\nunreferenced = \"ignore\"";
    let project = Project::new()
        .with("kvs.toml", format!("[profile.all]\n{settings}\n"))
        .with("fails/slow.kvs", failing)
        .with("wrong/wrong.kvs", "nonsense");
    for (folder, code) in [("fails", 1), ("wrong", 3), ("gone", 5)] {
        let _ = project.kvs(["check", folder]).exits(code);
        let _ = project.kvs(["check", folder, "--profile", "all"]).exits(code);
    }
}

#[test]
fn a_profile_that_is_not_there_is_wrong_usage() {
    let project = project("[profile.ci]\nseeds = 2\n");
    project.kvs(["check", "--profile", "cii"]).exits(2).warns("no profile `cii`").warns("did you mean `ci`?");
    let other = finish(project.command().arg("check").env("KVS_PROFILE", "nightly")).exits(2);
    let _ = other.warns("no profile `nightly`").warns("kvs.toml has: ci");
    Project::first().kvs(["check", "--profile", "ci"]).exits(2).warns("make it in kvs.toml");
}

#[track_caller]
fn refuses(text: &str, code: &str, place: &str, words: &[&str]) {
    let finished = project(text).kvs(["check"]).exits(3);
    assert_eq!(finished.stdout, "", "nothing runs");
    let finished = finished.warns(&format!("error[{code}]")).warns(&format!("kvs.toml:{place}"));
    words.iter().fold(finished, |finished: Finished, words| finished.warns(words));
}

#[test]
fn what_is_wrong_is_shown_at_its_place() {
    refuses("[defaults]\nseeds: 5\n", "E0611", "2:", &["not TOML"]);
    refuses("seeds = 5\n", "E0612", "1:1", &["unknown key `seeds`", "belong in `[defaults]`"]);
    refuses("[default]\n", "E0612", "1:2", &["did you mean `defaults`?"]);
    refuses("[defaults]\nseds = 5\n", "E0612", "2:1", &["did you mean `seeds`?"]);
    refuses("[profile.ci]\nfail_fast = true\n", "E0612", "2:1", &["did you mean `fail-fast`?"]);
    refuses("[defaults.chek]\n", "E0612", "1:11", &["no command `chek`", "did you mean `check`?"]);
    refuses("[defaults.run]\nfail-fast = true\n", "E0612", "2:1", &["unknown key `fail-fast` in"]);
    refuses("[defaults.run]\ncolor = \"never\"\n", "E0612", "2:1", &["put it in `[defaults]`"]);
    refuses("[defaults]\nformat = \"azure\"\n", "E0612", "2:1", &["`[defaults.diff]` or `[defaults.trace]`"]);
    refuses("[defaults]\nseeds = \"5\"\n", "E0613", "2:9", &["`seeds` is an integer, found a string"]);
    refuses("[defaults]\nquiet = 1\n", "E0613", "2:9", &["`quiet` is `true` or `false`, found an integer"]);
    refuses("[profile.ci]\nreport = [3]\n", "E0613", "2:11", &["a string or a list of strings"]);
    refuses("[defaults]\ncolor = [\"never\"]\n", "E0613", "2:9", &["found an array"]);
    refuses("profile = 3\n", "E0613", "1:11", &["`profile` is a table"]);
    refuses("[profile]\nci = 3\n", "E0613", "2:6", &["`profile.ci` is a table"]);
    refuses("[defaults]\njobs = 0\n", "E0614", "2:8", &["from 1 to 1024"]);
    refuses("[profile.ci]\nseeds = 10001\n", "E0614", "2:9", &["1..=10000"]);
    refuses("[defaults]\ncolor = \"alwys\"\n", "E0614", "2:9", &["did you mean `always`?"]);
    refuses("[profile.ci]\nreport = [\"juni=a\"]\n", "E0614", "2:11", &["no format `juni`"]);
}

#[test]
fn what_one_call_does_is_not_a_setting() {
    for flag in ["update", "list", "failed", "allow-outside", "show-config"] {
        refuses(&format!("[defaults]\n{flag} = true\n"), "E0615", "2:1", &[flag]);
    }
}

#[test]
fn all_mistakes_are_reported_at_once_and_in_order() {
    let project = project("[profile.ci]\nseeds = 0\n[defaults]\nsede = 1\n[diff]\ngate = 3\n");
    let stderr = project.kvs(["check", "--error-format", "concise"]).exits(3).stderr;
    let places: Vec<&str> = stderr.lines().map(|line| line.split(": ").next().expect("a place")).collect();
    assert_eq!(places, ["kvs.toml:2:9", "kvs.toml:4:1", "kvs.toml:6:1"]);
}

#[test]
fn what_kvs_says_of_itself_needs_no_project() {
    let project = project("nonsense\n");
    project.kvs(["explain", "E0611"]).exits(0).says("not TOML");
    for arguments in [&["list", "metrics"][..], &["completions", "bash"], &["--help"]] {
        let _ = project.kvs(arguments).exits(0);
    }
}

#[test]
fn numbers_of_other_parameters_are_never_stored() {
    let project = Project::new()
        .with("first.kvs", format!("param n = 1\n{FIRST}").replace("small x 1", "small x $n"))
        .with("kvs.toml", "[profile.big]\nset = [\"n=2\"]\n");
    project.kvs(["check", "--profile", "big", "--update"]).exits(2).warns("`--update` stores the numbers");
    project.kvs(["check", "--profile", "big"]).exits(0).warns("snapshots are not compared");
}

#[test]
fn the_file_of_another_root_that_is_checked_is_read_for_mistakes_alone() {
    let project = project("[defaults]\nseeds = 2\n")
        .with("other/kvs.toml", "[defaults]\nseeds = 3\n")
        .with("other/scenarios/second.kvs", FIRST);
    project.kvs(["run", "other/scenarios/second.kvs"]).exits(0).says("over 2 runs");
    project.write("other/kvs.toml", "[defaults]\nsede = 3\n");
    project.kvs(["check", "other"]).exits(3).warns("other/kvs.toml:2:1");
}
