//! What a command may hear of runs beside their results.

use crate::check::Suite;
use crate::engine::{End, Sink};
use crate::expect::Verdict;
use crate::host::HostError;
use crate::metrics::Outcome;
use crate::report::Report;

/// Listens to the runs of selected cases beside the metrics.
pub trait Recorder: Sync {
    /// What listens to one run.
    type Sink: Sink;

    /// Whether it shows summaries in full: every time they hold is then kept, at 8 bytes a request each.
    const SHOWS_SUMMARIES: bool;

    /// A run begins.
    ///
    /// # Errors
    /// When what it writes cannot be written.
    fn begin(&self, suite: &Suite, case: usize, seed: u64) -> Result<Self::Sink, HostError>;

    /// A run has ended.
    ///
    /// # Errors
    /// When what it writes cannot be written.
    fn end(&self, sink: Self::Sink, run: &FinishedRun<'_>) -> Result<(), HostError>;
}

/// A run as a recorder sees it at its end.
#[derive(Clone, Copy)]
pub struct FinishedRun<'a> {
    /// The file.
    pub suite: &'a Suite,
    /// Index of the case in it.
    pub case: usize,
    /// The seed.
    pub seed: u64,
    /// How it ended.
    pub end: End,
    /// The numbers.
    pub outcome: &'a Outcome,
    /// One for each expectation.
    pub verdicts: &'a [Verdict],
}

impl<'a> FinishedRun<'a> {
    /// What the formats write, the inputs aside.
    #[must_use]
    pub fn report(&self) -> Report<'a> {
        Report {
            scenario: &self.suite.cases[self.case].scenario,
            seed: self.seed,
            outcome: self.outcome,
            verdicts: self.verdicts,
            inputs: &[],
        }
    }
}

/// Records nothing.
pub struct NoRecorder;

impl Recorder for NoRecorder {
    type Sink = ();

    const SHOWS_SUMMARIES: bool = false;

    fn begin(&self, _suite: &Suite, _case: usize, _seed: u64) -> Result<(), HostError> {
        Ok(())
    }

    fn end(&self, _sink: (), _run: &FinishedRun<'_>) -> Result<(), HostError> {
        Ok(())
    }
}
