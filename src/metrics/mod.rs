//! Events in, numbers out.
//!
//! [`Accumulator`] is the engine's sink: it keeps counters, integrals and only those columns and series that a
//! [`Demand`] names. [`Outcome`] answers queries afterwards. Invariant: everything is counted in integers;
//! floats appear when a value is asked for.

use crate::engine::{End, Sink};
use crate::model::{Expectation, Metric, Scenario};
use crate::units::{Dimension, Unit};

/// What is known of a metric before anything runs.
#[derive(Clone, Debug)]
pub struct MetricInfo {
    /// Full name, as `p99_ttft_ms`.
    pub name: String,
    /// What it measures.
    pub dimension: Dimension,
    /// The unit its name ends in (a bare number beside it is in this unit); `%` for shares, `None` for counts.
    pub unit: Option<&'static Unit>,
    /// What a bare number means beside it.
    pub bare: Bare,
    /// How `==` compares.
    pub equality: Equality,
    /// Samples of requests, a level over time, or one number a run.
    pub kind: Kind,
    /// Whether runs measure it yet.
    pub simulated: bool,
    /// One sentence for lists and docs.
    pub definition: &'static str,
}

/// What a bare number beside a metric means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// A count.
    Count,
    /// The unit at the end of the name.
    UnitOfName,
    /// Nothing: a unit must be written.
    Refused,
}

/// How `==` compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equality {
    /// To the last bit: counts, bytes, shares.
    Exact,
    /// At the digits written: times and rates.
    Digits,
}

/// What a metric is made of; decides which selectors it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// From samples of requests: `for`, `on`, `during`, `after`, windows.
    Requests,
    /// From a level over time: `on`, `during`, `after`; and its current value in `always`, `eventually`.
    Level,
    /// One number a run.
    Run,
}

/// The metric of that name.
#[must_use]
pub fn lookup(_name: &str) -> Option<MetricInfo> {
    None
}

/// Every name, in the order shown to users.
#[must_use]
pub fn names() -> Vec<String> {
    Vec::new()
}

/// What a run must keep.
#[derive(Clone, Debug, Default)]
pub struct Demand {}

impl Demand {
    /// What the summary and these expectations need.
    #[must_use]
    pub fn of(_expectations: &[&Expectation]) -> Demand {
        Demand {}
    }
}

/// Listens to a run.
pub struct Accumulator {}

impl Accumulator {
    /// For one run of a scenario.
    #[must_use]
    pub fn new(_scenario: &Scenario, _demand: &Demand) -> Accumulator {
        Accumulator {}
    }

    /// The numbers of the run.
    #[must_use]
    pub fn finish(self, _end: End) -> Outcome {
        Outcome {}
    }
}

impl Sink for Accumulator {}

/// The numbers of one run.
#[derive(Clone, Debug)]
pub struct Outcome {}

impl Outcome {
    /// A metric's value in base units; `None` over zero samples.
    #[must_use]
    pub fn value(&self, _metric: &Metric) -> Option<f64> {
        None
    }
}
