//! The paged cache of one replica: how many blocks are held, and by how much that may grow.
//!
//! A prompt's blocks are taken when it is admitted, one more whenever a decode crosses a boundary, all are given back
//! at once. With `schedule_ahead 1` the next batch is fixed before a running step ends, so what its end gives back
//! can be taken a step later.
//!
//! Where a prefix cache attaches: [`Blocks::cached`] says how many leading tokens need neither blocks nor computing,
//! [`Blocks::take`] may evict what nobody refers to (free = unused + evictable), and what [`Blocks::give_back`]
//! returns may stay for others. Invariant: held + free + returning = all.

use super::job::Job;

/// Counts the blocks of one replica.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    /// Tokens in a block.
    size: u32,
    total: u64,
    free: u64,
    /// Given back by the step that has just ended.
    returning: u64,
    ahead: bool,
}

impl Blocks {
    /// `total` blocks of `size` tokens, all free; `ahead` where batches are made one step before they run.
    pub(super) fn new(total: u64, size: u32, ahead: bool) -> Blocks {
        Blocks { size, total, free: total, returning: 0, ahead }
    }

    /// Tokens in a block.
    pub(super) fn size(&self) -> u32 {
        self.size
    }

    /// Blocks that so many tokens take.
    pub(super) fn for_tokens(&self, tokens: u64) -> u64 {
        tokens.div_ceil(u64::from(self.size))
    }

    /// Leading tokens of a request that are in the cache already; always fewer than it has to prefill.
    pub(super) fn cached(&self, _job: &Job) -> u32 {
        0
    }

    /// What could be taken now.
    pub(super) fn free(&self) -> u64 {
        self.free
    }

    /// Held by requests.
    pub(super) fn held(&self) -> u64 {
        self.total - self.free - self.returning
    }

    /// Takes blocks, of which there must be enough.
    pub(super) fn take(&mut self, blocks: u64) {
        self.free = self.free.checked_sub(blocks).expect("no more blocks are taken than are free");
    }

    /// Gives back what a finished request held.
    pub(super) fn give_back(&mut self, blocks: u64) {
        if self.ahead {
            self.returning += blocks;
        } else {
            self.free += blocks;
        }
    }

    /// Gives back what a preempted request held: for the very batch it gives way to.
    pub(super) fn give_way(&mut self, blocks: u64) {
        self.free += blocks;
    }

    /// Whether something is given back that the batch just made could not have.
    pub(super) fn is_returning(&self) -> bool {
        self.returning > 0
    }

    /// A batch has been made: the next one may have what was given back before it.
    pub(super) fn settle(&mut self) {
        self.free += std::mem::take(&mut self.returning);
    }
}
