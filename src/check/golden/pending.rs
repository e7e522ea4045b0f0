//! Pending snapshots: what they are about, and what becomes of them.
//!
//! The same files, in the same format, as `cargo insta review` works on. Invariant: accepting and rejecting are done
//! one file after the other and each in one step, so that nothing is lost when it stops in between.

use std::fs;
use std::path::{Path, PathBuf};

use insta::Snapshot;

use super::{Unread, format, read, remove};
use crate::host::{HostError, Root, write_atomically};

/// A pending snapshot.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The case.
    pub id: String,
    /// Its file below the root.
    pub file: String,
    /// The line to show beside it, from 1.
    pub line: u32,
    /// The pending file.
    pub path: PathBuf,
    /// Where it goes.
    pub target: PathBuf,
    /// What is stored now; `None` for a new case.
    pub old: Option<String>,
    /// What would be stored.
    pub new: String,
}

/// The pending snapshots below a root, sorted by path; nothing where there is no folder.
///
/// # Errors
/// When the folder or a file cannot be read, or is not a snapshot.
pub fn pending(root: &Root) -> Result<Vec<Pending>, HostError> {
    let folder = root.folder.join("snapshots");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder).map_err(|error| HostError::io(&folder, error))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| HostError::io(&folder, error))?.path();
        if path.to_string_lossy().ends_with(".snap.new") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.into_iter().map(Pending::read).collect()
}

impl Pending {
    fn read(path: PathBuf) -> Result<Pending, HostError> {
        let target = path.with_extension("");
        let broken = |unread: Unread| unread.into_host_error(&path);
        let new = read(&path).map_err(broken)?.unwrap_or_default();
        let snapshot = Snapshot::from_file(&path)
            .map_err(|_| Unread::NotASnapshot("its front matter cannot be read").into_host_error(&path))?;
        let metadata = snapshot.metadata();
        let file = metadata.input_file().or(metadata.source()).unwrap_or_default().to_owned();
        let id = metadata.expression().unwrap_or(&file).to_owned();
        let line = metadata.assertion_line().unwrap_or(1);
        // What cannot be read is overwritten by what is accepted, as it would be by `--update`.
        let old = read(&target).unwrap_or_default();
        Ok(Pending { id, file, line, path, target, old, new })
    }

    /// It becomes the snapshot.
    ///
    /// # Errors
    /// When it cannot be read, written or removed; the old snapshot is then untouched.
    pub fn accept(&self) -> Result<(), HostError> {
        let text = fs::read_to_string(&self.path).map_err(|error| HostError::io(&self.path, error))?;
        write_atomically(&self.target, format::accepted(&text).as_bytes())?;
        remove(&self.path)
    }

    /// It is removed; what is stored stays.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn reject(&self) -> Result<(), HostError> {
        remove(&self.path)
    }

    /// Whether it is about a file, or one below a folder, by their paths below the root.
    #[must_use]
    pub fn is_below(&self, path: &str) -> bool {
        path.is_empty() || Path::new(&self.file).starts_with(path)
    }
}
