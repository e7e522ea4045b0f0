//! `batching phases`: a request prefills, then decodes, at rates its GPU shares among those in the same phase.
//!
//! The life of a request follows the files: [`admission`] (arrival, routing, the global queue), [`service`] (slots,
//! prefill, first token, finish), [`handoff`] (where to decode), [`leaving`] (rejection and the one routine that gives everything back).
//! Timings answer when work ends ([`executor`]); the order within an instant is `engine::order`'s.
//!
//! Invariant: every path by which a request stops holding something goes through `release`, and whatever that frees
//! is offered to those waiting within the same instant.

mod admission;
mod destinations;
mod executor;
mod fixed;
mod gpu;
mod handoff;
mod invariants;
mod leaving;
mod loads;
mod queue;
mod residents;
mod service;
mod settings;
mod shared;

use std::collections::VecDeque;

use self::executor::{Ended, Executor, Ticket};
use self::gpu::Gpu;
use self::handoff::Handoffs;
use self::loads::{Loads, Outlook};
use self::settings::Settings;
use super::agenda::{Agenda, NEVER};
use super::order::{self, What};
use super::state::Requests;
use super::transfers::Mover;
use super::{End, MAX_RETURNS_AT_ONCE, Sink};
use crate::model::Scenario;
use crate::policy::eviction::Evictor;
use crate::policy::routing::Router;
use crate::policy::scheduling::Scheduler;
use crate::rng::{Stream, Streams};
use crate::units::SimTime;
use crate::workload::Traffic;

/// Runs a scenario under its timing.
pub(super) fn run<S: Sink>(scenario: &Scenario, traffic: &mut Traffic, seed: u64, sink: &mut S) -> End {
    match scenario.engine.timing.name.as_str() {
        "fixed" => Simulation::<fixed::Fixed, S>::new(scenario, traffic, seed, sink).run(),
        "shared" => Simulation::<shared::Shared, S>::new(scenario, traffic, seed, sink).run(),
        timing => unreachable!("analysis admits no timing `{timing}` with `batching phases`"),
    }
}

struct Simulation<'a, X, S> {
    now: SimTime,
    settings: Settings,
    traffic: &'a mut Traffic,
    sink: &'a mut S,
    gpus: Vec<Gpu<X>>,
    requests: Requests,
    loads: Loads,
    outlook: Outlook,
    router: Box<dyn Router>,
    /// Whether the router looks at expected work.
    expects_work: bool,
    scheduler: Box<dyn Scheduler>,
    evictor: Box<dyn Evictor>,
    /// Where caches can move.
    handoffs: Option<Handoffs>,
    routing_stream: Stream,
    agenda: Agenda,
    /// The global queue: slots of unplaced requests, first come first served.
    unplaced: VecDeque<Unplaced>,
    /// Whether the head of the global queue has yet to be routed.
    head_is_fresh: bool,
    /// GPUs that gave something back in this round while somebody waited.
    released: Vec<u32>,
    /// GPUs whose levels or work changed in this instant.
    changed: Vec<u32>,
    /// Replicas tried for the request being placed, rising.
    tried: Vec<u32>,
    /// What is over in this round.
    ends: Vec<order::End>,
    /// Requests whose prompt ended in this round.
    prefilled: Vec<Ticket>,
    n_arrived: u64,
    n_touches: u64,
    n_left: u64,
    /// Requests whose end in this instant brought another arrival in it.
    n_returns: u32,
    n_events: u64,
    #[cfg(debug_assertions)]
    n_instants: u64,
    /// The depth of the global queue the sink was told last.
    told_unplaced: u32,
}

/// A request in the global queue.
#[derive(Clone, Copy, Debug)]
struct Unplaced {
    slot: u32,
    since: SimTime,
}

impl<'a, X: Executor, S: Sink> Simulation<'a, X, S> {
    fn new(scenario: &Scenario, traffic: &'a mut Traffic, seed: u64, sink: &'a mut S) -> Self {
        let n_gpus = scenario.cluster.n_replicas();
        let scheduler = crate::policy::scheduling::build(&scenario.policy.scheduling, &scenario.workloads);
        let first_come_first_served = scheduler.is_first_come_first_served();
        let gpus = scenario.cluster.groups.iter().flat_map(|group| {
            (0..group.n_replicas()).map(move |_| Gpu::new(&group.gpu, first_come_first_served))
        });
        let router = crate::policy::routing::build(&scenario.policy.routing, n_gpus as u32);
        Simulation {
            now: SimTime::ZERO,
            settings: Settings::of(scenario),
            traffic,
            sink,
            gpus: gpus.collect(),
            requests: Requests::default(),
            loads: Loads::new(&scenario.cluster),
            outlook: Outlook::new(scenario.workloads.len()),
            expects_work: router.compares_expected_work(),
            router,
            scheduler,
            evictor: crate::policy::eviction::build(&scenario.policy.eviction),
            handoffs: Handoffs::of(scenario),
            routing_stream: Streams::new(seed).stream("policy.routing"),
            agenda: Agenda::new(n_gpus),
            unplaced: VecDeque::new(),
            head_is_fresh: false,
            released: Vec::new(),
            changed: Vec::new(),
            tried: Vec::new(),
            ends: Vec::new(),
            prefilled: Vec::new(),
            n_arrived: 0,
            n_touches: 0,
            n_left: 0,
            n_returns: 0,
            n_events: 0,
            #[cfg(debug_assertions)]
            n_instants: 0,
            told_unplaced: 0,
        }
    }

