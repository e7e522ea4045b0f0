//! `kvs watch` without a terminal: what the ways in which editors save lead to, counted.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::project::{FIRST, Project};

/// Longer than a run, a look and the quiet that is waited for, on a machine that is busy.
const AT_MOST: Duration = Duration::from_secs(30);

/// How long nothing must come for nothing to have run.
const QUIET: Duration = Duration::from_millis(1200);

const IMPORTED: &str = "
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s; decode_efficiency 0.8 }
model tiny { kv_bytes_per_token 2048 B }
";

const IMPORTING: &str = r#"
use "gpus.kvs"
cluster { serves tiny; gpus small x 1 }
trace rows from "rows.trace" { format kvs }
expect finished == 1
"#;

/// A watch in progress; it ends with its test.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    /// Starts, and waits for the first run.
    fn start(project: &Project) -> Watching {
        let mut command = project.command();
        let mut child = command
            .arg("watch")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let stdout = child.stdout.take().expect("piped");
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let watching = Watching { child, lines };
        watching.runs();
        watching
    }

    /// The lines of the next run, its last one included.
    #[track_caller]
    fn runs(&self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.lines.recv_timeout(AT_MOST);
            let line = line.unwrap_or_else(|_| panic!("no run, only {lines:#?}"));
            if line == "watching" {
                return lines;
            }
            lines.push(line);
        }
    }

    /// The cases that the next run ran.
    #[track_caller]
    fn runs_cases(&self) -> Vec<String> {
        let lines = self.runs();
        let cases = lines.iter().filter_map(|line| line.trim().strip_prefix("pass  "));
        cases.map(|rest| rest.split("  ").next().expect("an id").to_owned()).collect()
    }

    #[track_caller]
    fn stays_quiet(&self) {
        match self.lines.recv_timeout(QUIET) {
            Err(RecvTimeoutError::Timeout) => {}
            other => panic!("expected nothing, found {other:?}"),
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // A watch that has ended by itself has failed its test already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As vim and most others save: a new file takes the place of the old one.
fn replace(path: &Path, text: &str) {
    let temporary = path.with_extension("kvs~");
    fs::write(&temporary, text).expect("writable");
    fs::rename(&temporary, path).expect("the folder is writable");
}

#[test]
fn a_save_in_place_and_a_file_replaced_run_once_each() {
    let project = Project::new().with("a.kvs", FIRST).with("b.kvs", FIRST);
    let watching = Watching::start(&project);
    project.write("a.kvs", FIRST.replace("r1 0", "r1 10"));
    assert_eq!(watching.runs_cases(), ["a.kvs"]);
    watching.stays_quiet();
    for start in [20, 30] {
        replace(&project.path("b.kvs"), &FIRST.replace("r1 0", &format!("r1 {start}")));
        assert_eq!(watching.runs_cases(), ["b.kvs"]);
    }
    watching.stays_quiet();
}

#[test]
fn a_touch_without_a_change_runs_nothing() {
    let project = Project::first();
    let watching = Watching::start(&project);
    project.write("first.kvs", FIRST);
    replace(&project.path("first.kvs"), FIRST);
    watching.stays_quiet();
}

#[test]
fn imports_traces_and_snapshots_are_inputs() {
    let project = Project::new()
        .with("gpus.kvs", IMPORTED)
        .with("a.kvs", IMPORTING)
        .with("b.kvs", FIRST)
        .with("rows.trace", "r1 0 500 200\n");
    project.kvs(["check", "--update", "a.kvs", "b.kvs"]).exits(0);
    let watching = Watching::start(&project);
    project.write("gpus.kvs", IMPORTED.replace("2048 B", "4096 B").replace("2000", "2500"));
    let lines = watching.runs();
    assert!(lines.iter().any(|line| line.contains("a.kvs")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("b.kvs")), "{lines:#?}");
    project.write("rows.trace", "r1 0 600 200\n");
    let lines = watching.runs();
    assert!(lines.iter().any(|line| line.contains("a.kvs")), "{lines:#?}");
    // The pending snapshot that this has written is not an input; the stored one is.
    watching.stays_quiet();
    fs::remove_file(project.path("snapshots/root__b.snap")).expect("it was stored");
    let lines = watching.runs();
    assert!(lines.iter().any(|line| line.contains("b.kvs")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("a.kvs")), "{lines:#?}");
    watching.stays_quiet();
}

#[test]
fn a_file_removed_and_back_runs_once() {
    let project = Project::new().with("a.kvs", FIRST).with("b.kvs", FIRST);
    let watching = Watching::start(&project);
    fs::remove_file(project.path("a.kvs")).expect("it was there");
    assert_eq!(watching.lines.recv_timeout(AT_MOST).as_deref(), Ok("a.kvs is gone"));
    watching.stays_quiet();
    project.write("a.kvs", FIRST);
    assert_eq!(watching.runs_cases(), ["a.kvs"]);
    project.write("c.kvs", FIRST);
    assert_eq!(watching.runs_cases(), ["c.kvs"]);
    watching.stays_quiet();
}

#[test]
fn folders_removed_and_made_again_are_heard() {
    let project = Project::new().with("scenarios/a.kvs", FIRST);
    let _ = project.kvs(["check", "--update"]).exits(0);
    let snapshot = project.read("snapshots/a.snap");
    let watching = Watching::start(&project);
    fs::remove_dir_all(project.path("scenarios")).expect("it was there");
    assert_eq!(watching.lines.recv_timeout(AT_MOST).as_deref(), Ok("scenarios/a.kvs is gone"));
    project.write("scenarios/a.kvs", FIRST);
    assert_eq!(watching.runs_cases(), ["scenarios/a.kvs"]);
    project.write("scenarios/a.kvs", format!("{FIRST}# more\n"));
    assert_eq!(watching.runs_cases(), ["scenarios/a.kvs"]);
    fs::remove_dir_all(project.path("snapshots")).expect("it was there");
    let _ = watching.runs();
    project.write("snapshots/a.snap", &snapshot);
    let _ = watching.runs();
    project.write("snapshots/a.snap", snapshot.replace("finished", "finished 1"));
    let lines = watching.runs();
    assert!(lines.iter().any(|line| line.contains("snapshot differs")), "{lines:#?}");
}

#[test]
fn values_are_shown_before_and_after() {
    let project = Project::first();
    let watching = Watching::start(&project);
    project.write("first.kvs", FIRST.replace("prefill 2000", "prefill 1000"));
    let lines = watching.runs();
    assert!(lines.iter().any(|line| line.contains("250 ms → 500 ms (+100.0%)")), "{lines:#?}");
    // A mistake is said, and mended.
    project.write("first.kvs", FIRST.replace("prefill 2000", "prefil 1000"));
    assert!(watching.runs().last().is_some_and(|line| line.contains("1 file with errors")));
    project.write("first.kvs", FIRST);
    assert!(watching.runs().last().is_some_and(|line| line.contains("1 passed")));
}

/// Clusters of either way of batching.
const PHASES: &str = "
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 1 }
";
const CONTINUOUS: &str = "
cluster { serves llama_3_1_8b; gpus h100_sxm x 1 }
engine { batching continuous; timing linear base 1 ms }
";

/// Minutes of work, whose place a short scenario can take.
fn endless(cluster: &str) -> String {
    let traffic = "workload w { arrivals poisson; rate 1 req/s; prompt constant 9; output constant 9; requests 2_000_000_000 }";
    format!("{cluster}{traffic}\nexpect rejected == 0\n")
}

/// Seconds of a processor that a process has used.
#[cfg(target_os = "linux")]
fn seconds_used(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
    let behind_the_name = stat.rsplit_once(')').expect("a name in parentheses").1;
    let ticks = behind_the_name.split_whitespace().skip(11).take(2);
    ticks.map(|ticks| ticks.parse::<f64>().expect("a number")).sum::<f64>() / 100.0
}

#[cfg(target_os = "linux")]
#[test]
fn a_save_stops_the_run_in_progress() {
    for cluster in [PHASES, CONTINUOUS] {
        let project = Project::first();
        let watching = Watching::start(&project);
        project.write("first.kvs", endless(cluster));
        thread::sleep(Duration::from_millis(1500));
        let before = seconds_used(watching.child.id());
        thread::sleep(Duration::from_millis(500));
        let running = seconds_used(watching.child.id()) - before;
        assert!(running > 0.1, "{cluster}: the long run does not run: {running} s of 0.5 s");
        project.write("first.kvs", FIRST.replace("r1 0", "r1 10"));
        assert_eq!(watching.runs_cases(), ["first.kvs"]);
        let before = seconds_used(watching.child.id());
        thread::sleep(Duration::from_secs(1));
        let left = seconds_used(watching.child.id()) - before;
        assert!(left < 0.1, "{cluster}: what was given up goes on: {left} s of 1 s");
    }
}

/// A terminal is had from `script` of util-linux; elsewhere keys are not tested.
#[cfg(target_os = "linux")]
#[test]
fn a_key_stops_the_run_in_progress() {
    use std::io::Write as _;

    let project = Project::new().with("first.kvs", endless(PHASES));
    let watch = format!("exec {} watch", env!("CARGO_BIN_EXE_kvs"));
    let mut command = project.command_of("script");
    command
        .args(["-qfec", &watch, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else {
        eprintln!("skipped: no `script` to make a terminal with");
        return;
    };
    let mut keys = child.stdin.take().expect("piped");
    let mut stdout = child.stdout.take().expect("piped");
    thread::sleep(Duration::from_millis(1500));
    assert!(child.try_wait().expect("ours").is_none(), "the long run is over");
    keys.write_all(b"x").and_then(|()| keys.flush()).expect("it reads");
    thread::sleep(Duration::from_millis(500));
    let watcher = children(child.id()).next().expect("script runs the watch");
    let before = seconds_used(watcher);
    thread::sleep(Duration::from_secs(1));
    let left = seconds_used(watcher) - before;
    keys.write_all(b"q").and_then(|()| keys.flush()).expect("it reads");
    let mut said = String::new();
    std::io::Read::read_to_string(&mut stdout, &mut said).expect("text");
    assert_eq!(child.wait().expect("ours").code(), Some(0), "{said}");
    assert!(said.contains("stopped"), "{said}");
    assert!(left < 0.1, "what was given up goes on: {left} s of 1 s");
}

/// The processes that a process has started.
#[cfg(target_os = "linux")]
fn children(process: u32) -> impl Iterator<Item = u32> {
    let list = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    list.split_whitespace().map(|child| child.parse().expect("a number")).collect::<Vec<_>>().into_iter()
}
