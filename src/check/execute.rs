//! One run of one case: the same for `kvs run`, `kvs check` and tests.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::{self, End, Sink, Stepping};
use crate::host::{Host, Root};
use crate::model::{Scenario, WorkloadSource};
use crate::workload::arrivals::is_closed_loop;
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
/// When a trace cannot be read, or time stands still.
pub fn execute<S: Sink>(
    scenario: &Scenario,
    seed: u64,
    open: OpenTrace<'_>,
    sink: &mut S,
) -> Result<Executed, TrafficError> {
    execute_by(Stepping::default(), scenario, seed, open, sink)
}

/// As [`execute`], getting through steps as told.
///
/// # Errors
/// As [`execute`].
pub fn execute_by<S: Sink>(
    stepping: Stepping,
    scenario: &Scenario,
    seed: u64,
    open: OpenTrace<'_>,
    sink: &mut S,
) -> Result<Executed, TrafficError> {
    let mut traffic = Traffic::new(scenario, seed, open)?;
    let end = engine::run(scenario, &mut traffic, seed, stepping, sink);
    match traffic.problem() {
        Some(problem) => Err(problem.clone()),
        None if end.given_up => Ok(Executed { end, clamped: Vec::new() }),
        None if end.is_livelocked => Err(standstill(scenario, end)),
        // A run without `until` ends when nobody is left, or when what is left ends beyond the clock.
        None if scenario.run.until.is_none() && end.unfinished > 0 => Err(beyond_the_clock(scenario, end)),
        None => Ok(Executed { end, clamped: traffic.clamped().collect() }),
    }
}

/// A listener that wants no more once the flag is set: the run it listens to is given up.
pub(super) struct Until<'a>(pub(super) &'a AtomicBool);

impl Sink for Until<'_> {
    fn wants_more(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

fn beyond_the_clock(scenario: &Scenario, end: End) -> TrafficError {
    TrafficError {
        path: scenario.workloads.first().map_or_else(String::new, |workload| workload.name.clone()),
        line: None,
        column: None,
        unreadable: false,
        message: format!(
            "{} requests would end after the simulation's clock, which ends at 213 days; give GPUs higher rates, or end \
             the run with `until`",
            end.unfinished
        ),
    }
}

/// Users who neither think nor wait send for ever without a moment passing, as do those of very long sessions.
fn standstill(scenario: &Scenario, end: End) -> TrafficError {
    let closed = scenario.workloads.iter().find(|workload| match &workload.source {
        WorkloadSource::Generated { arrivals, session, .. } => {
            is_closed_loop(&arrivals.name) || session.is_some()
        }
        WorkloadSource::Rows(_) | WorkloadSource::File(_) => false,
    });
    TrafficError {
        path: closed
            .or(scenario.workloads.first())
            .map_or_else(String::new, |workload| workload.name.clone()),
        line: None,
        column: None,
        unreadable: false,
        message: format!(
            "time stands still at {}: {} requests in one instant came back without taking any time; let users think, or \
             give requests that fit and take time",
            end.at,
            engine::MAX_RETURNS_AT_ONCE
        ),
    }
}

/// How the traces of a project are opened.
pub fn open_traces<'a>(
    host: &'a Host,
    root: &'a Root,
) -> impl Fn(&str) -> io::Result<Box<dyn io::BufRead + Send>> + 'a {
    move |resolved| host.open(root, Path::new(resolved)).map_err(io::Error::from)
}
