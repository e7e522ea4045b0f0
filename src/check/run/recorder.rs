//! What a command may hear of runs beside their results.

use crate::check::Suite;
use crate::engine::Sink;
use crate::expect::Verdict;
use crate::host::HostError;
use crate::metrics::Outcome;

/// Listens to the runs of selected cases beside the metrics.
pub trait Recorder: Sync {
    /// What listens to one run.
    type Sink: Sink;

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
pub struct FinishedRun<'a> {
    /// The file.
    pub suite: &'a Suite,
    /// Index of the case in it.
    pub case: usize,
    /// The seed.
    pub seed: u64,
    /// The numbers.
    pub outcome: &'a Outcome,
    /// One for each expectation.
    pub verdicts: &'a [Verdict],
}

/// Records nothing.
pub struct NoRecorder;

impl Recorder for NoRecorder {
    type Sink = ();

    fn begin(&self, _suite: &Suite, _case: usize, _seed: u64) -> Result<(), HostError> {
        Ok(())
    }

    fn end(&self, _sink: (), _run: &FinishedRun<'_>) -> Result<(), HostError> {
        Ok(())
    }
}
