//! Files that are there in full or not at all.
//!
//! Bytes go to a temporary file in the same folder, which is renamed over the old one when it is complete.
//! Invariant: whoever reads the path sees the old bytes or the new ones, whenever we are stopped.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::{Builder, NamedTempFile};

use super::{HostError, sweep};

/// Writes a file in one step; its folder is made if missing.
///
/// # Errors
/// When the folder cannot be made or written to; the old file is then untouched.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), HostError> {
    let mut file = PendingFile::create(path)?;
    file.write_all(bytes).map_err(|error| HostError::io(path, error))?;
    file.persist()
}

/// A file being written; it appears under its name when it is [persisted](PendingFile::persist).
#[derive(Debug)]
pub struct PendingFile {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
    /// Below `file`, so that it is dropped when the temporary file is gone.
    listed: Listed,
}

/// Temporary files there are, for a process that ends without dropping them.
static PENDING: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Removes the temporary files of all that is being written; for a process that is about to end.
pub fn remove_pending_files() {
    for path in &*PENDING.lock().unwrap_or_else(PoisonError::into_inner) {
        // Whatever is in the way, the process ends.
        let _ = fs::remove_file(path);
    }
}

/// A line of [`PENDING`], as long as it lives.
#[derive(Debug)]
struct Listed(PathBuf);

impl Listed {
    fn new(path: &Path) -> Listed {
        PENDING.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_path_buf());
        Listed(path.to_path_buf())
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        PENDING.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

impl PendingFile {
    /// Begins a file; its folder is made if missing.
    ///
    /// # Errors
    /// When the folder cannot be made or written to.
    pub fn create(path: &Path) -> Result<PendingFile, HostError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let create = || {
            fs::create_dir_all(folder)?;
            let prefix = sweep::prefix();
            let mut builder = Builder::new();
            builder.prefix(&prefix).suffix(sweep::SUFFIX);
            readable_by_umask(&mut builder);
            builder.tempfile_in(folder)
        };
        let file = create().map_err(|error| HostError::io(path, error))?;
        let listed = Listed::new(file.path());
        Ok(PendingFile { path: path.to_path_buf(), file: BufWriter::new(file), listed })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// When the last bytes cannot be written or the old file cannot be replaced.
    pub fn persist(self) -> Result<(), HostError> {
        let PendingFile { path, file, listed } = self;
        let persist = || -> io::Result<()> {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.as_file().sync_data()?;
            file.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        let persisted = persist().map_err(|error| HostError::io(&path, error));
        drop(listed);
        persisted
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Temporary files are private by default; these become ordinary ones.
#[cfg(unix)]
fn readable_by_umask(builder: &mut Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn readable_by_umask(_builder: &mut Builder<'_, '_>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abandoned_file_leaves_the_old_one_and_no_trace() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.txt");
        write_atomically(&path, b"old").expect("writable");
        let mut pending = PendingFile::create(&path).expect("writable");
        pending.write_all(b"new").expect("writable");
        drop(pending);
        assert_eq!(fs::read(&path).expect("readable"), b"old");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
    }
}
