//! Which cases failed when they last ran, for `--failed`.
//!
//! Kept in the folder `.kvs` of the root, which tells git to ignore itself and can be deleted at any time. Its place
//! follows from the root and from nothing a scenario says. Checks of one root may go on side by side: what is stored are
//! changes to the list as it is then. Invariant: a case leaves the list when it has run and holds, and by nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::host::{HostError, Root, read_regular, remove_abandoned_files, write_atomically};
use crate::model::Case;

/// The failures of one root.
#[derive(Clone, Debug)]
pub struct Remembered {
    folder: PathBuf,
    /// When it was read.
    ids: BTreeSet<String>,
    /// Whether a case or a file has failed since.
    changes: BTreeMap<String, bool>,
    /// Whether a list that cannot be read is replaced.
    replaces: bool,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    failed: BTreeSet<String>,
}

const FILE: &str = "failed.json";

impl Remembered {
    /// Those of a root; none where nothing was remembered yet.
    ///
    /// # Errors
    /// When the list cannot be read, or is not a list.
    pub fn of(root: &Root) -> Result<Remembered, HostError> {
        let folder = root.folder.join(".kvs");
        let ids = read(&folder)?;
        Ok(Remembered { folder, ids, changes: BTreeMap::new(), replaces: false })
    }

    /// None, for a list that cannot be read and is written anew.
    #[must_use]
    pub fn nothing(root: &Root) -> Remembered {
        let folder = root.folder.join(".kvs");
        Remembered { folder, ids: BTreeSet::new(), changes: BTreeMap::new(), replaces: true }
    }

    /// Whether a case failed, or its whole file did.
    #[must_use]
    pub fn holds(&self, case: &Case) -> bool {
        self.ids.contains(&case.to_string()) || self.ids.contains(&case.file)
    }

    /// A case has run.
    pub fn case(&mut self, case: &Case, failed: bool) {
        self.file(&case.file, false);
        self.set(case.to_string(), failed);
    }

    /// A file was compiled, by its path below the root.
    pub fn file(&mut self, file: &str, failed: bool) {
        self.set(file.to_owned(), failed);
    }

    fn set(&mut self, id: String, failed: bool) {
        self.changes.insert(id, failed);
    }

    /// Writes the list if it changes.
    ///
    /// # Errors
    /// When it cannot be read again or written.
    pub fn store(self) -> Result<(), HostError> {
        remove_abandoned_files(&self.folder);
        let stored = if self.replaces { None } else { Some(read(&self.folder)?) };
        let mut failed = stored.clone().unwrap_or_default();
        for (id, has_failed) in self.changes {
            if has_failed {
                failed.insert(id)
            } else {
                failed.remove(&id)
            };
        }
        if stored.as_ref() == Some(&failed) {
            return Ok(());
        }
        let mut text = serde_json::to_string_pretty(&Document { failed }).expect("texts are always JSON");
        text.push('\n');
        write_atomically(&self.folder.join(FILE), text.as_bytes())?;
        let ignore = self.folder.join(".gitignore");
        if ignore.exists() { Ok(()) } else { write_atomically(&ignore, b"*\n") }
    }
}

/// The list as it is stored; empty where there is none.
fn read(folder: &Path) -> Result<BTreeSet<String>, HostError> {
    let path = folder.join(FILE);
    match read_regular(&path) {
        Ok(text) => serde_json::from_slice(&text).map(|document: Document| document.failed).map_err(|_| {
            let why = "not a list of failed cases; delete it, and it is written anew";
            HostError::io(&path, io::Error::new(io::ErrorKind::InvalidData, why))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(HostError::io(&path, error)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn failures_stay_until_they_hold() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = Root { folder: folder.path().to_path_buf() };
        let case = |name: &str| Case {
            file: "a.kvs".to_owned(),
            scenario: Some(name.to_owned()),
            args: Vec::new(),
            plan: None,
        };
        let read = || Remembered::of(&root).expect("readable");

        let mut first = read();
        first.case(&case("one"), true);
        first.case(&case("two"), false);
        first.store().expect("writable");
        assert!(read().holds(&case("one")) && !read().holds(&case("two")));
        assert_eq!(fs::read(folder.path().join(".kvs/.gitignore")).expect("written"), b"*\n");

        let mut second = read();
        second.case(&case("two"), true);
        second.store().expect("writable");
        assert!(read().holds(&case("one")), "what did not run is still remembered");

        let mut third = read();
        third.file("a.kvs", true);
        third.store().expect("writable");
        assert!(read().holds(&case("new")), "of a broken file every case counts");
        let mut fourth = read();
        fourth.case(&case("one"), false);
        fourth.store().expect("writable");
        assert!(!read().holds(&case("one")) && read().holds(&case("two")));
    }

    #[test]
    fn checks_side_by_side_keep_what_the_other_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = Root { folder: folder.path().to_path_buf() };
        let case = |file: &str| Case { file: file.to_owned(), scenario: None, args: Vec::new(), plan: None };
        let read = || Remembered::of(&root).expect("readable");
        let mut before = read();
        before.case(&case("b.kvs"), true);
        before.store().expect("writable");
        let (mut one, mut other) = (read(), read());
        one.case(&case("a.kvs"), true);
        other.case(&case("b.kvs"), false);
        other.case(&case("c.kvs"), true);
        one.store().expect("writable");
        other.store().expect("writable");
        let failed = ["a.kvs", "b.kvs", "c.kvs"].map(|file| read().holds(&case(file)));
        assert_eq!(failed, [true, false, true]);
    }

    #[test]
    fn what_is_not_a_list_is_reported_and_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = Root { folder: folder.path().to_path_buf() };
        let path = folder.path().join(".kvs/failed.json");
        write_atomically(&path, b"{").expect("writable");
        let error = Remembered::of(&root).expect_err("not a list").to_string();
        assert!(error.contains("delete it"), "{error}");
        assert_eq!(fs::read(&path).expect("there"), b"{");
    }
}
