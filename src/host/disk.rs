//! Files on disk.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
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
        Ok(if fs::metadata(path)?.is_dir() { Kind::Folder } else { Kind::File })
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        Ok(Box::new(BufReader::with_capacity(64 * 1024, file)))
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

#[cfg(unix)]
fn number(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_metadata: &fs::Metadata) -> u64 {
    0
}
