//! One GPU: its memory, its slots, its queue and its work.

use std::collections::BTreeSet;

use super::executor::{Costs, Executor};
use super::queue::WaitingQueue;
use crate::engine::event::Levels;
use crate::engine::state::Stage;
use crate::model::Gpu as GpuModel;
use crate::units::Bytes;

#[derive(Debug)]
pub(super) struct Gpu<X> {
    pub(super) capacity: Bytes,
    pub(super) max_concurrent: u32,
    pub(super) costs: Costs,
    pub(super) executor: X,
    pub(super) queue: WaitingQueue,
    /// Whoever holds memory here: the count of touches at its last, and its slot. Only where there is eviction.
    pub(super) residents: BTreeSet<(u64, u32)>,
    /// What it holds now.
    pub(super) levels: Levels,
    /// What the sink was told last.
    pub(super) told: Levels,
    /// Whether it is in the list of GPUs that changed in this instant.
    pub(super) changed: bool,
}

impl<X: Executor> Gpu<X> {
    pub(super) fn new(model: &GpuModel, first_come_first_served: bool) -> Gpu<X> {
        let throughput = model.throughput.as_ref().expect("`batching phases` needs throughput figures");
        let costs = Costs::of(throughput);
        Gpu {
            capacity: model.vram,
            max_concurrent: model.max_concurrent,
            costs,
            executor: X::new(costs),
            queue: WaitingQueue::new(first_come_first_served),
            residents: BTreeSet::new(),
            levels: Levels::default(),
            told: Levels::default(),
            changed: false,
        }
    }

    /// Requests that hold a slot.
    pub(super) fn active(&self) -> u32 {
        self.levels.prefill + self.levels.decode + self.levels.transferring
    }

    pub(super) fn has_slot(&self) -> bool {
        self.active() < self.max_concurrent
    }

    /// Whether somebody waits and there is a slot.
    #[inline]
    pub(super) fn can_start(&self) -> bool {
        self.levels.queued > 0 && self.has_slot()
    }

    /// Whether this much more fits.
    pub(super) fn has_memory(&self, bytes: Bytes) -> bool {
        bytes <= self.capacity - self.levels.held
    }

    /// Whether one more may wait or execute here.
    pub(super) fn has_place(&self, max_queue: Option<u32>) -> bool {
        max_queue.is_none_or(|limit| self.levels.queued + self.active() < limit)
    }

    /// The count of those executing a stage.
    pub(super) fn executing(&mut self, stage: Stage) -> &mut u32 {
        match stage {
            Stage::Prefill => &mut self.levels.prefill,
            Stage::Decode => &mut self.levels.decode,
        }
    }
}
