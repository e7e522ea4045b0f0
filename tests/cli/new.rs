//! `kvs new` and `kvs completions`.

use crate::project::Project;

#[test]
fn what_is_made_passes_at_once_also_in_ci() {
    let project = Project::new();
    let finished = project.kvs(["new"]).exits(0).says("made scenarios/first.kvs\n");
    assert!(finished.stdout.contains("made snapshots/"), "{finished:#?}");
    assert!(project.exists(".github/workflows/kvs.yml"));
    project.kvs(["fmt", "--check"]).exits(0);
    project.kvs(["check"]).exits(0).ends("1 passed, 0 failed, 0 no data");
    let mut in_ci = project.command();
    crate::project::finish(in_ci.env("CI", "true").arg("check")).exits(0);
}

#[test]
fn a_model_and_a_gpu_of_the_catalogue_are_a_template_too() {
    let project = Project::new();
    project.kvs(["new", "--template", "continuous"]).exits(0).says("made scenarios/first.kvs\n");
    assert!(project.read("scenarios/first.kvs").contains("batching continuous"));
    project.kvs(["fmt", "--check"]).exits(0);
    let mut in_ci = project.command();
    crate::project::finish(in_ci.env("CI", "true").arg("check"))
        .exits(0)
        .ends("1 passed, 0 failed, 0 no data");
}

#[test]
fn a_folder_without_a_root_becomes_one() {
    let project = Project::new();
    std::fs::remove_file(project.path("kvs.toml")).expect("it was there");
    project.kvs(["new", "capacity/chat.kvs"]).exits(0).says("made kvs.toml\n");
    project.kvs(["check", "."]).exits(0).ends("1 passed, 0 failed, 0 no data");
}

#[test]
fn the_workflow_checks_what_was_made_wherever_that_is() {
    let workflow = ".github/workflows/kvs.yml";
    for (place, file, paths) in [
        (".", "scenarios/first.kvs", "scenarios/"),
        ("sub/dir", "scenarios/first.kvs", "sub/dir/scenarios/"),
        ("sub", "first.kvs", "sub/"),
        (".", "first.kvs", "."),
        ("two words", "scenarios/first.kvs", "."),
    ] {
        let project = Project::new().with(&format!("{place}/kept"), "").with(".git/HEAD", "");
        let mut command = project.command();
        crate::project::finish(command.current_dir(project.path(place)).args(["new", file])).exits(0);
        let text = project.read(workflow);
        assert!(text.ends_with(&format!("          paths: {paths}\n")), "{text}");
        let _ = project.kvs(["check", paths]).exits(0).ends("1 passed, 0 failed, 0 no data");
    }
    // GitHub reads workflows at the root of the repository, whatever the root of the project is.
    let project = Project::new().with(".git/HEAD", "").with("team/kvs.toml", "");
    let _ = project.kvs(["new", "team/a.kvs"]).exits(0);
    assert!(project.read(workflow).ends_with(" paths: team/\n"), "{}", project.read(workflow));
}

#[test]
fn nothing_is_overwritten() {
    let project = Project::first().with(".github/workflows/kvs.yml", "mine");
    let before = project.read("first.kvs");
    project.kvs(["new", "first.kvs"]).exits(2).warns("`first.kvs` exists");
    assert_eq!(project.read("first.kvs"), before);
    project.kvs(["new"]).exits(0);
    assert_eq!(project.read(".github/workflows/kvs.yml"), "mine");
    project.kvs(["new", "chat"]).exits(2).warns("kvs new chat.kvs");
}

#[test]
fn a_file_elsewhere_marks_its_own_folder() {
    let project = Project::new().with("proj/kvs.toml", "[diff]\ngates = [\"regress 1%\"]\n");
    std::fs::remove_file(project.path("kvs.toml")).expect("it was there");
    let before = project.read("proj/kvs.toml");
    let mut command = project.command();
    command.current_dir(project.path("proj")).args(["new", "../exp/a.kvs"]);
    crate::project::finish(&mut command).exits(0).says("made ../exp/kvs.toml\n");
    assert_eq!(project.read("proj/kvs.toml"), before);
    assert!(project.exists("exp/kvs.toml") && project.exists("exp/snapshots/root__a.snap"));
}

#[test]
fn a_snapshot_of_a_deleted_scenario_is_not_overwritten() {
    let project = Project::new();
    project.kvs(["new"]).exits(0);
    let snapshot = project.read("snapshots/first.snap").replace("arrived", "arrived  9");
    project.write("snapshots/first.snap", &snapshot);
    std::fs::remove_file(project.path("scenarios/first.kvs")).expect("it was there");
    project.kvs(["new"]).exits(1).warns("gives other numbers than its snapshot");
    assert_eq!(project.read("snapshots/first.snap"), snapshot);
}

#[test]
fn every_shell_gets_its_completions() {
    for (shell, word) in [("bash", "complete -F"), ("zsh", "#compdef kvs"), ("fish", "complete -c kvs")] {
        Project::new().kvs(["completions", shell]).exits(0).says(word).says("fail-fast");
    }
    Project::new().kvs(["completions", "cmd"]).exits(2);
}
