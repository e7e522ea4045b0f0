//! Files on disk.

use std::fs::{self, File, FileType};
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::{Files, Kind, Stamp};

/// The file system.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Files for Disk {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        Ok(kind(fs::metadata(path)?.file_type()))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
        Ok(Box::new(BufReader::with_capacity(64 * 1024, open_regular(path)?)))
    }

    fn stamp(&self, path: &Path) -> io::Result<Stamp> {
        let metadata = fs::metadata(path)?;
        Ok(Stamp { length: metadata.len(), modified: metadata.modified().ok(), number: number(&metadata) })
    }

    fn scenarios_below(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let walk = WalkBuilder::new(folder)
            .require_git(false)
            .git_global(false)
            .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != "target")
            .sort_by_file_path(Path::cmp)
            .build();
        let mut scenarios = Vec::new();
        for entry in walk {
            let entry = entry.map_err(|error| {
                let sentence = error.to_string();
                error.into_io_error().unwrap_or_else(|| io::Error::other(sentence))
            })?;
            let is_file = entry.file_type().is_some_and(|kind| !kind.is_dir());
            if is_file && entry.path().extension().is_some_and(|extension| extension == "kvs") {
                scenarios.push(entry.into_path());
            }
        }
        scenarios.sort();
        Ok(scenarios)
    }
}

/// Reads a regular file that no scenario names: a snapshot, a list of failures.
///
/// # Errors
/// When it cannot be read, and when it is a folder, a pipe, a socket or a device.
pub fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a regular file. What else there may be is refused before it is opened, which may wait forever.
fn open_regular(path: &Path) -> io::Result<File> {
    match kind(fs::metadata(path)?.file_type()) {
        Kind::File => File::open(path),
        Kind::Folder => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        Kind::Special(what) => Err(io::Error::other(not_regular(what))),
    }
}

/// Why a pipe, a socket or a device is not read.
pub(super) fn not_regular(what: &str) -> String {
    format!("not a regular file but {what}")
}

fn kind(file_type: FileType) -> Kind {
    if file_type.is_dir() {
        Kind::Folder
    } else if file_type.is_file() {
        Kind::File
    } else {
        Kind::Special(name_of_special(file_type))
    }
}

#[cfg(unix)]
fn name_of_special(file_type: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    if file_type.is_fifo() {
        "a pipe"
    } else if file_type.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn name_of_special(_file_type: FileType) -> &'static str {
    "a special file"
}

#[cfg(unix)]
fn number(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_metadata: &fs::Metadata) -> u64 {
    0
}
