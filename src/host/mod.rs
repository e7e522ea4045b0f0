//! The only access to what a scenario names, imports and traces included, and to all files that are written.
//!
//! A [`Host`] knows where it was started and whether it may leave a project; a [`Root`] is the project a file belongs
//! to. Knows nothing of the language. Invariant: unless `allow_outside` is set nothing is read whose real path,
//! symbolic links resolved, lies outside the root.

mod disk;
mod error;
mod files;
mod memory;
mod paths;
mod sweep;
mod unfinished;
mod write;

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

pub use disk::{Disk, read_regular};
pub use error::{HostError, Problem};
pub use files::{Files, Kind, Stamp};
pub use memory::Memory;
pub use paths::{display, normalise};
pub use sweep::remove_abandoned_files;
pub use unfinished::{TemporaryFolder, remove_unfinished};
pub use write::{PendingFile, write_atomically, write_new};

/// The largest scenario or import that is read, in bytes: 8 MiB.
pub const MAX_SCENARIO_BYTES: u64 = 8 * 1024 * 1024;

/// Where files are and which may be read.
pub struct Host {
    files: Box<dyn Files>,
    cwd: PathBuf,
    allow_outside: bool,
}

/// The folder reads are confined to: that of the nearest `kvs.toml` or `.git`, otherwise the file's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Root {
    /// Absolute, symbolic links resolved.
    pub folder: PathBuf,
}

impl Host {
    /// Files on disk, seen from the current folder.
    ///
    /// # Errors
    /// When the current folder is gone.
    pub fn disk(allow_outside: bool) -> io::Result<Host> {
        Ok(Host { files: Box::new(Disk), cwd: std::env::current_dir()?, allow_outside })
    }

    /// Files on disk, seen from a folder, which is absolute.
    #[must_use]
    pub fn disk_at(folder: PathBuf, allow_outside: bool) -> Host {
        Host { files: Box::new(Disk), cwd: folder, allow_outside }
    }

    /// Files in memory, seen from `/`.
    #[must_use]
    pub fn memory(files: Memory) -> Host {
        Host { files: Box::new(files), cwd: PathBuf::from("/"), allow_outside: false }
    }

    /// The path as an absolute one, symbolic links untouched.
    #[must_use]
    pub fn absolute(&self, path: &Path) -> PathBuf {
        normalise(&self.cwd.join(path))
    }

    /// The root of a file or folder.
    ///
    /// # Errors
    /// When its folder does not exist.
    pub fn root_of(&self, path: &Path) -> Result<Root, HostError> {
        let absolute = self.absolute(path);
        let folder = match self.kind(path)? {
            Kind::Folder => absolute.as_path(),
            Kind::File | Kind::Special(_) => absolute.parent().unwrap_or(Path::new("/")),
        };
        let folder = self.files.canonical(folder).map_err(|error| HostError::io(path, error))?;
        let marked = folder.ancestors().find(|ancestor| {
            ["kvs.toml", ".git"].iter().any(|marker| self.files.kind(&ancestor.join(marker)).is_ok())
        });
        Ok(Root { folder: marked.map_or_else(|| folder.clone(), Path::to_path_buf) })
    }

    /// A file's path below its root, with forward slashes; as given where it lies elsewhere.
    #[must_use]
    pub fn below(&self, root: &Root, file: &Path) -> String {
        let absolute = self.absolute(file);
        let folder = absolute.parent().unwrap_or(Path::new("/"));
        let folder = self.files.canonical(folder).unwrap_or_else(|_| folder.to_path_buf());
        let real = folder.join(absolute.file_name().unwrap_or_default());
        display(real.strip_prefix(&root.folder).unwrap_or(file))
    }

