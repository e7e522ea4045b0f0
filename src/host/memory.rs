//! Files in memory: tests, and editors with unsaved text.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Cursor};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Files, Kind, Stamp, normalise};

/// A few files by absolute path; folders exist where files are below them.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Arc<[u8]>>,
}

impl Memory {
    /// Adds a file.
    #[must_use]
    pub fn with(mut self, path: impl AsRef<Path>, content: impl Into<Vec<u8>>) -> Memory {
        self.files.insert(normalise(path.as_ref()), content.into().into());
        self
    }
}

impl Files for Memory {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.kind(path).map(|_| path.to_path_buf())
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        if self.files.contains_key(path) {
            Ok(Kind::File)
        } else if self.files.keys().any(|file| file.starts_with(path)) {
            Ok(Kind::Folder)
        } else {
            Err(io::Error::from(io::ErrorKind::NotFound))
        }
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
        let content = self.files.get(path).ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        Ok(Box::new(Cursor::new(Arc::clone(content))))
    }

    fn stamp(&self, path: &Path) -> io::Result<Stamp> {
        let content = self.files.get(path).ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        Ok(Stamp { length: content.len() as u64, modified: None, number: 0 })
    }

    fn scenarios_below(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let below = self.files.keys().filter(|file| file.starts_with(folder));
        Ok(below
            .filter(|file| file.extension().is_some_and(|extension| extension == "kvs"))
            .cloned()
            .collect())
    }
}
