//! Paths as typed to the files to check.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::host::{Host, HostError, Kind};

/// What the paths lead to.
#[derive(Debug, Default)]
pub struct Discovered {
    /// Files in the order typed, those of a folder sorted; none twice.
    pub files: Vec<PathBuf>,
    /// Those of them that were typed, and not only found in a folder.
    pub named: BTreeSet<PathBuf>,
    /// Paths that lead nowhere.
    pub problems: Vec<HostError>,
}

/// Finds the files: those given, and every `*.kvs` below the folders given.
///
/// Without any path it is the folder `scenarios` if it exists, otherwise the current folder.
#[must_use]
pub fn discover(host: &Host, paths: &[PathBuf]) -> Discovered {
    let mut discovered = Discovered::default();
    let mut seen = BTreeSet::new();
    let given = given_or_usual(host, paths);
    let is_named = |path: &&PathBuf| host.kind(path).is_ok_and(|kind| kind == Kind::File);
    let named: BTreeSet<PathBuf> = given.iter().filter(is_named).map(|path| host.absolute(path)).collect();
    for path in given {
        match files_of(host, &path) {
            Ok(files) => {
                discovered.files.extend(files.into_iter().filter(|file| seen.insert(host.absolute(file))));
            }
            Err(problem) => discovered.problems.push(problem),
        }
    }
    let is_named = |file: &&PathBuf| named.contains(&host.absolute(file));
    discovered.named = discovered.files.iter().filter(is_named).cloned().collect();
    discovered
}

/// The folders among the paths, which are searched.
#[must_use]
pub fn folders(host: &Host, paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders = given_or_usual(host, paths);
    folders.retain(|path| host.kind(path).is_ok_and(|kind| kind == Kind::Folder));
    folders
}

fn given_or_usual(host: &Host, paths: &[PathBuf]) -> Vec<PathBuf> {
    if !paths.is_empty() {
        return paths.to_vec();
    }
    let usual = if host.kind(Path::new("scenarios")).is_ok() { "scenarios" } else { "." };
    vec![PathBuf::from(usual)]
}

fn files_of(host: &Host, path: &Path) -> Result<Vec<PathBuf>, HostError> {
    match host.kind(path)? {
        // What cannot be read is reported when it is opened, as other files are.
        Kind::File | Kind::Special(_) => Ok(vec![path.to_path_buf()]),
        Kind::Folder => host.scenarios_below(path),
    }
}
