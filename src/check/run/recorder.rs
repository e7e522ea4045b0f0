//! What a command may record of runs beside their results.

use crate::check::Suite;
use crate::engine::{End, Sink};
use crate::expect::Verdict;
use crate::host::HostError;
use crate::metrics::Outcome;
use crate::model::Metric;
use crate::report::Report;
use crate::workload::formats::Survey;

/// Records the runs of selected cases beside the metrics.
pub trait Recorder: Sync {
    /// The sink of one run.
    type Sink: Sink;

    /// What it reads of an outcome beside what expectations ask for.
    fn reads(&self) -> Reads<'_>;

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

/// What a recorder reads of an outcome, and a run therefore keeps, at 8 bytes a request each time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reads<'a> {
    /// Nothing, or what every run keeps.
    Nothing,
    /// These metrics.
    Metrics(&'a [Metric]),
    /// Summaries in full.
    Summaries,
    /// Every number that results keep.
    EverythingRecorded,
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
    /// What trace files hold, by the index of their workload.
    pub surveys: &'a [(u16, Survey)],
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

    fn reads(&self) -> Reads<'_> {
        Reads::Nothing
    }

    fn begin(&self, _suite: &Suite, _case: usize, _seed: u64) -> Result<(), HostError> {
        Ok(())
    }

    fn end(&self, _sink: (), _run: &FinishedRun<'_>) -> Result<(), HostError> {
        Ok(())
    }
}
