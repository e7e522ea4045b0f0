//! What a file's results follow from, as one text: equal texts, equal results.

use std::path::Path;

use super::digests::Digests;
use crate::check::{GoldenMode, Snapshots, Suite, snapshot_name};
use crate::digest::sha256;
use crate::host::{Host, read_regular};

/// The inputs of a file, in two parts, as one of them is written by runs themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    /// The text itself, what it imports, its traces.
    inputs: String,
    /// The stored snapshots of its cases.
    snapshots: String,
}

impl Fingerprint {
    /// As the files are now; the texts are those that were compiled.
    pub(super) fn of(host: &Host, suite: &Suite, digests: &mut Digests) -> Fingerprint {
        let mut inputs: Vec<String> = suite.sources.texts().map(|text| hash(text.as_bytes())).collect();
        inputs.extend(traces(suite).map(|path| {
            // A trace that is missing is an input too: when it comes back the file runs again.
            digests.of(host, &suite.root, Path::new(path)).unwrap_or_else(|| "none".to_owned())
        }));
        Fingerprint { inputs: inputs.join(" "), snapshots: snapshots(suite) }
    }

    /// The same inputs with the snapshots as they are now: for what a run has written itself.
    pub(super) fn with_present_snapshots(self, suite: &Suite) -> Fingerprint {
        Fingerprint { snapshots: snapshots(suite), ..self }
    }
}

/// The files that cases read while they run, traces and files of numbers, by the paths they resolve to.
pub(super) fn traces(suite: &Suite) -> impl Iterator<Item = &str> {
    let workloads = suite.cases.iter().flat_map(|compiled| &compiled.scenario.workloads);
    workloads.flat_map(|workload| workload.files().into_iter().map(|(_, path)| path))
}

fn snapshots(suite: &Suite) -> String {
    let folder = Snapshots::of(&suite.root, GoldenMode::Compare);
    let stored = suite.cases.iter().map(|compiled| {
        let name = format!("{}.snap", snapshot_name(&compiled.scenario.case));
        read_regular(&folder.folder().join(name)).map_or_else(|_| "none".to_owned(), |bytes| hash(&bytes))
    });
    stored.collect::<Vec<_>>().join(" ")
}

fn hash(bytes: &[u8]) -> String {
    sha256(bytes).expect("reading memory cannot fail")
}
