//! What a process that ends without dropping anything must remove: temporary files and folders.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

/// Temporary files and folders there are.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Removes all temporary files and folders; for a process that is about to end.
pub fn remove_unfinished() {
    for path in &*UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner) {
        // Whatever is in the way, the process ends.
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}

/// A line of [`UNFINISHED`], as long as it lives.
#[derive(Debug)]
pub(super) struct Listed(PathBuf);

impl Listed {
    pub(super) fn new(path: &Path) -> Listed {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_path_buf());
        Listed(path.to_path_buf())
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// An empty folder that is removed with all it holds when this is dropped or the process ends.
#[derive(Debug)]
pub struct TemporaryFolder {
    folder: TempDir,
    /// Below `folder`, so that it is dropped when the folder is gone.
    _listed: Listed,
}

impl TemporaryFolder {
    /// Makes one.
    ///
    /// # Errors
    /// When the folder for temporary files cannot be written to.
    pub fn new() -> io::Result<TemporaryFolder> {
        let folder = tempfile::tempdir()?;
        let listed = Listed::new(folder.path());
        Ok(TemporaryFolder { folder, _listed: listed })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}
