//! Temporary files that a killed process left behind.
//!
//! Their names say which process wrote them, and it holds a lock on them. A number alone says little: another container
//! over the same folder, or a colleague on a shared disk, has processes that are not seen here. Invariant: no file of a
//! process that may still be writing is removed.

use std::fs;
use std::path::Path;
use std::process;
use std::time::Duration;

/// How names of temporary files begin; the number of the process follows.
const PREFIX: &str = ".kvs-";

/// How they end.
pub(super) const SUFFIX: &str = ".tmp";

/// No file is written for as long; for systems that do not say which processes there are, and for numbers used again.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);

/// How the temporary files of this process begin.
pub(super) fn prefix() -> String {
    format!("{PREFIX}{}-", process::id())
}

/// Removes from a folder the temporary files that no process is writing any more. What is in the way of that stays.
pub fn remove_abandoned_files(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(writer) = writer(&name.to_string_lossy()) else { continue };
        let is_old = || {
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > ABANDONED_AFTER))
        };
        if is_unlocked(&entry.path()) && (is_gone(writer) || is_old()) {
            // Another process may have been faster.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The process that wrote a temporary file.
fn writer(name: &str) -> Option<u32> {
    let (process, _) = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.split_once('-')?;
    process.parse().ok()
}

/// Whether no process holds the file; not where that is unknown.
fn is_unlocked(path: &Path) -> bool {
    fs::File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

/// Whether the system says that there is no such process.
fn is_gone(process: u32) -> bool {
    let processes = Path::new("/proc");
    processes.join("self").exists() && !processes.join(process.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_processes_that_are_gone_are_removed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ours = format!("{}x{SUFFIX}", prefix());
        // Numbers of processes end below 2^22 on every Linux.
        let gone = format!("{PREFIX}4194305-x{SUFFIX}");
        let others = ["a.snap", ".kvs-x.tmp", ".kvs-1-x.txt"];
        for name in others.iter().copied().chain([ours.as_str(), gone.as_str()]) {
            fs::write(folder.path().join(name), "x").expect("writable");
        }
        remove_abandoned_files(folder.path());
        let is_there = |name: &str| folder.path().join(name).exists();
        assert!(is_there(&ours) && others.iter().all(|name| is_there(name)));
        assert_eq!(is_there(&gone), !Path::new("/proc/self").exists());
    }

    #[test]
    fn what_somebody_writes_stays_whatever_its_number() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(format!("{PREFIX}4194305-x{SUFFIX}"));
        fs::write(&path, "x").expect("writable");
        let written = fs::File::open(&path).expect("there");
        written.try_lock().expect("nothing else holds it");
        remove_abandoned_files(folder.path());
        assert!(path.exists(), "another container writes it");
    }
}
