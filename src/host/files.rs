//! What a host needs of whatever holds its files.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// Neither, with what it is called: a pipe, a socket, a device. Opening one may wait forever.
    Special(&'static str),
}

/// What distinguishes a file from what it was before: where no part of it has changed, nor have its contents, unless it
/// was changed within the resolution of file times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// In bytes.
    pub length: u64,
    /// When it was last written; `None` where that is not known.
    pub modified: Option<SystemTime>,
    /// Which file it is; 0 where the system has no numbers for them.
    pub number: u64,
}

/// Holds files; every path it is given is absolute and without `..`.
pub trait Files: Send + Sync {
    /// The path with symbolic links resolved.
    ///
    /// # Errors
    /// When nothing is there.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// What a path leads to.
    ///
    /// # Errors
    /// When nothing is there.
    fn kind(&self, path: &Path) -> io::Result<Kind>;

    /// Opens a file for reading from its start.
    ///
    /// # Errors
    /// When it is not there or may not be read.
    fn open(&self, path: &Path) -> io::Result<Box<dyn BufRead + Send>>;

    /// The stamp of a file as it is now.
    ///
    /// # Errors
    /// When nothing is there.
    fn stamp(&self, path: &Path) -> io::Result<Stamp>;

    /// Every `*.kvs` below a folder, sorted by path.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    fn scenarios_below(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;
}
