//! All workloads of a scenario, merged by arrival time.

use std::io::BufRead;

use crate::model::Scenario;
use crate::units::{SimTime, Tokens};

/// One request as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Index of its workload in the scenario.
    pub workload: u16,
    /// Its number within the workload, from 0.
    pub sequence: u64,
    /// When it arrives.
    pub arrival: SimTime,
    /// Prompt tokens.
    pub prompt: Tokens,
    /// Output tokens.
    pub output: Tokens,
    /// The id of a trace row; generated requests are called `workload-sequence`.
    pub label: Option<Box<str>>,
}

/// Opens a trace by its resolved path; the only way file contents reach a workload.
pub type OpenTrace<'a> = &'a dyn Fn(&str) -> std::io::Result<Box<dyn BufRead + Send>>;

/// Why requests cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrafficError {
    /// The trace's path, as written in the scenario.
    pub path: String,
    /// Line in it, from 1, where one is to blame.
    pub line: Option<u64>,
    /// Column in it, from 1.
    pub column: Option<u64>,
    /// What was expected and found.
    pub message: String,
}

/// All requests of a scenario, by arrival; ties in the order of the workloads.
pub struct Traffic {}

impl Traffic {
    /// Prepares the workloads of `scenario` under `seed`.
    ///
    /// # Errors
    /// When a trace cannot be opened or its first rows cannot be read.
    pub fn new(_scenario: &Scenario, _seed: u64, _open: OpenTrace<'_>) -> Result<Traffic, TrafficError> {
        Ok(Traffic {})
    }

    /// When the next request arrives.
    #[must_use]
    pub fn peek(&self) -> Option<SimTime> {
        None
    }

    /// The next request.
    pub fn next_request(&mut self) -> Option<Request> {
        None
    }

    /// Tells closed loops and sessions that a request ended, so that what depends on it can be scheduled.
    /// A later arrival this causes is never before `at`.
    pub fn ended(&mut self, _request: &Request, _at: SimTime, _finished: bool) {}

    /// Why a source stopped before its end (a trace that changed while it was read); checked after a run.
    #[must_use]
    pub fn problem(&self) -> Option<&TrafficError> {
        None
    }
}
