//! The paged memory of a replica and what it still holds of prompts and outputs: blocks that requests own, and chains of
//! blocks that later requests share.
//!
//! A block is own while one request writes it; once published it is part of a chain and can be found again. What
//! no request holds any longer stays until memory is needed and then goes least recently used leaf first; of the blocks a
//! request leaves, the head of its chain counts as the most recent. Taking blocks only counts: which ones are
//! evicted for them is settled before the next look at a chain, so that growth costs nothing a block.
//! Invariant: own + held + idle + unused = size, and what is to be evicted is idle.

mod chains;
mod content;
mod first_blocks;
mod index;
mod recency;

#[cfg(test)]
mod naive;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::rc::Rc;

use self::chains::{Chains, SegmentId};

pub(crate) use self::content::Content;
pub(crate) use self::index::{Index, Step};

/// The blocks of one replica.
#[derive(Debug)]
pub(crate) struct BlockPool {
    size: u64,
    /// Blocks that hold nothing.
    unused: u64,
    /// Blocks that requests write, not to be found.
    own: u64,
    /// Blocks that have been taken from the idle ones and not yet from their chains.
    due: u64,
    /// What can be found, and what could be found before it was forgotten.
    chains: Chains,
    /// Whether anything is kept that no request holds.
    keeps: bool,
    block_size: u64,
}

/// The chain that a request shares: its leading blocks.
///
/// Own blocks are counted by their owner alone, so a run of steps need not touch its requests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Holding {
    /// The last segment of the chain.
    at: Option<SegmentId>,
    /// Blocks of the chain.
    blocks: u64,
}

impl Holding {
    /// Leading blocks that are shared, or could be.
    pub(crate) fn blocks(&self) -> u64 {
        self.blocks
    }
}

/// Leading blocks of a request that are there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// How many.
    pub(crate) blocks: u64,
    /// Those of them that no request holds: to hold them takes them from what is free.
    pub(crate) idle: u64,
    /// The segment that the last of them is in.
    last: Option<SegmentId>,
    /// How many blocks of that are among them, where not all of them are.
    of_last: Option<u64>,
}

impl BlockPool {
    /// Empty memory of `size` blocks of `block_size` tokens; `keeps` is `prefix_cache on`.
    pub(crate) fn new(size: u64, block_size: u32, keeps: bool) -> BlockPool {
        let block_size = u64::from(block_size);
        BlockPool { size, unused: size, own: 0, due: 0, chains: Chains::new(block_size), keeps, block_size }
    }

    /// Lets an index of all replicas know what can be found here, before there is anything.
    pub(crate) fn enter_in(&mut self, index: Rc<RefCell<Index>>, replica: u32) {
        self.chains.enter_in(index, replica);
    }

    /// Blocks in all.
    #[cfg(test)]
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Blocks that can be taken: those that hold nothing and those that no request holds.
    pub(crate) fn free(&self) -> u64 {
        self.unused + self.chains.idle() - self.due
    }

    /// Blocks that requests write, not to be found.
    pub(crate) fn own(&self) -> u64 {
        self.own
    }

    /// Blocks that requests hold, each counted once however many share it.
    pub(crate) fn in_use(&self) -> u64 {
        self.size - self.free()
    }

    /// Blocks of a holding that no other request holds.
    pub(crate) fn alone(&self, holding: Holding) -> u64 {
        self.chains.alone(holding.at)
    }

    /// How much of `content` is there. At least one token of it is left to compute, and only full blocks are found.
    pub(crate) fn look_up(&mut self, content: &Content<'_>) -> Found {
        let limit = content.tokens().saturating_sub(1) / self.block_size;
        if !self.keeps || limit == 0 {
            return Found::default();
        }
        self.settle();
        self.chains.find(content, limit)
    }

    /// Holds what was just found: nothing has been taken, published or released since.
    pub(crate) fn hold(&mut self, found: &Found) -> Holding {
        debug_assert!(found.blocks == 0 || self.due == 0, "what is held was just found");
        Holding { at: self.chains.hold(found), blocks: found.blocks }
    }

    /// Takes blocks for a request to write.
    pub(crate) fn take(&mut self, blocks: u64) {
        assert!(blocks <= self.free(), "no more blocks are taken than are free");
        let unused = blocks.min(self.unused);
        self.unused -= unused;
        self.due += blocks - unused;
        self.own += blocks;
    }

    /// Lets others find the first `blocks` of a request, all of which are computed or computed in the present step.
    ///
    /// Where another request has published the same in the meantime, its blocks are shared from now on and the
    /// copies are given back.
    pub(crate) fn publish(&mut self, holding: &mut Holding, content: &Content<'_>, blocks: u64) {
        if !self.keeps || blocks <= holding.blocks {
            return;
        }
        self.settle();
        self.own -= blocks - holding.blocks;
        let (at, n_copies) = self.chains.extend(holding.at, holding.blocks, content, blocks);
        self.unused += n_copies;
        *holding = Holding { at, blocks };
    }

    /// Gives back all of a request: `in_all` blocks, shared ones included, of which the first `full` are filled.
    ///
    /// What is filled stays for others who have the same `content`. Without any it cannot be found, and it only
    /// displaces what is older.
    pub(crate) fn release(
        &mut self,
        mut holding: Holding,
        content: Option<&Content<'_>>,
        in_all: u64,
        full: u64,
    ) {
        if let Some(content) = content {
            self.publish(&mut holding, content, full);
        }
        let own = in_all - holding.blocks;
        let nameless = if content.is_none() && self.keeps { full } else { 0 };
        self.own -= own;
        self.unused += own - nameless;
        if nameless > 0 {
            assert!(holding.at.is_none(), "a request that shares blocks has a content");
            self.chains.leave_nameless(nameless);
        }
        self.chains.leave(holding.at);
    }

    /// Evicts what has been taken.
    fn settle(&mut self) {
        self.chains.evict(std::mem::take(&mut self.due));
    }

    /// Panics unless the counts add up.
    #[cfg(any(test, debug_assertions))]
    pub(crate) fn check(&self) {
        self.chains.check();
        let (held, idle) = (self.chains.held(), self.chains.idle());
        assert_eq!(self.own + held + idle + self.unused, self.size + self.due, "every block is in one state");
        assert!(self.due <= idle, "what is evicted is idle");
    }
}
