//! `kvs fmt`.

use std::io::Write as _;
use std::process::Stdio;

use crate::project::Project;

const UGLY: &str = "param n=1\ngpu g{\n vram 24 GB\n     prefill 1 tok/s # slow\n}\n";
const LAID_OUT: &str = "param n = 1\ngpu g {\n  vram     24 GB\n  prefill  1 tok/s  # slow\n}\n";

#[test]
fn a_file_is_rewritten_and_named_once() {
    let project = Project::new().with("a.kvs", UGLY);
    project.kvs(["fmt"]).exits(0).says("a.kvs\n");
    assert_eq!(project.read("a.kvs"), LAID_OUT);
    assert_eq!(project.kvs(["fmt"]).exits(0).stdout, "");
}

#[test]
fn check_writes_nothing_and_fails() {
    let project = Project::new().with("a.kvs", UGLY).with("b.kvs", LAID_OUT);
    let finished = project.kvs(["fmt", "--check"]).exits(1);
    assert_eq!(finished.stdout, "a.kvs\n");
    assert_eq!(project.read("a.kvs"), UGLY);
    project.kvs(["fmt", "--check", "b.kvs"]).exits(0);
}

#[test]
fn a_file_with_mistakes_is_left_alone_and_the_others_are_not() {
    let project = Project::new().with("a.kvs", "gpu g {\n").with("b.kvs", UGLY);
    project.kvs(["fmt"]).exits(3).says("b.kvs\n").warns("a.kvs");
    assert_eq!(project.read("a.kvs"), "gpu g {\n");
    assert_eq!(project.read("b.kvs"), LAID_OUT);
}

#[test]
fn stdin_goes_to_stdout() {
    let project = Project::new();
    let mut command = project.command();
    command.args(["fmt", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    child.stdin.take().expect("piped").write_all(UGLY.as_bytes()).expect("read to its end");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8(output.stdout).expect("text"), LAID_OUT);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn nothing_to_format_and_no_such_file_are_different_errors() {
    Project::new().kvs(["fmt"]).exits(4).warns("no `.kvs` file");
    Project::new().kvs(["fmt", "none.kvs"]).exits(5).warns("`none.kvs`");
    Project::first().kvs(["fmt", "-", "first.kvs"]).exits(2);
}