    /// A path as people type it: relative to where they are, as far as it lies below.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        let cwd = self.files.canonical(&self.cwd).unwrap_or_else(|_| self.cwd.clone());
        let mut up = PathBuf::new();
        for ancestor in cwd.ancestors() {
            // Paths are not counted from the root of the disk.
            if let (Ok(below), Some(_)) = (path.strip_prefix(ancestor), ancestor.parent()) {
                return display(&up.join(below));
            }
            up.push("..");
        }
        display(path)
    }

    /// What a path leads to.
    ///
    /// # Errors
    /// When nothing is there.
    pub fn kind(&self, path: &Path) -> Result<Kind, HostError> {
        self.files.kind(&self.absolute(path)).map_err(|error| HostError::io(path, error))
    }

    /// The scenarios below a folder, sorted; what `.gitignore` names, hidden folders and `target` are left out.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn scenarios_below(&self, folder: &Path) -> Result<Vec<PathBuf>, HostError> {
        let absolute = self.absolute(folder);
        let found = self.files.scenarios_below(&absolute).map_err(|error| HostError::io(folder, error))?;
        Ok(found
            .into_iter()
            .map(|file| match file.strip_prefix(&absolute) {
                Ok(below) if folder == Path::new(".") => below.to_path_buf(),
                Ok(below) => folder.join(below),
                Err(_) => file,
            })
            .collect())
    }

    /// Reads a scenario or an import as text.
    ///
    /// # Errors
    /// When it cannot be read, lies outside the root, is larger than [`MAX_SCENARIO_BYTES`] or is not UTF-8.
    pub fn read_scenario(&self, root: &Root, path: &Path) -> Result<String, HostError> {
        let real = self.resolve(root, path)?;
        let reader = self.files.open(&real).map_err(|error| HostError::io(path, error))?;
        let mut bytes = Vec::new();
        reader
            .take(MAX_SCENARIO_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| HostError::io(path, error))?;
        if bytes.len() as u64 > MAX_SCENARIO_BYTES {
            return Err(HostError::new(path, Problem::TooLarge { limit: MAX_SCENARIO_BYTES }));
        }
        String::from_utf8(bytes).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            let readable = String::from_utf8_lossy(error.as_bytes()).into_owned();
            HostError::new(path, Problem::NotUtf8 { offset, readable })
        })
    }

    /// Opens a trace for reading from its start.
    ///
    /// # Errors
    /// When it cannot be opened or lies outside the root.
    pub fn open(&self, root: &Root, path: &Path) -> Result<Box<dyn BufRead + Send>, HostError> {
        let real = self.resolve(root, path)?;
        self.files.open(&real).map_err(|error| HostError::io(path, error))
    }

    /// The stamp of a trace as it is now.
    ///
    /// # Errors
    /// When it is not there or lies outside the root.
    pub fn stamp(&self, root: &Root, path: &Path) -> Result<Stamp, HostError> {
        let real = self.resolve(root, path)?;
        self.files.stamp(&real).map_err(|error| HostError::io(path, error))
    }

    /// The real path, if it may be read.
    fn resolve(&self, root: &Root, path: &Path) -> Result<PathBuf, HostError> {
        let absolute = self.absolute(path);
        // Asked first: the pipe of a shell, as `/dev/fd/63`, has no path of its own.
        if let Ok(Kind::Special(what)) = self.files.kind(&absolute) {
            return Err(HostError::new(path, Problem::Special(what)));
        }
        let canonical = self.files.canonical(&absolute);
        let seen = canonical.as_deref().unwrap_or(&absolute);
        if !self.allow_outside && !seen.starts_with(&root.folder) {
            return Err(HostError::new(path, Problem::Outside { root: root.folder.clone() }));
        }
        canonical.map_err(|error| HostError::io(path, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> Host {
        Host::memory(
            Memory::default()
                .with("/project/kvs.toml", "")
                .with("/project/scenarios/a.kvs", "# a")
                .with("/project/scenarios/deep/b.kvs", "# b")
                .with("/project/bad.kvs", b"ab\xffc".to_vec())
                .with("/alone/c.kvs", "# c"),
        )
    }

    fn problem(host: &Host, root: &Root, path: &str) -> String {
        host.read_scenario(root, Path::new(path)).expect_err("must not be readable").to_string()
    }

    #[test]
    fn the_root_is_the_nearest_marked_folder_else_the_files_own() {
        let host = project();
        let root = |path: &str| host.root_of(Path::new(path)).expect("exists").folder;
        assert_eq!(root("project/scenarios/deep/b.kvs"), Path::new("/project"));
        assert_eq!(root("alone/c.kvs"), Path::new("/alone"));
    }

    #[test]
    fn paths_are_shown_from_where_people_are() {
        let mut host = project();
        host.cwd = PathBuf::from("/project/scenarios");
        let shown = |path: &str| host.shown(Path::new(path));
        assert_eq!(shown("/project/scenarios/a.kvs"), "a.kvs");
        assert_eq!(shown("/project/snapshots"), "../snapshots");
        assert_eq!(shown("/alone/c.kvs"), "/alone/c.kvs");
    }

    #[test]
    fn reads_stay_below_the_root() {
        let host = project();
        let root = Root { folder: PathBuf::from("/project") };
        let read = |path: &str| host.read_scenario(&root, Path::new(path)).expect("inside");
        assert_eq!(read("project/scenarios/deep/../a.kvs"), "# a");
        assert_eq!(
            problem(&host, &root, "project/../alone/c.kvs"),
            "`project/../alone/c.kvs` lies outside the project at `/project`"
        );
        assert_eq!(problem(&host, &root, "project/none.kvs"), "`project/none.kvs`: no such file or folder");
    }

    #[test]
    fn bytes_that_are_no_text_are_named_by_their_offset() {
        let host = project();
        let root = Root { folder: PathBuf::from("/project") };
        assert_eq!(
            problem(&host, &root, "project/bad.kvs"),
            "`project/bad.kvs` is not UTF-8: invalid byte at offset 2"
        );
    }

    #[test]
    fn a_scenario_may_have_8_mib_and_no_byte_more() {
        let largest = usize::try_from(MAX_SCENARIO_BYTES).expect("fits");
        let host = Host::memory(
            Memory::default()
                .with("/fits.kvs", vec![b' '; largest])
                .with("/over.kvs", vec![b' '; largest + 1]),
        );
        let root = Root { folder: PathBuf::from("/") };
        assert!(host.read_scenario(&root, Path::new("fits.kvs")).is_ok());
        assert_eq!(
            problem(&host, &root, "over.kvs"),
            "`over.kvs` is larger than 8 MiB, the limit for scenarios"
        );
    }

    #[test]
    fn folders_are_walked_in_order() {
        let host = project();
        let found = host.scenarios_below(Path::new("project/scenarios")).expect("exists");
        assert_eq!(found, [Path::new("project/scenarios/a.kvs"), Path::new("project/scenarios/deep/b.kvs")]);
    }
}