    fn run(mut self) -> End {
        let mut given_up = false;
        while let Some(next) = self.next_instant().filter(|_| !self.stands_still()) {
            if !self.sink.wants_more() {
                given_up = true;
                break;
            }
            assert!(next >= self.now, "time never goes back");
            if next > self.now {
                self.sink.advance(next);
                self.now = next;
                self.n_returns = 0;
            }
            self.play_instant();
        }
        if !self.stands_still() {
            self.check();
        }
        let at = self.settings.until.unwrap_or(self.now);
        if at > self.now {
            self.sink.advance(at);
        }
        End {
            at,
            unfinished: self.requests.len() as u64,
            events: self.n_events,
            steps: 0,
            stands_still: self.stands_still(),
            given_up,
        }
    }

    /// When something happens next; `None` when nothing will, or only after `until`.
    fn next_instant(&self) -> Option<SimTime> {
        let next = self.next_end().min(self.next_arrival()).min(self.next_time_out());
        let beyond = self.settings.until.is_some_and(|until| next > until);
        (next != NEVER && !beyond).then_some(next)
    }

    /// Everything that happens at `now`, in the rounds that `engine::order` describes.
    fn play_instant(&mut self) {
        loop {
            self.carry_out_ends();
            self.continue_prefilled();
            self.serve_global_queue();
            self.time_out();
            self.take_arrivals();
            self.serve_global_queue();
            self.start_waiting();
            let goes_on = self.next_end() <= self.now || self.next_arrival() <= self.now;
            if !goes_on || self.stands_still() {
                break;
            }
        }
        self.settle();
    }

    /// Whether requests that take no time bring each other in without end.
    #[inline]
    fn stands_still(&self) -> bool {
        self.n_returns > MAX_RETURNS_AT_ONCE
    }

    #[inline]
    fn carry_out_ends(&mut self) {
        if self.next_end() > self.now {
            return;
        }
        self.collect_ends();
        if self.ends.len() > 1 {
            self.ends.sort_unstable();
        }
        for position in 0..self.ends.len() {
            self.carry_out(self.ends[position]);
        }
        self.ends.clear();
    }

    /// Notes what is over on each GPU and on its way to one. The agenda is renewed once, at the end of the round: a GPU
    /// on which something ended has changed.
    fn collect_ends(&mut self) {
        let mut from = 0;
        while let Some(gpu) = self.agenda.due(from, self.now) {
            while let Some(Ended { ticket, stage }) = self.gpus[gpu].executor.take_ended(self.now) {
                let (number, slot) = (ticket.number, ticket.slot);
                self.ends.push(order::End { gpu: gpu as u32, number, slot, what: What::Stage(stage) });
            }
            self.note_change(gpu as u32);
            from = gpu + 1;
        }
        if let Some(handoffs) = &mut self.handoffs {
            while let Some(Mover { to, number, slot }) =
                handoffs.transfers.take_arrived(&handoffs.topology, self.now)
            {
                self.ends.push(order::End { gpu: to, number, slot, what: What::Handoff });
            }
        }
    }

    /// When a stage or a transfer ends next, as far as the agenda is up to date.
    #[inline]
    fn next_end(&self) -> SimTime {
        let transfer = self.handoffs.as_ref().map_or(NEVER, |handoffs| handoffs.transfers.next_time());
        self.agenda.next_time().min(transfer)
    }

    #[inline]
    fn next_arrival(&self) -> SimTime {
        self.traffic.peek().unwrap_or(NEVER)
    }

    /// Notes that a GPU's levels or work changed in this instant.
    #[inline]
    fn touch(&mut self, gpu: u32) {
        self.note_change(gpu);
        if let Some(handoffs) = &mut self.handoffs {
            handoffs.note_change(gpu);
        }
    }

    #[inline]
    fn note_change(&mut self, gpu: u32) {
        let entry = &mut self.gpus[gpu as usize];
        if !entry.changed {
            entry.changed = true;
            self.changed.push(gpu);
        }
    }

    /// Tells the sink what holds from now on.
    fn settle(&mut self) {
        if self.changed.len() > 1 {
            self.changed.sort_unstable();
        }
        for &gpu in &self.changed {
            let entry = &mut self.gpus[gpu as usize];
            entry.changed = false;
            if entry.levels != entry.told {
                entry.told = entry.levels;
                self.sink.levels(self.now, gpu, &entry.levels);
            }
        }
        self.changed.clear();
        let depth = self.unplaced.len() as u32;
        if depth != self.told_unplaced {
            self.told_unplaced = depth;
            self.sink.global_queue(self.now, depth);
        }
        #[cfg(debug_assertions)]
        if !self.stands_still() {
            self.check_often();
        }
    }
}
