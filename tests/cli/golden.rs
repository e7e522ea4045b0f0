//! Snapshots of `kvs check`.

use std::fs;

use crate::project::{FIRST, Project, finish};

const SNAP: &str = "snapshots/root__first.snap";
const PENDING: &str = "snapshots/root__first.snap.new";

/// A project whose snapshot is up to date.
fn with_snapshot() -> Project {
    let project = Project::first();
    let _ = project.kvs(["check", "--update"]).exits(0).warns("snapshot written");
    project
}

fn slower() -> String {
    FIRST.replace("decode 500 tok/s", "decode 400 tok/s").replace("== 750", "== 875")
}

#[test]
fn without_a_folder_nothing_is_compared_and_that_is_said() {
    let project = Project::first();
    project
        .kvs(["check"])
        .exits(0)
        .warns("no snapshots compared, there is no folder `snapshots` (")
        .warns("--update");
    assert!(!project.exists("snapshots"));
}

#[test]
fn in_ci_a_suite_without_snapshots_has_failed_and_other_files_have_not() {
    let in_ci = |project: &Project| finish(project.command().env("CI", "true").args(["check", "--quiet"]));
    let suite = Project::new().with("scenarios/first.kvs", FIRST);
    in_ci(&suite).exits(1).warns("no folder `snapshots`");
    let _ = suite.kvs(["check"]).exits(0);
    let _ = suite.kvs(["check", "--update"]).exits(0);
    let _ = in_ci(&suite).exits(0);
    let _ = in_ci(&Project::first()).exits(0);
}

#[test]
fn a_stored_snapshot_is_compared_and_left_alone() {
    let project = with_snapshot();
    let stored = project.read(SNAP);
    project.kvs(["check"]).exits(0).leaves_out("snapshot");
    assert_eq!(project.read(SNAP), stored);
    assert_eq!(project.files("snapshots"), [SNAP]);
}

#[test]
fn a_missing_snapshot_is_pending_review() {
    let project = Project::first();
    fs::create_dir(project.path("snapshots")).expect("writable");
    let checked = project.kvs(["check"]).exits(0).says("kvs review first.kvs");
    let _ = checked.ends("0 passed, 0 failed, 0 no data, 1 new");
    assert_eq!(project.files("snapshots"), [PENDING]);
}

#[test]
fn changed_numbers_fail_with_a_difference_and_are_pending_review() {
    let project = with_snapshot();
    let stored = project.read(SNAP);
    project.write("first.kvs", slower());
    project.kvs(["check"]).exits(1).warns("E0803").warns("    - ").warns("    + ");
    assert_eq!(project.read(SNAP), stored);
    assert!(project.read(PENDING).contains("assertion_line: "));

    project.write("first.kvs", FIRST);
    let _ = project.kvs(["check"]).exits(0);
    assert_eq!(project.files("snapshots"), [SNAP], "what is no longer pending is gone");
}

#[test]
fn in_ci_nothing_is_written() {
    let project = with_snapshot();
    project.write("first.kvs", slower());
    finish(project.command().env("CI", "true").arg("check")).exits(1).warns("E0803");
    assert_eq!(project.files("snapshots"), [SNAP]);
    let old = project.read(SNAP);
    finish(project.command().env("CI", "true").args(["check", "--update"])).exits(2).warns("`CI`");
    assert_eq!(project.read(SNAP), old);
}

#[test]
fn update_stores_the_new_numbers() {
    let project = with_snapshot();
    project.write("first.kvs", slower());
    let _ = project.kvs(["check"]).exits(1);
    let _ = project.kvs(["check", "--update"]).exits(0);
    assert_eq!(project.files("snapshots"), [SNAP]);
    let _ = project.kvs(["check"]).exits(0);
}

#[test]
fn update_does_not_hide_a_failed_expectation() {
    let project = Project::new().with("first.kvs", FIRST.replace("== 750", "< 700"));
    project.kvs(["check", "--update"]).exits(1).warns("E0801");
    assert!(project.exists(SNAP));
}

