//! The paged cache of one replica: how much of it requests hold, and what may be taken.
//!
//! A prompt's blocks are taken when it is admitted, one more whenever a decode crosses a boundary, all are given back
//! at once; which of them others may find later is for [`super::super::prefix`]. With `schedule_ahead 1` the next
//! batch is fixed before a running step ends, so what its end gives back can be taken a step later.
//!
//! A prompt can be found from the step on that computes its last chunk, an output once its request has left. Invariant:
//! what is free here is free in the pool, less what is returning.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::job::Job;
use crate::engine::prefix::{BlockPool, Content, Found, Holding, Index};
use crate::workload::{Stretch, text_alone};

/// The blocks of one replica.
#[derive(Debug)]
pub(super) struct Blocks {
    pool: BlockPool,
    /// Tokens in a block.
    size: u32,
    /// Given back since the last batch was made.
    returning: u64,
    ahead: bool,
    /// Whether prefixes are kept.
    keeps: bool,
    /// What requests with a content hold or wait for, by slot.
    contents: BTreeMap<u32, Box<[Stretch]>>,
    /// What requests hold until they are handed over, by slot.
    parked: BTreeMap<u32, Parked>,
    /// Own blocks of the parked, and those reserved for caches that come.
    set_aside: u64,
}

/// A cache until it is handed over.
#[derive(Clone, Copy, Debug)]
struct Parked {
    share: Share,
    tokens: u64,
}

/// What admitting a request takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// Leading tokens that are in the cache already; always fewer than there are to prefill.
    pub(super) cached: u32,
    /// Blocks of all tokens to prefill.
    pub(super) in_all: u64,
    /// Those of them that are in the cache.
    found: Found,
    /// What is taken from the free blocks.
    takes: u64,
}

/// What a request in the batch has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// Its leading blocks that others may hold too.
    pub(super) holding: Holding,
    /// All its blocks.
    pub(super) in_all: u64,
}

impl Blocks {
    /// `total` blocks of `size` tokens, all free; `ahead` where batches are made one step before they run, `keeps` for
    /// `prefix_cache on`.
    pub(super) fn new(total: u64, size: u32, ahead: bool, keeps: bool) -> Blocks {
        let pool = BlockPool::new(total, size, keeps);
        Blocks {
            pool,
            size,
            returning: 0,
            ahead,
            keeps,
            contents: BTreeMap::new(),
            parked: BTreeMap::new(),
            set_aside: 0,
        }
    }

    /// Lets an index of all replicas know what can be found here.
    pub(super) fn enter_in(&mut self, index: Rc<RefCell<Index>>, replica: u32) {
        self.pool.enter_in(index, replica);
    }

    /// Tokens in a block.
    pub(super) fn size(&self) -> u32 {
        self.size
    }

    /// Blocks that a number of tokens takes.
    pub(super) fn for_tokens(&self, tokens: u64) -> u64 {
        tokens.div_ceil(u64::from(self.size))
    }

    /// What could be taken now.
    pub(super) fn free(&self) -> u64 {
        self.pool.free() - self.returning
    }

    /// Held by requests, each counted once however many share it.
    pub(super) fn held(&self) -> u64 {
        self.pool.in_use()
    }

    /// Held by those that run and not to be found by others.
    pub(super) fn own(&self) -> u64 {
        self.pool.own() - self.set_aside
    }

    /// Blocks of a cache that comes.
    pub(super) fn for_moved(&self, job: &Job) -> u64 {
        self.for_tokens(job.n_kept())
    }

    /// What caches that come may take. They may have what the last step gave back: they are not in the batch that was
    /// fixed before.
    pub(super) fn room_for_moved(&self) -> u64 {
        self.pool.free()
    }

    /// Keeps the blocks of a cache that comes, of which there must be enough; how many they are.
    pub(super) fn reserve(&mut self, job: &Job) -> u64 {
        let blocks = self.for_moved(job);
        self.pool.take(blocks);
        self.returning = self.returning.min(self.pool.free());
        self.set_aside += blocks;
        blocks
    }

    /// One for whom blocks were reserved runs from now on.
    pub(super) fn admit_moved(&mut self, job: &Job) -> Share {
        let in_all = self.for_moved(job);
        self.set_aside -= in_all;
        Share { holding: Holding::default(), in_all }
    }

    /// Keeps what a request held, with that number of tokens in the cache, until it is released.
    pub(super) fn park(&mut self, job: &Job, share: Share, tokens: u64) {
        self.set_aside += share.in_all - share.holding.blocks();
        self.parked.insert(job.slot, Parked { share, tokens });
    }

