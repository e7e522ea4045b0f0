//! One run of one case: the same for `kvs run`, `kvs check` and tests.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::{self, End, Sink, Stepping};
use crate::host::{Host, Root};
use crate::model::{Scenario, WorkloadSource};
use crate::units::SimTime;
use crate::workload::arrivals::is_closed_loop;
use crate::workload::formats::Survey;
use crate::workload::{Clamped, OpenTrace, Traffic, TrafficError};

/// What a run returns beside what its sink received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// How it ended.
    pub end: End,
    /// How often lengths met their limits, for each generated workload.
    pub clamped: Vec<Clamped>,
    /// What trace files hold, by the index of their workload.
    pub surveys: Vec<(u16, Survey)>,
}

/// Runs a scenario under a seed, passing all that happens to `sink`.
///
/// # Errors
/// When a trace cannot be read, or time stands still.
pub fn execute<S: Sink>(
    scenario: &Scenario,
    seed: u64,
    open: OpenTrace<'_>,
    sink: &mut S,
) -> Result<Executed, RunError> {
    execute_by(Stepping::default(), scenario, seed, open, sink)
}

/// As [`execute`], with the given way of executing steps.
///
/// # Errors
/// As [`execute`].
pub fn execute_by<S: Sink>(
    stepping: Stepping,
    scenario: &Scenario,
    seed: u64,
    open: OpenTrace<'_>,
    sink: &mut S,
) -> Result<Executed, RunError> {
    let mut traffic = Traffic::new(scenario, seed, open)?;
    let end = engine::run(scenario, &mut traffic, seed, stepping, sink);
    match traffic.problem() {
        Some(problem) => Err(problem.clone().into()),
        None if end.given_up => Ok(Executed { end, clamped: Vec::new(), surveys: Vec::new() }),
        None if end.is_livelocked => {
            let workload = closed_loop(scenario).unwrap_or_else(|| first_workload(scenario));
            Err(RunError::Standstill { workload, at: end.at })
        }
        // A run without `until` ends when no request is left, or when those that are left end beyond the clock.
        None if scenario.run.until.is_none() && end.unfinished > 0 => {
            Err(RunError::BeyondTheClock { workload: first_workload(scenario), unfinished: end.unfinished })
        }
        None => {
            let surveys = traffic.surveys().map(|(workload, survey)| (workload, survey.clone())).collect();
            Ok(Executed { end, clamped: traffic.clamped().collect(), surveys })
        }
    }
}

/// A sink that wants no more once the flag is set: its run is given up.
pub(super) struct Until<'a>(pub(super) &'a AtomicBool);

impl Sink for Until<'_> {
    fn wants_more(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

/// Why a run has no end that means anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// Requests could not be drawn or read.
    Traffic(TrafficError),
    /// Requests came back again and again without time passing.
    Standstill {
        /// Whose requests: the workload's name.
        workload: String,
        /// When.
        at: SimTime,
    },
    /// Requests would end after the simulation's clock.
    BeyondTheClock {
        /// The first workload.
        workload: String,
        /// How many requests.
        unfinished: u64,
    },
}

impl RunError {
    /// Whether a file could not be read, rather than the scenario being wrong.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        matches!(self, RunError::Traffic(error) if error.unreadable)
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Traffic(error) => formatter.write_str(&error.message),
            RunError::Standstill { workload: _, at } => write!(
                formatter,
                "time stands still at {at}: {} requests in one instant came back without taking any time; let users \
                 think, or give requests that fit and take time",
                engine::MAX_RETURNS_AT_ONCE
            ),
            RunError::BeyondTheClock { workload: _, unfinished } => write!(
                formatter,
                "{unfinished} requests would end after the simulation's clock, which ends at 213 days; give GPUs higher \
                 rates, or end the run with `until`"
            ),
        }
    }
}

impl std::error::Error for RunError {}

impl From<TrafficError> for RunError {
    fn from(error: TrafficError) -> RunError {
        RunError::Traffic(error)
    }
}

fn first_workload(scenario: &Scenario) -> String {
    scenario.workloads.first().map_or_else(String::new, |workload| workload.name.clone())
}

/// The workload to blame where time stands still: users who neither think nor wait send forever without time passing, as
/// do those of very long sessions.
fn closed_loop(scenario: &Scenario) -> Option<String> {
    let is_closed = |source: &WorkloadSource| match source {
        WorkloadSource::Generated { arrivals, session, .. } => {
            is_closed_loop(&arrivals.name) || session.is_some()
        }
        WorkloadSource::Rows(_) | WorkloadSource::File(_) => false,
    };
    let workload = scenario.workloads.iter().find(|workload| is_closed(&workload.source));
    workload.map(|workload| workload.name.clone())
}

/// How the traces of a project are opened.
pub fn open_traces<'a>(
    host: &'a Host,
    root: &'a Root,
) -> impl Fn(&str) -> io::Result<Box<dyn io::BufRead + Send>> + 'a {
    move |resolved| host.open(root, Path::new(resolved)).map_err(io::Error::from)
}
