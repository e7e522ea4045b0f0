//! What snapshots go through: processes killed at any moment, full disks, folders that cannot be written.

#![cfg(unix)]

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::net::UnixListener;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::project::{FIRST, Finished, Project, finish};

const SNAP: &str = "snapshots/root__first.snap";

fn slower() -> String {
    FIRST.replace("decode 500 tok/s", "decode 400 tok/s").replace("== 750", "== 875")
}

/// A project with a snapshot that is out of date.
fn outdated() -> (Project, String) {
    let project = Project::first();
    let _ = project.kvs(["check", "--update"]).exits(0);
    project.write("first.kvs", slower());
    let stored = project.read(SNAP);
    (project, stored)
}

/// What a shell does in a namespace of its own, where even this user may not write everywhere and disks are small;
/// `None`, reported in a line, if the system grants none.
fn in_a_namespace(test: &str, project: &Project, script: &str) -> Option<Finished> {
    let is_granted = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !is_granted.is_ok_and(|output| output.status.success()) {
        let line = format!("skipped: {test}: no namespace for mounts\n");
        io::stderr().write_all(line.as_bytes()).expect("stderr is open");
        return None;
    }
    let kvs = project.command();
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", script]).arg(kvs.get_program()).current_dir(project.path(""));
    for (name, value) in kvs.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Some(finish(&mut command))
}

#[test]
fn a_disk_that_is_full_is_exit_5_and_the_old_snapshot_intact() {
    let (project, stored) = outdated();
    fs::rename(project.path("snapshots"), project.path("stored")).expect("ours");
    fs::create_dir(project.path("snapshots")).expect("ours");
    let script = "mount -t tmpfs -o size=16k none snapshots && cp stored/* snapshots || exit 99
        dd if=/dev/zero of=snapshots/fill bs=1k count=99 2>/dev/null
        \"$0\" check --update; code=$?
        ls -A snapshots; cat snapshots/root__first.snap; exit $code";
    let name = "a_disk_that_is_full_is_exit_5_and_the_old_snapshot_intact";
    let Some(finished) = in_a_namespace(name, &project, script) else { return };
    let finished = finished.exits(5).warns("snapshots/root__first.snap").warns("no space left on device");
    let files = finished.stdout.lines().skip(1).take(2).collect::<Vec<_>>();
    assert_eq!(files, ["fill", "root__first.snap"], "{finished:#?}");
    assert!(finished.stdout.ends_with(&stored), "{finished:#?}");
}

