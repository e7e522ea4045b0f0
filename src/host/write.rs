//! Files that are there in full or not at all.
//!
//! Bytes go to a temporary file in the same folder, which is renamed over the old one when it is complete. The new file
//! may be read and written by whom the old one could; a link stays one, and what it points to is replaced.
//! Invariant: a reader of the path sees the old bytes or the new ones, whenever we are stopped.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, PersistError};

use super::unfinished::Listed;
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

/// As [`write_atomically`], where there is no file of that name yet.
///
/// # Errors
/// As there, and when there is one: it is untouched, even if it appeared meanwhile.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), HostError> {
    let mut file = PendingFile::create(path)?;
    file.write_all(bytes).map_err(|error| HostError::io(path, error))?;
    file.finish(|file, path| file.persist_noclobber(path))
}

/// A file being written; it appears under its name when it is [persisted](PendingFile::persist).
#[derive(Debug)]
pub struct PendingFile {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
    /// Below `file`, so that it is dropped when the temporary file is gone.
    listed: Listed,
}

impl PendingFile {
    /// Begins a file; its folder is made if missing.
    ///
    /// # Errors
    /// When the folder cannot be made or written to.
    pub fn create(path: &Path) -> Result<PendingFile, HostError> {
        let path = &behind_links(path);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let create = || {
            fs::create_dir_all(folder)?;
            let prefix = sweep::prefix();
            let mut builder = Builder::new();
            builder.prefix(&prefix).suffix(sweep::SUFFIX);
            readable_by_umask(&mut builder);
            let file = builder.tempfile_in(folder)?;
            if let Ok(old) = fs::metadata(path) {
                file.as_file().set_permissions(old.permissions())?;
            }
            // Says to those who sweep that it is still written; where there are no locks its age does.
            let _ = file.as_file().try_lock();
            Ok(file)
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
        self.finish(|file, path| file.persist(path))
    }

    fn finish(
        self,
        persist: impl FnOnce(NamedTempFile, &Path) -> Result<fs::File, PersistError>,
    ) -> Result<(), HostError> {
        let PendingFile { path, file, listed } = self;
        let finish = || -> io::Result<()> {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.as_file().sync_data()?;
            persist(file, &path).map_err(|error| error.error)?;
            Ok(())
        };
        let finished = finish().map_err(|error| HostError::io(&path, error));
        drop(listed);
        finished
    }
}

/// Where a path leads whose last part is a link, and so on; the file need not be there.
fn behind_links(path: &Path) -> PathBuf {
    /// More in a row are a circle, which the system refuses.
    const MOST_LINKS: usize = 40;
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
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

    #[test]
    fn what_is_there_is_not_overwritten_by_what_must_be_new() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.txt");
        write_new(&path, b"first").expect("writable");
        let error = write_new(&path, b"second").expect_err("it is there");
        assert!(error.to_string().contains("a.txt"), "{error}");
        assert_eq!(fs::read(&path).expect("readable"), b"first");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay_as_they_are() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("real")).expect("writable");
        write_atomically(&at("real/a.txt"), b"old").expect("writable");
        symlink("real/a.txt", at("link")).expect("writable");
        symlink("link", at("second")).expect("writable");
        symlink("real/b.txt", at("dangling")).expect("writable");
        for mode in [0o600, 0o755, 0o444] {
            fs::set_permissions(at("real/a.txt"), fs::Permissions::from_mode(mode)).expect("ours");
            write_atomically(&at("second"), b"new").expect("writable");
            let metadata = fs::metadata(at("real/a.txt")).expect("there");
            assert_eq!(metadata.permissions().mode() & 0o777, mode);
        }
        assert_eq!(fs::read(at("real/a.txt")).expect("readable"), b"new");
        write_atomically(&at("dangling"), b"made").expect("writable");
        assert_eq!(fs::read(at("real/b.txt")).expect("readable"), b"made");
        for link in ["link", "second", "dangling"] {
            assert!(fs::symlink_metadata(at(link)).expect("there").is_symlink(), "{link}");
        }
    }
}
