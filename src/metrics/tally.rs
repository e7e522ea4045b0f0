//! Counts over a set of requests: all of them, those of a workload, those that ended on a GPU.

use crate::workload::Clamped;

/// Counts over a set of requests that arrived after `warmup`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) arrived: u64,
    pub(super) finished: u64,
    pub(super) rejected: u64,
    pub(super) evicted: u64,
    /// Output tokens of the finished.
    pub(super) tokens: u64,
    /// Arrived with a `slo`.
    pub(super) bound: u64,
    /// Finished within every bound of it.
    pub(super) good: u64,
}

impl Tally {
    /// What arrived and has not ended.
    pub(super) fn unfinished(&self) -> u64 {
        self.arrived - self.finished - self.rejected - self.evicted
    }

    /// Counts another set, which shares no request with this one, as well.
    pub(super) fn add(&mut self, other: &Tally) {
        self.arrived += other.arrived;
        self.finished += other.finished;
        self.rejected += other.rejected;
        self.evicted += other.evicted;
        self.tokens += other.tokens;
        self.bound += other.bound;
        self.good += other.good;
    }
}

/// Counts of retries and handoffs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moves {
    pub(super) retry_attempts: u64,
    pub(super) retry_successes: u64,
    pub(super) handoffs: u64,
    pub(super) cross_gpu_decodes: u64,
}

/// Lengths drawn, and those of them that `min` or `max` changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lengths {
    pub(super) drawn: u64,
    pub(super) clamped_prompts: u64,
    pub(super) clamped_outputs: u64,
}

impl Lengths {
    /// Of all workloads together.
    pub(super) fn of(clamped: &[Clamped]) -> Lengths {
        clamped.iter().fold(Lengths::default(), |sum, of| Lengths {
            drawn: sum.drawn + of.drawn,
            clamped_prompts: sum.clamped_prompts + of.prompts,
            clamped_outputs: sum.clamped_outputs + of.outputs,
        })
    }

    /// `None` where none was drawn.
    pub(super) fn share(self, clamped: u64) -> Option<f64> {
        (self.drawn > 0).then(|| clamped as f64 / self.drawn as f64)
    }
}
