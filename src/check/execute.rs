//! One run of one case: the same for `kvs run`, `kvs check` and tests.

use std::io;
use std::path::Path;

use crate::engine::{self, End, Sink};
use crate::host::{Host, Root};
use crate::model::Scenario;
use crate::workload::{Clamped, OpenTrace, Traffic, TrafficError};

/// What a run hands over beside what its sink heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// How it ended.
    pub end: End,
    /// How often lengths met their limits, for each generated workload.
    pub clamped: Vec<Clamped>,
}

/// Runs a scenario under a seed, telling `sink` all that happens.
///
/// # Errors
/// When a trace cannot be read.
pub fn execute<S: Sink>(
    scenario: &Scenario,
    seed: u64,
    open: OpenTrace<'_>,
    sink: &mut S,
) -> Result<Executed, TrafficError> {
    let mut traffic = Traffic::new(scenario, seed, open)?;
    let end = engine::run(scenario, &mut traffic, seed, sink);
    match traffic.problem() {
        Some(problem) => Err(problem.clone()),
        None => Ok(Executed { end, clamped: traffic.clamped().collect() }),
    }
}

/// How the traces of a project are opened.
pub fn open_traces<'a>(
    host: &'a Host,
    root: &'a Root,
) -> impl Fn(&str) -> io::Result<Box<dyn io::BufRead + Send>> + 'a {
    move |resolved| host.open(root, Path::new(resolved)).map_err(io::Error::from)
}
