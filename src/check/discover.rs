//! Paths as typed to the files to check.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::host::{Host, HostError, Kind};

/// What the paths lead to.
#[derive(Debug, Default)]
pub struct Discovered {
    /// Files in the order typed, those of a folder sorted; none twice.
    pub files: Vec<PathBuf>,
    /// Paths that lead nowhere.
    pub problems: Vec<HostError>,
}

/// Finds the files: those given, and every `*.kvs` below the folders given.
///
/// Without any path it is the folder `scenarios` if there is one, else the current folder.
#[must_use]
pub fn discover(host: &Host, paths: &[PathBuf]) -> Discovered {
    let mut discovered = Discovered::default();
    let mut seen = BTreeSet::new();
    let usual = if host.kind(Path::new("scenarios")).is_ok() { "scenarios" } else { "." };
    let usual = [PathBuf::from(usual)];
    let paths = if paths.is_empty() { usual.as_slice() } else { paths };
    for path in paths {
        match files_of(host, path) {
            Ok(files) => {
                discovered.files.extend(files.into_iter().filter(|file| seen.insert(host.absolute(file))));
            }
            Err(problem) => discovered.problems.push(problem),
        }
    }
    discovered
}

fn files_of(host: &Host, path: &Path) -> Result<Vec<PathBuf>, HostError> {
    match host.kind(path)? {
        Kind::File => Ok(vec![path.to_path_buf()]),
        Kind::Folder => host.scenarios_below(path),
    }
}
