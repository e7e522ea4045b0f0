//! A bound on a level while a run goes on.
//!
//! Several changes may be reported within one instant: only what holds once time moves on counts.

use crate::engine::Levels;
use crate::metrics::Level;
use crate::model::GpuSelection;
use crate::units::SimTime;

/// A bound on a level, over the replicas selected.
pub(super) struct LevelWatch {
    pub(super) expectation: usize,
    level: Level,
    gpus: Option<GpuSelection>,
    /// From and to: outside nothing counts.
    from: SimTime,
    to: SimTime,
    /// The least that breaks the bound.
    bound: u64,
    /// By replica; empty for the global queue.
    values: Vec<u64>,
    sum: u64,
    since: SimTime,
}

impl LevelWatch {
    pub(super) fn new(
        expectation: usize,
        level: Level,
        gpus: Option<GpuSelection>,
        during: (SimTime, SimTime),
        bound: u64,
        n_replicas: usize,
    ) -> LevelWatch {
        let (from, to) = during;
        let values = vec![0; n_replicas];
        LevelWatch { expectation, level, gpus, from, to, bound, values, sum: 0, since: SimTime::ZERO }
    }

    /// Its value held up to `at`; when the bound was broken, if it was.
    #[inline]
    pub(super) fn settle(&mut self, at: SimTime) -> Option<SimTime> {
        if at <= self.since {
            return None;
        }
        let from = self.since.max(self.from);
        self.since = at;
        (self.sum >= self.bound && from < at.min(self.to)).then_some(from)
    }

    pub(super) fn of_gpu(&mut self, at: SimTime, gpu: u32, levels: &Levels) -> Option<SimTime> {
        let gpu = gpu as usize;
        let is_selected = self.gpus.is_none_or(|gpus| (gpus.first..=gpus.last).contains(&gpu));
        if self.level == Level::GlobalQueueDepth || !is_selected {
            return None;
        }
        let lost = self.settle(at);
        let value = self.level.of(levels);
        self.sum = self.sum - self.values[gpu] + value;
        self.values[gpu] = value;
        lost
    }

    pub(super) fn of_global_queue(&mut self, at: SimTime, depth: u32) -> Option<SimTime> {
        if self.level != Level::GlobalQueueDepth {
            return None;
        }
        let lost = self.settle(at);
        self.sum = u64::from(depth);
        lost
    }
}
