//! Golden snapshots: what a case gave when someone last looked.
//!
//! One `.snap` a case in `snapshots/` below the root, in insta's format, so that `cargo insta review` works on
//! them; differences are left beside them as `.snap.new`. insta's own macros panic and print, so the files are
//! written here and only read through it, from a place that follows from the root and the case and from nothing a
//! scenario says: it needs no [`Host`](crate::host::Host) to confine it. Invariant: a `.snap` changes under `--update` alone.

mod format;
mod name;
mod pending;
mod tolerance;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use insta::Snapshot;

use crate::host::{HostError, Root, read_regular, remove_abandoned_files, write_atomically};

pub use name::{case_folder, case_label, snapshot_name};
pub use pending::{Pending, pending};

/// What may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoldenMode {
    /// Snapshots are not looked at.
    Off,
    /// Nothing is written (CI).
    Compare,
    /// Differences become pending files.
    Pending,
    /// Differences become the new snapshots.
    Update,
}

/// How a case compares with its snapshot.
#[derive(Debug)]
pub enum Golden {
    /// Not compared.
    Off,
    /// As stored.
    Same,
    /// Nothing stored yet.
    Missing {
        /// What would be stored.
        new: String,
        /// The pending snapshot.
        pending: Option<PathBuf>,
    },
    /// Not as stored.
    Changed {
        /// What is stored.
        old: String,
        /// What the case gives now.
        new: String,
        /// The pending snapshot.
        pending: Option<PathBuf>,
    },
    /// Stored just now.
    Written(PathBuf),
    /// The snapshot could not be read or written.
    Broken(HostError),
}

/// The snapshots of one root.
#[derive(Clone, Debug)]
pub struct Snapshots {
    folder: PathBuf,
    mode: GoldenMode,
}

/// A case's part of its snapshot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    /// The case id.
    pub id: &'a str,
    /// The scenario's file below the root.
    pub file: &'a str,
    /// The line to show while reviewing.
    pub line: usize,
    /// The seed of the run that is stored.
    pub seed: u64,
    /// The share by which numbers may differ from those stored.
    pub tolerance: f64,
}

impl Snapshots {
    /// Those of a root: compared where the folder exists, or will when they are written.
    #[must_use]
    pub fn of(root: &Root, mode: GoldenMode) -> Snapshots {
        let folder = root.folder.join("snapshots");
        let mode = if mode == GoldenMode::Update || folder.is_dir() { mode } else { GoldenMode::Off };
        Snapshots { folder, mode }
    }

    /// The folder they lie in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether the folder is missing where CI relies on it: a root that holds `scenarios/` is a suite, and a suite
    /// whose snapshots were not committed would pass whatever its numbers.
    #[must_use]
    pub fn missing_in_ci(root: &Root) -> bool {
        root.folder.join("scenarios").is_dir() && !Snapshots::of(root, GoldenMode::Compare).active()
    }

    /// Whether cases are compared at all.
    #[must_use]
    pub fn active(&self) -> bool {
        self.mode != GoldenMode::Off
    }

    /// Removes what killed processes left, where anything is written.
    pub fn sweep(&self) {
        if matches!(self.mode, GoldenMode::Pending | GoldenMode::Update) {
            remove_abandoned_files(&self.folder);
        }
    }

    /// Those of no case in `used`, by the name of their files, pending ones among them; only of scenarios that
    /// `is_checked`, by their paths below the root.
    #[must_use]
    pub fn unused(&self, used: &BTreeSet<String>, is_checked: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let is_unused = |path: &PathBuf| {
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let name = name.strip_suffix(".new").unwrap_or(&name).strip_suffix(".snap");
            name.is_some_and(|name| !used.contains(name))
                && path.is_file()
                && Snapshot::from_file(path)
                    .is_ok_and(|snapshot| snapshot.metadata().input_file().is_some_and(is_checked))
        };
        let mut unused: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_unused).collect();
        unused.sort();
        unused
    }

    /// Compares what a case gives with what is stored.
    pub(super) fn compare(&self, name: &str, subject: Subject<'_>, new: &str) -> Golden {
        if !self.active() {
            return Golden::Off;
        }
        let path = self.folder.join(format!("{name}.snap"));
        self.compare_file(&path, subject, new.trim_end()).unwrap_or_else(Golden::Broken)
    }

    fn compare_file(&self, path: &Path, subject: Subject<'_>, new: &str) -> Result<Golden, HostError> {
        let pending = path.with_extension("snap.new");
        let old = match read(path) {
            // What is not a snapshot is only replaced on request.
            Err(Unread::NotASnapshot(_)) if self.mode == GoldenMode::Update => None,
            read => read.map_err(|unread| unread.into_host_error(path))?,
        };
        if old.as_deref().is_some_and(|old| tolerance::agree(old, new, subject.tolerance)) {
            if self.mode != GoldenMode::Compare {
                remove(&pending)?;
            }
            return Ok(Golden::Same);
        }
        let new = new.to_owned();
        let pending = match self.mode {
            GoldenMode::Update => {
                write_atomically(path, format::snapshot(subject, false, &new).as_bytes())?;
                remove(&pending)?;
                return Ok(Golden::Written(path.to_path_buf()));
            }
            GoldenMode::Pending => {
                write_atomically(&pending, format::snapshot(subject, true, &new).as_bytes())?;
                Some(pending)
            }
            GoldenMode::Compare | GoldenMode::Off => None,
        };
        Ok(match old {
            Some(old) => Golden::Changed { old, new, pending },
            None => Golden::Missing { new, pending },
        })
    }
}

