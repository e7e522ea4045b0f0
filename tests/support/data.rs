//! Recorded data that is not part of the repository: where it lies, or the line that says who was skipped.

use std::io::{self, Write as _};
use std::path::PathBuf;

/// The folder that `KVS_DATA` names; without it `test` is skipped, which is reported in a line that `.ci/run` counts.
pub(crate) fn folder(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("KVS_DATA").map(PathBuf::from);
    if folder.is_none() {
        // What a passing test prints is kept back; what is written to the stream itself is not.
        let line = format!("skipped: {test}: KVS_DATA is not set\n");
        io::stderr().write_all(line.as_bytes()).expect("stderr is open");
    }
    folder
}
