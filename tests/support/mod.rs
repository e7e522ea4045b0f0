//! From the text of a scenario to its run, without a disk: for tests that look into runs.

use std::io;
use std::path::Path;

use kvs::check::{self, execute};
use kvs::engine::{End, Sink};
use kvs::host::{Host, Memory};
use kvs::model::Scenario;

/// The only scenario of a text that is right.
#[track_caller]
pub(crate) fn compile(text: &str) -> Scenario {
    let host = Host::memory(Memory::default().with("/scenario.kvs", text.as_bytes().to_vec()));
    let mut suite =
        check::compile(&host, Path::new("scenario.kvs"), &Vec::new()).expect("the file is in memory");
    let messages: Vec<&String> = suite.diagnostics.iter().map(|diagnostic| &diagnostic.message).collect();
    assert!(!suite.has_errors(), "{messages:#?} in\n{text}");
    let case = suite.cases.pop().expect("a file without errors has a case");
    assert!(suite.cases.is_empty(), "one scenario only");
    assert!(case.not_simulated.is_empty(), "the engine simulates all of it");
    case.scenario
}

/// Runs a scenario that reads no files, telling `sink` all that happens.
pub(crate) fn run<S: Sink>(scenario: &Scenario, seed: u64, sink: &mut S) -> End {
    let no_files = |path: &str| Err(io::Error::new(io::ErrorKind::NotFound, path));
    execute(scenario, seed, &no_files, sink).expect("no trace is read").end
}