#[test]
fn a_file_that_may_not_grow_is_exit_5_and_the_old_snapshot_intact() {
    let (project, stored) = outdated();
    let kvs = project.command();
    let mut command = project.command_of("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" check --update"]).arg(kvs.get_program());
    finish(&mut command).exits(5).warns("snapshots/root__first.snap").warns("file too large");
    assert_eq!(project.read(SNAP), stored);
    assert_eq!(project.files("snapshots"), [SNAP]);
}

#[test]
fn a_folder_that_is_read_only_is_exit_5_and_the_old_snapshot_intact() {
    let (project, stored) = outdated();
    let script = "mount --bind snapshots snapshots && mount -o remount,ro,bind snapshots || exit 99
        exec \"$0\" check --update";
    let name = "a_folder_that_is_read_only_is_exit_5_and_the_old_snapshot_intact";
    let Some(finished) = in_a_namespace(name, &project, script) else { return };
    finished
        .exits(5)
        .warns("snapshots/root__first.snap")
        .ends("0 passed, 0 failed, 0 no data, 1 case with I/O errors");
    assert_eq!(project.read(SNAP), stored);
    assert_eq!(project.files("snapshots"), [SNAP]);
}

const N_FILES: usize = 6;
const N_KILLS: u32 = 200;

#[test]
fn a_killed_update_leaves_each_snapshot_old_or_new_and_the_next_run_no_stray_file() {
    let project = Project::new();
    let write = |text: &str| (0..N_FILES).for_each(|index| project.write(&format!("f{index}.kvs"), text));
    let snaps = || -> Vec<String> {
        (0..N_FILES).map(|index| project.read(&format!("snapshots/root__f{index}.snap"))).collect()
    };
    let mut versions = Vec::new();
    for text in [FIRST.to_owned(), slower()] {
        write(&text);
        let _ = project.kvs(["check", "--update"]).exits(0);
        versions.push((text, snaps()));
    }
    let mut n_killed = 0;
    let mut random = 0x2545_f491_u32;
    for round in 0..N_KILLS {
        write(&versions[round as usize % 2].0);
        let mut child = project
            .command()
            .args(["check", "--update", "--quiet"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the binary starts");
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        sleep(Duration::from_micros(u64::from(random >> 16) * 60_000 / 65_536));
        child.kill().expect("ours");
        n_killed += u32::from(child.wait().expect("ours").code().is_none());
        for (index, snap) in snaps().into_iter().enumerate() {
            assert!(versions.iter().any(|(_, of)| of[index] == snap), "round {round}, file {index}: {snap}");
        }
    }
    assert!(n_killed > N_KILLS / 10, "only {n_killed} were killed before they ended");
    let _ = project.kvs(["check", "--update"]).exits(0);
    let strays =
        |folder: &str| project.files(folder).into_iter().filter(|file| file.ends_with(".tmp")).count();
    assert_eq!(strays("snapshots") + strays(".kvs"), 0);
    assert_eq!(project.files("snapshots").len(), N_FILES);
}

/// Waits for a process that must end by itself.
#[track_caller]
fn ends_soon(mut child: Child) -> Finished {
    let mut looks = 0..1_000;
    while child.try_wait().expect("ours").is_none() {
        if looks.next().is_none() {
            child.kill().expect("ours");
            panic!("still running after ten seconds");
        }
        sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().expect("ours");
    Finished {
        code: output.status.code().unwrap_or_else(|| panic!("died by a signal: {}", output.status)),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

fn started(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts")
}

fn interrupt(child: &Child) {
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill starts").success());
}

#[test]
fn ctrl_c_while_files_compile_is_reported() {
    let many = format!(
        "gpu small {{ vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }}
        model tiny {{ kv_bytes_per_token 2048 B }}
        param n = 1
        cluster {{ serves tiny; gpus small x 1 }}
        matrix {{ n in {:?} }}
        workload w {{ arrivals constant; rate 9 req/s; duration 9 h; prompt constant 50; output constant $n }}",
        Vec::from_iter(1..=3000)
    );
    let project = (0..8).fold(Project::new(), |project, index| project.with(&format!("{index}.kvs"), &many));
    for arguments in [["check", "."], ["check", "--list"], ["run", "0.kvs"]] {
        let child = started(project.command().args(arguments));
        sleep(Duration::from_millis(300));
        interrupt(&child);
        let finished = ends_soon(child).exits(130);
        let last = finished.stdout.lines().last().unwrap_or_default();
        assert!(last.contains("interrupted in "), "{arguments:?}: {finished:#?}");
    }
}

#[test]
fn ctrl_c_ends_a_watch_without_a_terminal() {
    let project = Project::first();
    let mut child = started(project.command().arg("watch"));
    // It says so when all is run and it waits for a change.
    let mut seen = String::new();
    let stdout = child.stdout.as_mut().expect("piped");
    while !seen.contains("watching") {
        let mut bytes = [0; 256];
        let n = io::Read::read(stdout, &mut bytes).expect("readable");
        assert!(n > 0, "it ended by itself: {seen}");
        seen.push_str(&String::from_utf8_lossy(&bytes[..n]));
    }
    interrupt(&child);
    let finished = ends_soon(child).exits(130);
    assert!(finished.stdout.starts_with("interrupted in "), "{finished:#?}");
}

#[test]
fn what_is_not_a_regular_file_is_refused_before_it_is_opened() {
    let project = Project::first().with("t/a.trace", "").with("s/ok.kvs", FIRST);
    let make_pipe = |path: &str| {
        let made = Command::new("mkfifo").arg(project.path(path)).status();
        assert!(made.expect("mkfifo starts").success());
    };
    let traced = FIRST.replace("trace { r1 0 500 200 }", "trace rows from \"t/pipe\" { format kvs }");
    let used = format!("use \"pipe.kvs\"\n{FIRST}");
    make_pipe("pipe.kvs");
    make_pipe("t/pipe");
    project.write("traced.kvs", traced);
    project.write("used.kvs", used);
    let _socket = UnixListener::bind(project.path("socket.kvs")).expect("the folder is writable");
    let pipe = "not a regular file but a pipe";
    for (arguments, code, expected) in [
        (&["check", "pipe.kvs"][..], 5, pipe),
        (&["check", "."], 5, "`pipe.kvs`: not a regular file but a pipe"),
        (&["check", "socket.kvs"], 5, "not a regular file but a socket"),
        (&["check", "/dev/null", "--allow-outside"], 5, "not a regular file but a device"),
        (&["run", "pipe.kvs"], 5, pipe),
        (&["run", "traced.kvs"], 5, pipe),
        (&["run", "used.kvs"], 3, pipe),
        (&["fmt", "pipe.kvs"], 5, pipe),
        (&["trace", "stats", "t/pipe"], 5, pipe),
        (&["trace", "fit", "t/pipe"], 5, pipe),
        (&["import", "--config", "t/pipe", "--trace", "t/a.trace"], 5, pipe),
    ] {
        let _ = ends_soon(started(project.command().args(arguments))).exits(code).warns(expected);
    }
    fs::remove_file(project.path("kvs.toml")).expect("ours");
    make_pipe("kvs.toml");
    let _ =
        ends_soon(started(project.command().args(["check", "s"]))).exits(5).warns("kvs.toml`: not a regular");
}

#[test]
fn the_pipe_of_a_shell_is_named_as_one() {
    let project = Project::first();
    let kvs = project.command();
    let mut bash = project.command_of("bash");
    bash.args(["-c", "exec \"$0\" run <(cat first.kvs) --allow-outside"]).arg(kvs.get_program());
    finish(&mut bash).exits(5).warns("not a regular file but a pipe").warns("save its content in a file");
}
