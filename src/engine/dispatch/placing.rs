//! Routing: a replica for a request, with retries where the router's choice has no room.

use super::{Context, Dispatcher, Replicas};
use crate::engine::event::Event;
use crate::engine::sink::Sink;
use crate::policy::view::Candidates;

/// Whether a request that is being placed may take the room of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Eviction {
    /// On the first replica tried: an arrival.
    OnFirst,
    /// Nowhere: the head of the global queue.
    Never,
}

impl<R: Replicas, S: Sink> Dispatcher<'_, R, S> {
    /// Tries up to `1 + max_retries` replicas of the router's choice; whether one had room.
    #[inline]
    pub(super) fn place(&mut self, slot: u32, need: R::Need, eviction: Eviction) -> bool {
        self.tried.clear();
        for attempt in 0..self.limits.max_attempts {
            let Some(replica) = self.route(slot, need) else { return false };
            if attempt > 0 {
                self.context.requests.get_mut(slot).journey.retries += 1;
                self.context.emit(slot, Event::Retried { gpu: replica });
            }
            let may_evict = eviction == Eviction::OnFirst && attempt == 0;
            if self.has_room(need, replica) || (may_evict && self.make_room(slot, need, replica)) {
                self.admit(slot, need, replica);
                return true;
            }
            let rank = self.tried.partition_point(|&other| other < replica);
            self.tried.insert(rank, replica);
        }
        false
    }

    /// The replica to try next.
    #[inline]
    fn route(&mut self, slot: u32, need: R::Need) -> Option<u32> {
        if self.context.signals.compares_prefixes() {
            return self.route_by_prefixes(slot, need);
        }
        let candidates = Candidates::new(self.replicas.candidates(need), &self.tried);
        self.context.signals.route(candidates, &mut self.routing_stream)
    }

    fn route_by_prefixes(&mut self, slot: u32, need: R::Need) -> Option<u32> {
        let Context { signals, requests, now, .. } = &mut self.context;
        let request = &requests.get(slot).journey.request;
        let (tried, stream) = (&self.tried, &mut self.routing_stream);
        self.replicas.with_prefixes(need, request, *now, |ranges, prefixes| {
            signals.route_by_prefixes(Candidates::new(ranges, tried), prefixes, stream)
        })
    }

    #[inline]
    pub(super) fn has_room(&self, need: R::Need, replica: u32) -> bool {
        self.context.has_place(replica) && self.replicas.has_room(need, replica)
    }

    fn make_room(&mut self, slot: u32, need: R::Need, replica: u32) -> bool {
        self.context.has_place(replica) && self.replicas.make_room(slot, need, replica, &mut self.context)
    }

    #[inline]
    pub(super) fn admit(&mut self, slot: u32, need: R::Need, replica: u32) {
        let (context, replicas) = (&mut self.context, &self.replicas);
        let expected = |prompt, output| replicas.expected_work(replica, prompt, output);
        let key = context.dispatch(slot, replica, expected);
        self.replicas.admit(slot, key, need, replica, context);
        context.emit(slot, Event::Admitted { gpu: replica });
    }
}
