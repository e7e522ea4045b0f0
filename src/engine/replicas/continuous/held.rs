//! What a replica holds while its batch keeps its members: reported when the batch changes, counted in between.
//!
//! Decodes take blocks as their contexts grow. Reporting each would cost a leap all it gains, so they are summed up: how
//! many, and for how long. Invariant: blocks held are those reported and those grown since.

use crate::engine::ticks::Ticks;
use crate::units::SimTime;

/// Blocks held by one replica.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    reported: u64,
    grown: u64,
    /// What was reserved in one instant, the last in which something was.
    reserved: u64,
    reserved_at: SimTime,
    unreported: Unreported,
    /// What passed before anything is measured, of steps that have not been counted yet.
    unmeasured: Ticks,
}

/// What has passed since it was last reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unreported {
    /// The most blocks that were held for some time.
    pub(super) peak: u64,
    /// Blocks beyond those reported, each times the ticks for which it was held.
    pub(super) area: Ticks,
}

/// Blocks that steps take one after another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) blocks: u64,
    /// Each block times the ticks from when it is taken to the end of the steps.
    pub(super) area: Ticks,
}

impl Held {
    /// The batch has changed: this number of blocks is reported.
    pub(super) fn set_reported(&mut self, blocks: u64) {
        self.reported = blocks;
        self.grown = 0;
    }

    /// More blocks are kept for a cache that comes, and reported.
    pub(super) fn reserve(&mut self, blocks: u64, now: SimTime) {
        self.reported += blocks;
        let before = if self.reserved_at == now { self.reserved } else { 0 };
        (self.reserved, self.reserved_at) = (before + blocks, now);
    }

    /// Decodes take blocks.
    pub(super) fn grow(&mut self, blocks: u64) {
        self.grown += blocks;
    }

    /// Time passes, with what is held now and what is taken meanwhile.
    pub(super) fn pass(&mut self, lasts: Ticks, taken: Taken) {
        let mut area = Ticks::from(self.grown) * lasts + taken.area;
        if self.unmeasured > 0 {
            let before = self.unmeasured.min(area);
            self.unmeasured -= before;
            area -= before;
        }
        self.unreported.area += area;
        self.grown += taken.blocks;
        self.unreported.peak = self.unreported.peak.max(self.now());
    }

    /// Measuring begins, when so much of the steps in hand has passed.
    pub(super) fn measure_without(&mut self, passed: Ticks) {
        self.unreported = Unreported::default();
        self.unmeasured = passed;
    }

    /// The run is over at `at`, before a step that runs: what was reserved just then is held for no time.
    pub(super) fn stop(&mut self, at: SimTime) {
        if self.reserved_at == at {
            self.reported -= std::mem::take(&mut self.reserved);
        }
    }

    /// Blocks held when the batch last changed.
    pub(super) fn reported(&self) -> u64 {
        self.reported
    }

    /// Blocks taken since.
    pub(super) fn grown(&self) -> u64 {
        self.grown
    }

    /// Blocks held.
    pub(super) fn now(&self) -> u64 {
        self.reported + self.grown
    }

    /// Reads the sums.
    #[inline]
    pub(super) fn glance(&self) -> u64 {
        self.now() + self.unreported.peak + self.unmeasured as u64
    }

    /// What has not been reported yet.
    pub(super) fn take_unreported(&mut self) -> Unreported {
        std::mem::take(&mut self.unreported)
    }
}
