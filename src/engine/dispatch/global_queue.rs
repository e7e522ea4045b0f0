//! The global queue: requests for which no replica had room, first come, first served.
//!
//! Offered to it is what replicas give back, again and again while the head fits. Invariant: a request after the head
//! has not been routed; it is when it becomes the head, as on arrival.

use std::collections::VecDeque;

use super::placing::Eviction;
use super::{Dispatcher, Replicas};
use crate::engine::agenda::NEVER;
use crate::engine::event::{Event, RejectReason};
use crate::engine::sink::Sink;
use crate::units::SimTime;

/// The waiting requests, and what has been given back.
#[derive(Debug, Default)]
pub(super) struct GlobalQueue {
    pub(super) waiting: VecDeque<Waiting>,
    /// Whether the head has yet to be routed.
    head_is_fresh: bool,
    /// Replicas that gave something back in this round while a request waited.
    released: Vec<u32>,
    /// The length that was reported last.
    pub(super) reported: u32,
}

/// A request in the global queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) slot: u32,
    since: SimTime,
}

impl GlobalQueue {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// A replica has given something back.
    #[inline]
    pub(super) fn released(&mut self, replica: u32) {
        if !self.waiting.is_empty() {
            self.released.push(replica);
        }
    }
}

impl<R: Replicas, S: Sink> Dispatcher<'_, R, S> {
    /// Lets a request wait that has found no room.
    pub(super) fn queue_globally(&mut self, slot: u32) {
        let (context, limit) = (&mut self.context, self.limits.max_global_queue);
        let queue = &mut context.global_queue;
        if limit.is_some_and(|limit| queue.waiting.len() >= limit as usize) {
            context.reject(slot, RejectReason::QueueFull);
            return;
        }
        if queue.is_empty() {
            // It has just been routed in vain; the others are routed when they come to the head.
            queue.head_is_fresh = false;
        }
        queue.waiting.push_back(Waiting { slot, since: context.now });
        context.requests.get_mut(slot).journey.retries = 0;
        context.emit(slot, Event::QueuedGlobally);
    }

    /// Offers the head what was given back.
    #[inline]
    pub(super) fn serve_global_queue(&mut self) {
        // Nearly always no request waits.
        let queue = &self.context.global_queue;
        if !queue.is_empty() && (!queue.released.is_empty() || queue.head_is_fresh) {
            self.offer_released();
        }
    }

    fn offer_released(&mut self) {
        let queue = &mut self.context.global_queue;
        queue.released.sort_unstable();
        queue.released.dedup();
        while let Some(&Waiting { slot, .. }) = self.context.global_queue.waiting.front() {
            let need = self.replicas.need(&self.context.requests.get(slot).journey.request);
            let placed = self.place_on_released(slot, need)
                || (self.context.global_queue.head_is_fresh && self.place(slot, need, Eviction::Never));
            let queue = &mut self.context.global_queue;
            queue.head_is_fresh = placed;
            if !placed {
                break;
            }
            queue.waiting.pop_front();
        }
        let queue = &mut self.context.global_queue;
        queue.released.clear();
        queue.head_is_fresh &= !queue.is_empty();
    }

    fn place_on_released(&mut self, slot: u32, need: R::Need) -> bool {
        let candidates = self.replicas.candidates(need);
        let fits = |replica: &u32| {
            candidates.iter().any(|range| range.contains(replica)) && self.has_room(need, *replica)
        };
        let Some(replica) = self.context.global_queue.released.iter().copied().find(fits) else {
            return false;
        };
        self.admit(slot, need, replica);
        true
    }

    /// When the head has waited too long; all after it have waited less.
    #[inline]
    pub(super) fn next_time_out(&self) -> SimTime {
        let Some(head) = self.context.global_queue.waiting.front() else { return NEVER };
        let Some(limit) = self.limits.queue_timeout else { return NEVER };
        head.since.checked_add(limit).unwrap_or(NEVER)
    }

    #[inline]
    pub(super) fn time_out(&mut self) {
        while self.next_time_out() <= self.context.now {
            let queue = &mut self.context.global_queue;
            let head = queue.waiting.pop_front().expect("what times out is waiting");
            queue.head_is_fresh = true;
            self.context.reject(head.slot, RejectReason::TimedOut);
            self.offer_released();
        }
    }
}
