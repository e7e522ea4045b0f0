//! One GPU: its memory, its slots, its queue and its work.

use std::collections::BTreeSet;

use super::executor::{Costs, Executor, Ticket};
use super::progress::Stage;
use super::queue::WaitingQueue;
use crate::engine::event::Levels;
use crate::model::Gpu as GpuModel;
use crate::units::{Bytes, SimTime};

#[derive(Debug)]
pub(super) struct Gpu<X> {
    pub(super) capacity: Bytes,
    pub(super) max_concurrent: u32,
    /// What a request counts in its load: 1000 tok/s over its prefill rate.
    pub(super) load_of_one: f64,
    pub(super) executor: X,
    pub(super) queue: WaitingQueue,
    /// The requests that hold memory here: the count of touches at the last of each, and its slot. Only where there is
    /// eviction.
    pub(super) residents: BTreeSet<(u64, u32)>,
    /// What it holds now.
    pub(super) levels: Levels,
    /// What was reported last.
    pub(super) reported: Levels,
}

impl<X: Executor> Gpu<X> {
    pub(super) fn new(model: &GpuModel, first_come_first_served: bool) -> Gpu<X> {
        let throughput = model.throughput.as_ref().expect("`batching phases` needs throughput figures");
        Gpu {
            capacity: model.vram,
            max_concurrent: model.max_concurrent,
            load_of_one: 1000.0 / throughput.prefill.get(),
            executor: X::new(Costs::of(throughput)),
            queue: WaitingQueue::new(first_come_first_served),
            residents: BTreeSet::new(),
            levels: Levels::default(),
            reported: Levels::default(),
        }
    }

    /// Requests that hold a slot.
    #[inline]
    pub(super) fn active(&self) -> u32 {
        self.levels.prefill + self.levels.decode + self.levels.transferring
    }

    #[inline]
    pub(super) fn has_slot(&self) -> bool {
        self.active() < self.max_concurrent
    }

    /// Whether a request waits and there is a slot.
    #[inline]
    pub(super) fn can_start(&self) -> bool {
        self.levels.queued > 0 && self.has_slot()
    }

    /// Whether this much more fits.
    #[inline]
    pub(super) fn has_memory(&self, bytes: Bytes) -> bool {
        bytes <= self.capacity - self.levels.held
    }

    /// A request that holds a slot executes a stage from here on.
    #[inline]
    pub(super) fn begin(&mut self, stage: Stage, tokens: u32, ticket: Ticket, now: SimTime) {
        match stage {
            Stage::Prefill => self.levels.prefill += 1,
            Stage::Decode => self.levels.decode += 1,
        }
        self.executor.begin(stage, tokens, ticket, now);
    }
}
