//! What replicas report, carried out: transitions told to the sink, requests that leave.

use super::Simulation;
use super::replica::{Replica, Told, What};
use crate::engine::event::{Event, Observation, RejectReason};
use crate::engine::sink::Sink;
use crate::units::Tokens;

impl<R: Replica, S: Sink> Simulation<'_, R, S> {
    /// Carries out what a replica has reported.
    #[inline]
    pub(super) fn tell_out(&mut self, replica: u32) {
        if !self.out.told.is_empty() {
            self.carry_out(replica);
        }
        if self.out.gaps.is_some() {
            self.tell_gaps(replica);
        }
    }

    fn carry_out(&mut self, replica: u32) {
        for job in self.out.jobs.drain(..) {
            self.pools.as_mut().expect("only pools have legs").left(replica, job);
        }
        let mut told = std::mem::take(&mut self.out.told);
        for &Told { number: _, what, slot } in &told {
            match what {
                What::Started { cached } => self.started(slot, replica, cached),
                What::Prefilled => self.prefilled(slot, replica),
                // It is on the list of those to be handed over.
                What::Parked => {}
                What::Resumed => self.tell(slot, Event::DecodeStarted { gpu: replica }),
                What::Finished => self.finished(slot, replica),
                What::Preempted => self.tell(slot, Event::Preempted { gpu: replica }),
            }
        }
        told.clear();
        self.out.told = told;
    }

    pub(super) fn tell_gaps(&mut self, replica: u32) {
        for gaps in self.out.gaps.iter_mut().flat_map(|gaps| gaps.drain(..)) {
            self.sink.observe(self.now, Observation::Gaps { gpu: replica, gaps });
        }
    }

    fn started(&mut self, slot: u32, gpu: u32, cached: u32) {
        let request = self.requests.get_mut(slot);
        if request.journey.started.is_none() {
            request.journey.started = Some(self.now);
            request.journey.cached = Tokens::new(cached);
        }
        let key = request.key;
        self.scheduler.started(gpu, key);
        self.tell(slot, Event::PrefillStarted { gpu });
    }

    fn prefilled(&mut self, slot: u32, gpu: u32) {
        let journey = &mut self.requests.get_mut(slot).journey;
        journey.first_token.get_or_insert(self.now);
        let goes_on = journey.request.output.get() > 1 && !self.settings.has_pools;
        self.tell(slot, Event::PrefillFinished { gpu });
        if goes_on {
            self.tell(slot, Event::DecodeStarted { gpu });
        }
    }

    fn finished(&mut self, slot: u32, gpu: u32) {
        let request = &self.requests.get(slot).journey.request;
        self.loads.learn(request.workload, request.output.get());
        self.tell(slot, Event::Finished { gpu });
        self.leave(slot, true);
    }

    pub(super) fn reject(&mut self, slot: u32, reason: RejectReason) {
        self.tell(slot, Event::Rejected { reason });
        self.leave(slot, false);
    }

    /// Takes a request out of the system and tells the traffic, which may wait for it.
    fn leave(&mut self, slot: u32, finished: bool) {
        self.n_left += 1;
        let request = self.requests.get(slot);
        let (replica, expected_work) = (request.journey.gpu, request.expected_work);
        if let Some(replica) = replica {
            self.leave_replica(replica, expected_work);
        }
        if let Some(pools) = &mut self.pools {
            pools.forget(slot);
        }
        let request = &self.requests.get(slot).journey.request;
        let returns = self.traffic.ended(request, self.now, finished);
        self.n_returns += u32::from(returns);
        self.requests.remove(slot);
    }

    /// Tells the sink of a transition.
    pub(super) fn tell(&mut self, slot: u32, event: Event) {
        self.n_events += 1;
        self.sink.event(self.now, event, &self.requests.get(slot).journey);
    }
}
