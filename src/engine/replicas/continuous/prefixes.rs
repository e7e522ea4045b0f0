//! What the prefix caches of all replicas hold of a request, for routers: read off an index of blocks, not off the replicas.
//!
//! A replica evicts nothing before it is looked at, and a leap takes its blocks no earlier. So the index may say that
//! a replica has more than it has, until it is settled. Invariant: it never says less.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use super::fleet::{Fleet, ReplicaState};
use super::replica::Replica;
use super::settings::Need;
use crate::engine::prefix::{Content, Index, Step};
use crate::policy::view::Prefixes;
use crate::units::SimTime;
use crate::workload::Request;

/// The index, kept only where the router looks at it.
pub(super) struct SharedPrefixes {
    index: Rc<RefCell<Index>>,
    /// Tokens in a block.
    block_size: u32,
    /// Of the request that was looked up last; kept to spare an allocation a request.
    path: RefCell<Vec<Step>>,
}

impl SharedPrefixes {
    /// Of caches with blocks of that many tokens, all empty.
    pub(super) fn new(block_size: u32) -> SharedPrefixes {
        SharedPrefixes {
            index: Rc::new(RefCell::new(Index::new(block_size))),
            block_size,
            path: RefCell::new(Vec::new()),
        }
    }

    /// For a replica to enter what it has.
    pub(super) fn index(&self) -> Rc<RefCell<Index>> {
        Rc::clone(&self.index)
    }
}

impl<R: Replica> Fleet<R> {
    /// Calls `route` with the candidates for a request and what they have of it.
    pub(super) fn with_prefixes<T>(
        &mut self,
        need: Need,
        request: &Request,
        now: SimTime,
        route: impl FnOnce(&[Range<u32>], Option<&dyn Prefixes>) -> T,
    ) -> T {
        let candidates = self.settings.large_enough(need);
        let stretches = request.content().filter(|stretches| !stretches.is_empty());
        let (Some(shared), Some(stretches)) = (&self.prefixes, stretches) else {
            return route(candidates, None);
        };
        let content = Content::new(stretches, u64::from(request.prompt.get().max(1)));
        let replicas = RefCell::new(&mut *self.replicas);
        let found = Found { shared, content, now, replicas, is_stale: Cell::new(true) };
        route(candidates, Some(&found))
    }
}

/// What is found of a request at a moment.
struct Found<'a, R> {
    shared: &'a SharedPrefixes,
    content: Content<'a>,
    now: SimTime,
    replicas: RefCell<&'a mut [ReplicaState<R>]>,
    /// Whether the path has to be found again: a node may have gone with what a replica evicted.
    is_stale: Cell<bool>,
}

impl<R: Replica> Prefixes for Found<'_, R> {
    fn level(&self, level: usize, visit: &mut dyn FnMut(u32, u32)) -> bool {
        if self.is_stale.take() {
            self.shared.index.borrow().find(&self.content, &mut self.shared.path.borrow_mut());
        }
        let path = self.shared.path.borrow();
        let Some(step) = path.len().checked_sub(1 + level).map(|place| path[place]) else { return false };
        for (replica, blocks) in self.shared.index.borrow().holders(step) {
            visit(replica, blocks as u32 * self.shared.block_size);
        }
        true
    }

    fn settle(&self, replica: u32) -> u32 {
        let state = &mut self.replicas.borrow_mut()[replica as usize];
        self.is_stale.set(true);
        state.replica.cached(&self.content, self.now) as u32
    }
}
