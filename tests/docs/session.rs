//! The session of the guide is repeated, from its first command to its last.
//!
//! The blocks of the page are followed in order, in a folder that starts empty. `console` has commands after `$` and what
//! they print; one without a command has what a running watch has printed since. `diff` has an edit, below the name of
//! the file. A line `…` stands for lines left out. The time a command took is replaced, as on other pages.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, PipeReader, pipe};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use std::{env, fs, thread};

use tempfile::TempDir;

use crate::outputs::without_duration;
use crate::{compare_or_write, page, read};

const PAGE: &str = "docs/guide/10-half-an-hour.md";

/// Marks omitted lines.
const LEFT_OUT: &str = "…";

/// Longer than a run and the quiet that a watch waits for, on a machine that is busy.
const AT_MOST: Duration = Duration::from_secs(60);

#[test]
fn half_an_hour_goes_as_the_guide_says() {
    let page = read(PAGE);
    let mut desk = Desk::new();
    let (mut expected, mut rest) = (String::new(), &page[..]);
    for block in page::blocks(&page) {
        let text = match &*block.info {
            "console" => desk.console(&block.text),
            "diff" => {
                desk.edit(&block.text);
                block.text.clone()
            }
            other => panic!("{PAGE}:{}: a session has no blocks of `{other}`", block.line),
        };
        let (before, after) =
            rest.split_once(&format!("```{}\n{}```", block.info, block.text)).expect("blocks are in order");
        expected.push_str(&format!("{before}```{}\n{text}```", block.info));
        rest = after;
    }
    expected.push_str(rest);
    assert!(desk.n_commands >= 12, "the session has only {} commands", desk.n_commands);
    compare_or_write(PAGE, &expected);
}

/// A folder to work in.
struct Desk {
    folder: TempDir,
    watch: Option<Watch>,
    n_commands: usize,
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: tempfile::tempdir().expect("a temporary folder"), watch: None, n_commands: 0 }
    }

    /// The block as it should be.
    fn console(&mut self, shown: &str) -> String {
        let shown: Vec<&str> = shown.lines().collect();
        let mut printed = Vec::new();
        let first = shown.iter().position(|line| line.starts_with("$ ")).unwrap_or(shown.len());
        if first > 0 {
            let watch = self.watch.as_ref().expect("only a watch prints without a command");
            printed.extend(shortened(&shown[..first], watch.run()));
        }
        for part in shown[first..].chunk_by(|_, line| !line.starts_with("$ ")) {
            printed.push(part[0].to_owned());
            let output = self.command(&part[0]["$ ".len()..]);
            printed.extend(shortened(&part[1..], output));
        }
        printed.join("\n") + "\n"
    }

    /// What a command prints, both streams as they come.
    fn command(&mut self, line: &str) -> Vec<String> {
        self.n_commands += 1;
        self.watch = None;
        let (reader, writer) = pipe().expect("a pipe");
        let mut shell = Command::new("sh");
        // A watch takes the place of the shell, so that it can be ended.
        let is_watch = line == "kvs watch";
        let start = if is_watch { "exec 2>&1; exec" } else { "exec 2>&1;" };
        shell.args(["-c", &format!("{start} {line}")]).current_dir(self.folder.path());
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if ["KVS_", "GIT_", "GITHUB_", "CLICOLOR"].iter().any(|start| text.starts_with(start)) {
                shell.env_remove(&name);
            }
        }
        let kvs = fs::canonicalize(env!("CARGO_BIN_EXE_kvs")).expect("the binary was built for this test");
        let folders = env::var_os("PATH").unwrap_or_default();
        let folders = kvs.parent().map(Into::into).into_iter().chain(env::split_paths(&folders));
        shell
            .env("PATH", env::join_paths(folders).expect("a path"))
            .env_remove("CI")
            .env("NO_COLOR", "1")
            .env("COLUMNS", "110")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        for whose in ["AUTHOR", "COMMITTER"] {
            shell
                .env(format!("GIT_{whose}_NAME"), "Planner")
                .env(format!("GIT_{whose}_EMAIL"), "planner@localhost");
        }
        shell.stdin(Stdio::null()).stdout(writer);
        let mut child = shell.spawn().expect("a shell");
        drop(shell);
        if is_watch {
            let watch = Watch { child, lines: lines_of(reader) };
            let output = watch.run();
            self.watch = Some(watch);
            return output;
        }
        let output = lines_of(reader).iter().collect();
        child.wait().expect("ours");
        output
    }

    /// Replaces lines of a file, as `--- file`, `-old`, `+new` say; without old lines the file is new.
    fn edit(&self, edit: &str) {
        let name = edit.lines().next().and_then(|line| line.strip_prefix("--- "));
        let path = self.folder.path().join(name.expect("an edit begins with `--- ` and its file"));
        let after = |sign: char| -> String {
            let lines = edit.lines().skip(1).filter_map(|line| line.strip_prefix(sign));
            lines.map(|line| format!("{line}\n")).collect()
        };
        let (old, new) = (after('-'), after('+'));
        if old.is_empty() {
            assert!(!path.exists(), "the file is there already:\n{edit}");
            return fs::write(&path, new).expect("writable");
        }
        let text = fs::read_to_string(&path).expect("the file is there");
        assert_eq!(text.matches(&old).count(), 1, "`{old}` is once in\n{text}");
        fs::write(&path, text.replace(&old, &new)).expect("writable");
    }
}