#[test]
fn parameters_from_the_command_line_leave_snapshots_alone() {
    let project = Project::new().with("first.kvs", format!("param unused = 1\n{FIRST}"));
    let _ = project.kvs(["check", "--update"]).exits(0);
    let _ = project.kvs(["check", "--set", "unused=2", "--update"]).exits(2);
}

#[test]
fn insta_reads_what_was_written() {
    let project = with_snapshot();
    let snapshot = insta::Snapshot::from_file(&project.path(SNAP)).expect("a snapshot");
    assert_eq!(snapshot.metadata().source(), Some("first.kvs"));
    assert_eq!(snapshot.metadata().input_file(), Some("first.kvs"));
    assert_eq!(snapshot.metadata().expression(), Some("first.kvs"));
    assert!(snapshot.as_text().expect("text").to_string().contains("finished"));
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_exit_5_and_the_old_file_intact() {
    use std::os::unix::fs::PermissionsExt as _;

    let project = with_snapshot();
    let stored = project.read(SNAP);
    project.write("first.kvs", slower());
    let folder = project.path("snapshots");
    let allow = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("ours");
    allow(0o555);
    // A superuser may write anywhere; a file in the folder's place stops everyone.
    let unwritable = fs::write(folder.join("probe"), "").is_err();
    if unwritable {
        project.kvs(["check", "--update"]).exits(5).warns("snapshots/root__first.snap");
    }
    allow(0o755);
    assert!(project.read(SNAP) == stored || !unwritable);

    fs::remove_dir_all(&folder).expect("ours");
    fs::write(&folder, "a file").expect("ours");
    project.kvs(["check", "--update"]).exits(5).warns("snapshots");
    assert_eq!(fs::read_to_string(&folder).expect("ours"), "a file");
}

#[test]
fn a_snapshot_whose_case_is_gone_is_noted_where_its_folder_is_checked() {
    let project =
        Project::new().with("deep/first.kvs", FIRST).with("deep/other.kvs", FIRST).with("top.kvs", FIRST);
    let _ = project.kvs(["check", "--update"]).exits(0);
    std::fs::remove_file(project.path("deep/other.kvs")).expect("there");
    for folder in [".", "deep"] {
        project.kvs(["check", folder]).exits(0).warns("root__deep__other.snap` is the snapshot of no case");
    }
    let note = "is the snapshot of no case";
    project.kvs(["check", "deep"]).leaves_out("root__top");
    project.kvs(["check", "deep/first.kvs"]).exits(0).leaves_out(note);
    project.kvs(["check", "--filter", "first"]).exits(0).leaves_out(note);
}

#[test]
fn how_to_accept_is_said_once_a_file() {
    let two = format!("param n = 1\nmatrix {{ n in [1, 2] }}\n{FIRST}");
    let project = Project::new().with("two.kvs", two);
    std::fs::create_dir(project.path("snapshots")).expect("writable");
    let finished = finish(project.command().env("CI", "true").args(["check", "two.kvs"])).exits(1);
    assert_eq!(finished.stderr.matches("E0804").count(), 2, "{finished:#?}");
    assert_eq!(finished.stderr.matches("--update").count(), 1, "{finished:#?}");
}

#[test]
fn the_snapshot_of_a_folder_that_is_gone_is_named_whatever_folder_is_checked() {
    let project = Project::new().with("here/a.kvs", FIRST).with("there/b.kvs", FIRST);
    let _ = project.kvs(["check", "here", "there", "--update"]).exits(0);
    let _ = project.kvs(["check", "here"]).exits(0).leaves_out("snapshot of no case");
    fs::remove_dir_all(project.path("there")).expect("ours");
    let _ = project.kvs(["check", "here/a.kvs"]).exits(0).leaves_out("snapshot of no case");
    let _ = project.kvs(["check", "here"]).exits(0).warns("there__b.snap` is the snapshot of no case");
    let _ = project.kvs(["check", "here", "--unreferenced=delete"]).exits(0);
    assert_eq!(project.files("snapshots"), ["snapshots/root__here__a.snap"]);
}
