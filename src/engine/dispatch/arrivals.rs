//! Arrivals, up to the moment at which they are routed.

use super::placing::Eviction;
use super::{Dispatcher, Replicas};
use crate::engine::agenda::NEVER;
use crate::engine::event::RejectReason;
use crate::engine::sink::Sink;
use crate::units::SimTime;
use crate::workload::Request;

/// A request that has arrived, and when it is ready to be routed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entering {
    slot: u32,
    ready: SimTime,
}

impl<R: Replicas, S: Sink> Dispatcher<'_, R, S> {
    /// When the next request arrives.
    #[inline]
    pub(super) fn next_arrival(&self) -> SimTime {
        self.context.traffic.peek().unwrap_or(NEVER)
    }

    /// When the next request that has arrived is ready to be routed.
    #[inline]
    pub(super) fn next_entry(&self) -> SimTime {
        self.entering.front().map_or(NEVER, |entering| entering.ready)
    }

    #[inline]
    pub(super) fn take_arrivals(&mut self) {
        while self.next_entry() <= self.context.now {
            let Entering { slot, .. } = self.entering.pop_front().expect("what is ready has arrived");
            let need = self.replicas.need(&self.context.requests.get(slot).journey.request);
            self.enter(slot, need);
        }
        while self.next_arrival() == self.context.now && !self.is_livelocked() {
            let request = self.context.traffic.next_request();
            self.arrive(request.expect("a request that was announced arrives"));
        }
    }

    #[inline]
    fn arrive(&mut self, request: Request) {
        let need = self.replicas.need(&request);
        let slot = self.context.arrive(request);
        if self.replicas.candidates(need).is_empty() {
            self.context.reject(slot, RejectReason::NeverFits);
            return;
        }
        match self.context.now.checked_add(self.limits.before_queue).unwrap_or(NEVER) {
            ready if ready == self.context.now => self.enter(slot, need),
            ready => self.entering.push_back(Entering { slot, ready }),
        }
    }

    /// Routes a request, or lets it wait for any replica.
    #[inline]
    fn enter(&mut self, slot: u32, need: R::Need) {
        if !self.context.global_queue.is_empty() || !self.place(slot, need, Eviction::OnFirst) {
            self.queue_globally(slot);
        }
    }
}