/// A watch in progress; it ends with the next command.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    /// The lines of its next run, its last one included.
    fn run(&self) -> Vec<String> {
        let mut run = Vec::new();
        while run.last().is_none_or(|line| line != "watching") {
            run.push(self.lines.recv_timeout(AT_MOST).unwrap_or_else(|_| panic!("no run, only {run:#?}")));
        }
        run
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // A watch that has ended by itself has failed the test already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines_of(reader: PipeReader) -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(reader).lines().map_while(Result::ok) {
            if sender.send(without_duration(line.trim_end())).is_err() {
                return;
            }
        }
    });
    lines
}

/// An output with what the page leaves out left out: it keeps as many lines from the beginning and from the end, and
/// between them those that begin with the same word. All of it where that is not to be found.
fn shortened(shown: &[&str], output: Vec<String>) -> Vec<String> {
    let parts: Vec<&[&str]> = shown.split(|line| *line == LEFT_OUT).collect();
    let [first, middle @ .., last] = &parts[..] else { return output };
    let Some(end) = output.len().checked_sub(last.len()).filter(|end| first.len() <= *end) else {
        return output;
    };
    let mut short = output[..first.len()].to_vec();
    let mut at = first.len();
    for part in middle {
        let found =
            (at..end).find(|at| first_word(&output[*at]) == part.first().and_then(|line| first_word(line)));
        let Some(start) = found.filter(|start| start + part.len() <= end) else { return output };
        short.push(LEFT_OUT.to_owned());
        at = start + part.len();
        short.extend_from_slice(&output[start..at]);
    }
    short.push(LEFT_OUT.to_owned());
    short.extend_from_slice(&output[end..]);
    short
}

/// The first word of a line, after the sign of a difference.
fn first_word(line: &str) -> Option<&str> {
    line.split_whitespace().find(|word| word.len() > 1)
}

#[test]
fn what_a_page_leaves_out_is_left_out_again() {
    let output = || ["a 1", "b 2", "c 3", "d 4", "e 5"].map(|line| line.replace(' ', "a ")).to_vec();
    let short = |shown: &[&str]| shortened(shown, output()).join("|");
    assert_eq!(short(&["aa 0", "…", "ca 0", "…", "ea 0"]), "aa 1|…|ca 3|…|ea 5");
    assert_eq!(short(&["…", "da 0", "ea 0"]), "…|da 4|ea 5");
    assert_eq!(short(&["aa 0"]), output().join("|"));
    assert_eq!(short(&["…", "xa 0", "…"]), output().join("|"));
}