    /// Gives back what was parked.
    pub(super) fn release_parked(&mut self, slot: u32) {
        let Parked { share, tokens } = self.parked.remove(&slot).expect("what is released was parked");
        self.set_aside -= share.in_all - share.holding.blocks();
        self.give_back(slot, share, tokens);
    }

    /// Whether a request waits to be handed over.
    pub(super) fn has_parked(&self) -> bool {
        !self.parked.is_empty()
    }

    /// A request comes whose tokens others may have.
    pub(super) fn expect(&mut self, slot: u32, content: Option<Box<[Stretch]>>) {
        if let Some(content) = content.filter(|_| self.keeps) {
            self.contents.insert(slot, content);
        }
    }

    /// What it takes to admit a request now.
    pub(super) fn plan(&mut self, job: &Job) -> Plan {
        let tokens = u64::from(job.n_to_prefill());
        let in_all = self.for_tokens(tokens);
        let content = content_of(&self.contents, job.slot, tokens);
        let found = content.map(|content| self.pool.look_up(&content)).unwrap_or_default();
        Plan {
            cached: found.blocks as u32 * self.size,
            in_all,
            found,
            takes: in_all - found.blocks + found.idle,
        }
    }

    /// Whether there is enough for it.
    pub(super) fn suffice(&self, plan: &Plan) -> bool {
        plan.takes <= self.free()
    }

    /// Takes what was planned in the same instant.
    pub(super) fn admit(&mut self, plan: &Plan) -> Share {
        let holding = self.pool.hold(&plan.found);
        self.take(plan.in_all - plan.found.blocks);
        Share { holding, in_all: plan.in_all }
    }

    /// Takes blocks, of which there must be enough.
    pub(super) fn take(&mut self, blocks: u64) {
        if blocks > 0 {
            assert!(blocks <= self.free(), "no more blocks are taken than are free");
            self.pool.take(blocks);
        }
    }

    /// The last chunk of a prompt is in the step that is being made: others may find the prompt.
    pub(super) fn publish(&mut self, job: &Job, share: &mut Share) {
        let tokens = u64::from(job.n_to_prefill());
        if let Some(content) = content_of(&self.contents, job.slot, tokens) {
            self.pool.publish(&mut share.holding, &content, tokens / u64::from(self.size));
        }
    }

    /// Blocks that would be free if a request were preempted.
    pub(super) fn would_free(&self, share: &Share) -> u64 {
        share.in_all - share.holding.blocks() + self.pool.alone(share.holding)
    }

    /// Gives back what a request held that has left, with that number of tokens in the cache.
    pub(super) fn give_back(&mut self, slot: u32, share: Share, tokens: u64) {
        let before = self.pool.free();
        self.release(slot, share, tokens);
        if self.keeps {
            self.contents.remove(&slot);
        }
        if self.ahead {
            self.returning += self.pool.free() - before;
        }
    }

    /// Gives back what a preempted request held: for the very batch it is preempted for. When it is prefilled again it
    /// finds what has not been taken.
    pub(super) fn release_preempted(&mut self, job: &Job, share: Share, tokens: u64) {
        if self.keeps {
            let alone = || {
                let text = text_alone(job.workload, job.number);
                Box::from([Stretch { text, tokens: job.prompt }])
            };
            self.contents.entry(job.slot).or_insert_with(alone);
        }
        self.release(job.slot, share, tokens);
    }

    fn release(&mut self, slot: u32, share: Share, tokens: u64) {
        let Share { holding, in_all } = share;
        let full = tokens / u64::from(self.size);
        let content = content_of(&self.contents, slot, tokens);
        self.pool.release(holding, content.as_ref(), in_all, full);
    }

    /// Leading tokens of a content that are in the cache.
    pub(super) fn cached(&mut self, content: &Content<'_>) -> u64 {
        self.pool.look_up(content).blocks * u64::from(self.size)
    }

    /// Reads the counts.
    #[inline]
    pub(super) fn glance(&self) -> u64 {
        self.pool.free()
            + self.pool.own()
            + self.returning
            + self.contents.len() as u64
            + self.parked.len() as u64
    }

    /// Whether something is given back that the batch just made could not have.
    pub(super) fn is_returning(&self) -> bool {
        self.returning > 0
    }

    /// A batch has been made: the next one may have what was given back before it.
    pub(super) fn settle(&mut self) {
        self.returning = 0;
    }

    /// Panics with a sentence where the books do not balance.
    #[cfg(debug_assertions)]
    pub(super) fn check(&self) {
        self.pool.check();
    }
}

/// The first tokens of a request, where they have a name.
fn content_of(contents: &BTreeMap<u32, Box<[Stretch]>>, slot: u32, tokens: u64) -> Option<Content<'_>> {
    contents.get(&slot).map(|stretches| Content::new(stretches, tokens))
}
