//! What replicas act through: the clock, the requests in the system, the sink, and the way out.

use super::global_queue::GlobalQueue;
use super::requests::{InFlight, Requests};
use super::signals::Signals;
use crate::engine::event::{Event, Levels, Observation, RejectReason};
use crate::engine::sink::Sink;
use crate::model::Scenario;
use crate::policy::scheduling::Scheduler;
use crate::units::SimTime;
use crate::workload::{Request, Traffic};

/// The simulation as replicas know it; `O` is what they keep of each request.
pub(in crate::engine) struct Context<'a, O, S> {
    pub(in crate::engine) now: SimTime,
    pub(in crate::engine) requests: Requests<O>,
    pub(in crate::engine) signals: Signals,
    /// Where requests do not start in the order in which they joined.
    pub(super) scheduler: Option<Box<dyn Scheduler>>,
    /// Requests that a replica may hold.
    pub(in crate::engine) max_queue: Option<u32>,
    pub(super) global_queue: GlobalQueue,
    pub(super) traffic: &'a mut Traffic,
    pub(super) sink: &'a mut S,
    pub(super) counts: Counts,
}

/// What has happened so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) arrived: u64,
    pub(super) left: u64,
    pub(super) events: u64,
    /// Requests whose end in this instant brought another arrival in it.
    pub(super) returns: u32,
    #[cfg(debug_assertions)]
    pub(super) instants: u64,
}

impl<'a, O: Default, S: Sink> Context<'a, O, S> {
    /// For a run in which nothing has happened.
    pub(super) fn new(
        scenario: &Scenario,
        traffic: &'a mut Traffic,
        sink: &'a mut S,
        load_of_one: impl Fn(u32) -> f64,
    ) -> Context<'a, O, S> {
        let n = scenario.cluster.n_replicas();
        let router = crate::policy::routing::build(&scenario.policy.routing, n as u32);
        Context {
            now: SimTime::ZERO,
            requests: Requests::new(),
            signals: Signals::new(router, n, scenario.workloads.len(), load_of_one),
            scheduler: crate::policy::scheduling::build(&scenario.policy.scheduling, &scenario.workloads),
            max_queue: scenario.policy.max_queue,
            global_queue: GlobalQueue::default(),
            traffic,
            sink,
            counts: Counts::default(),
        }
    }

    /// A request enters the system; gives its slot.
    #[inline]
    pub(super) fn arrive(&mut self, request: Request) -> u32 {
        let (slot, request) = self.requests.insert(InFlight::new(request, self.counts.arrived));
        self.counts.arrived += 1;
        self.counts.events += 1;
        self.sink.event(self.now, Event::Arrived, &request.journey);
        slot
    }
}

impl<O, S: Sink> Context<'_, O, S> {
    /// Reports a transition of a request.
    #[inline]
    pub(in crate::engine) fn emit(&mut self, slot: u32, event: Event) {
        self.change(slot, event, |_| ());
    }

    /// Changes what is kept of a request, and reports the transition: one look at it for both.
    #[inline]
    pub(in crate::engine) fn change<T>(
        &mut self,
        slot: u32,
        event: Event,
        change: impl FnOnce(&mut InFlight<O>) -> T,
    ) -> T {
        let request = self.requests.get_mut(slot);
        let result = change(request);
        self.counts.events += 1;
        self.sink.event(self.now, event, &request.journey);
        result
    }

    /// Reports what a replica holds from now on, where that is not what was reported last.
    #[inline]
    pub(in crate::engine) fn report_levels(&mut self, gpu: u32, levels: &Levels, reported: &mut Levels) {
        if levels != reported {
            *reported = *levels;
            self.sink.levels(self.now, gpu, levels);
        }
    }

    /// Reports what the sink has an interest in.
    #[inline]
    pub(in crate::engine) fn observe(&mut self, observation: Observation) {
        self.sink.observe(self.now, observation);
    }

    /// Whether a replica may hold one more request.
    #[inline]
    pub(in crate::engine) fn has_place(&self, replica: u32) -> bool {
        self.max_queue.is_none_or(|limit| self.signals.held(replica) < limit)
    }

    /// Turns a request away that no replica holds.
    pub(super) fn reject(&mut self, slot: u32, reason: RejectReason) {
        self.emit(slot, Event::Rejected { reason });
        self.end(slot, false);
    }

    /// Takes a request that holds nothing any more out of the system; the traffic may have waited for that.
    #[inline]
    pub(in crate::engine) fn end(&mut self, slot: u32, is_finished: bool) {
        self.counts.left += 1;
        let request = &self.requests.get(slot).journey.request;
        let returns = self.traffic.ended(request, self.now, is_finished);
        self.counts.returns += u32::from(returns);
        self.requests.remove(slot);
    }
}
