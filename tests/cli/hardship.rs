//! What snapshots go through: processes killed at any moment, full disks, folders that cannot be written.

#![cfg(unix)]

use std::fs;
use std::io::{self, Write as _};
use std::process::Command;
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