/// Why there is no stored text.
#[derive(Debug)]
enum Unread {
    Io(io::Error),
    NotASnapshot(&'static str),
}

impl Unread {
    fn into_host_error(self, path: &Path) -> HostError {
        match self {
            Unread::Io(error) => HostError::io(path, error),
            Unread::NotASnapshot(why) => {
                let why = format!("not a snapshot: {why}; `--update` writes it anew");
                HostError::io(path, io::Error::new(io::ErrorKind::InvalidData, why))
            }
        }
    }
}

/// The stored text, `None` where nothing is stored.
fn read(path: &Path) -> Result<Option<String>, Unread> {
    // insta's own message advises commands of cargo, which users of `kvs` may not have.
    let bytes = match read_regular(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Unread::Io(error)),
        Ok(bytes) => bytes,
    };
    if std::str::from_utf8(&bytes).is_err() {
        return Err(Unread::NotASnapshot("expected UTF-8 text"));
    }
    let snapshot = Snapshot::from_file(path).map_err(|_| {
        Unread::NotASnapshot("expected front matter between two lines `---`, then the numbers")
    })?;
    let text = snapshot.as_text().ok_or(Unread::NotASnapshot("expected text, found a binary one"))?;
    Ok(Some(text.to_string()))
}

fn remove(path: &Path) -> Result<(), HostError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(HostError::io(path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: Subject<'_> =
        Subject { id: "a.kvs::b[n=1]", file: "a.kvs", line: 3, seed: 7, tolerance: 0.0 };

    #[track_caller]
    fn stored(path: &Path) -> String {
        read(path).expect("readable").expect("present")
    }

    #[test]
    fn a_snapshot_goes_through_its_life() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = Root { folder: folder.path().to_path_buf() };
        let compare = |mode, text| Snapshots::of(&root, mode).compare("a", SUBJECT, text);
        let snap = folder.path().join("snapshots/a.snap");
        let pending = folder.path().join("snapshots/a.snap.new");

        assert!(matches!(compare(GoldenMode::Pending, "one\n"), Golden::Off), "no folder, no comparison");
        assert!(matches!(compare(GoldenMode::Update, "one\n"), Golden::Written(_)));
        assert_eq!(stored(&snap), "one");
        assert!(matches!(compare(GoldenMode::Compare, "two\n"), Golden::Changed { pending: None, .. }));
        assert!(matches!(compare(GoldenMode::Pending, "two\n"), Golden::Changed { pending: Some(_), .. }));
        assert_eq!(stored(&pending), "two");
        assert_eq!(stored(&snap), "one");
        assert!(matches!(compare(GoldenMode::Pending, "one\n"), Golden::Same));
        assert!(!pending.exists(), "what is no longer pending is removed");
        fs::remove_file(&snap).expect("removable");
        assert!(matches!(compare(GoldenMode::Pending, "one"), Golden::Missing { .. }));
    }

    #[test]
    fn within_the_tolerance_the_stored_text_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = Root { folder: folder.path().to_path_buf() };
        let subject = Subject { tolerance: 0.01, ..SUBJECT };
        let compare = |mode, text| Snapshots::of(&root, mode).compare("a", subject, text);
        assert!(matches!(compare(GoldenMode::Update, "p99_ms  100"), Golden::Written(_)));
        for mode in [GoldenMode::Compare, GoldenMode::Pending, GoldenMode::Update] {
            assert!(matches!(compare(mode, "p99_ms  100.9"), Golden::Same), "{mode:?}");
        }
        assert_eq!(stored(&folder.path().join("snapshots/a.snap")), "p99_ms  100");
        assert!(matches!(compare(GoldenMode::Compare, "p99_ms  101.1"), Golden::Changed { .. }));
    }

    #[test]
    fn a_file_that_is_not_a_snapshot_is_not_overwritten_by_a_comparison() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("snapshots/a.snap");
        write_atomically(&path, b"---\n\"\n---\n").expect("writable");
        let root = Root { folder: folder.path().to_path_buf() };
        let golden = Snapshots::of(&root, GoldenMode::Pending).compare("a", SUBJECT, "one");
        let Golden::Broken(error) = golden else { panic!("{golden:?}") };
        assert!(error.to_string().ends_with("; `--update` writes it anew"), "{error}");
        assert!(!error.to_string().contains("cargo"), "{error}");
        let golden = Snapshots::of(&root, GoldenMode::Update).compare("a", SUBJECT, "one");
        assert!(matches!(golden, Golden::Written(_)), "{golden:?}");
        assert_eq!(stored(&path), "one");
    }
}
