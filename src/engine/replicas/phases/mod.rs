//! `batching phases`: a request prefills, then decodes, at rates its GPU shares among those in the same phase.
//!
//! What happens to a request on its GPU follows the files: [`admission`] (memory, the queue), [`service`] (slots,
//! prefill, first token, finish), [`handoff`] (where to decode), [`leaving`] (the one routine that gives everything
//! back). Timings answer when work ends ([`executor`]).
//!
//! Invariant: every path by which a request stops holding something goes through `release`, and whatever that frees
//! is offered to those waiting within the same instant.

mod admission;
mod completion;
mod executor;
mod fixed;
mod gpu;
mod handoff;
mod invariants;
mod leaving;
mod progress;
mod queue;
mod residents;
mod service;
mod settings;
mod shared;
mod soonest;

use std::ops::Range;

use self::completion::Completion;
use self::executor::{Executor, Ticket};
use self::gpu::Gpu;
use self::handoff::Handoffs;
use self::progress::Progress;
use self::settings::{Need, Settings};
use crate::engine::agenda::{Agenda, NEVER};
use crate::engine::dispatch::{self, Context, Replicas};
use crate::engine::end::End;
use crate::engine::replica_set::ReplicaSet;
use crate::engine::sink::Sink;
use crate::model::Scenario;
use crate::policy::eviction::Evictor;
use crate::policy::view::Prefixes;
use crate::units::{SimDuration, SimTime};
use crate::workload::{Request, Traffic};

/// Runs a scenario under its timing.
pub(in crate::engine) fn run<S: Sink>(
    scenario: &Scenario,
    traffic: &mut Traffic,
    seed: u64,
    sink: &mut S,
) -> End {
    match scenario.engine.timing.name.as_str() {
        "fixed" => dispatch::run(scenario, traffic, seed, sink, Phases::<fixed::Fixed>::new(scenario)),
        "shared" => dispatch::run(scenario, traffic, seed, sink, Phases::<shared::Shared>::new(scenario)),
        timing => unreachable!("analysis admits no timing `{timing}` with `batching phases`"),
    }
}

/// The GPUs of a cluster.
struct Phases<X> {
    settings: Settings,
    gpus: Vec<Gpu<X>>,
    evictor: Box<dyn Evictor>,
    /// Where caches can move.
    handoffs: Option<Handoffs>,
    agenda: Agenda,
    /// GPUs on which something is over in this round.
    due: Vec<u32>,
    /// GPUs whose levels or work changed in this instant.
    changed: ReplicaSet,
    /// What is over in this round.
    completions: Vec<Completion>,
    /// Requests whose prompt ended in this round.
    prefilled: Vec<Ticket>,
    n_touches: u64,
}

impl<X: Executor> Phases<X> {
    fn new(scenario: &Scenario) -> Phases<X> {
        let n_gpus = scenario.cluster.n_replicas();
        let in_order = crate::policy::scheduling::is_first_come_first_served(&scenario.policy.scheduling);
        let gpus = scenario
            .cluster
            .groups
            .iter()
            .flat_map(|group| (0..group.n_replicas()).map(move |_| Gpu::new(&group.gpu, in_order)));
        Phases {
            settings: Settings::of(scenario),
            gpus: gpus.collect(),
            evictor: crate::policy::eviction::build(&scenario.policy.eviction),
            handoffs: Handoffs::of(scenario),
            agenda: Agenda::new(n_gpus),
            due: Vec::new(),
            changed: ReplicaSet::new(n_gpus),
            completions: Vec::new(),
            prefilled: Vec::new(),
            n_touches: 0,
        }
    }

    /// Notes that a GPU's levels or work changed in this instant.
    #[inline]
    fn touch(&mut self, gpu: u32) {
        self.changed.insert(gpu);
        self.touch_again(gpu);
    }

    /// Notes it of a GPU that has been noted in this instant: what is known of it as a destination may be of the meantime.
    #[inline]
    fn touch_again(&mut self, gpu: u32) {
        debug_assert!(self.changed.contains(gpu), "it has been noted");
        if let Some(handoffs) = &mut self.handoffs {
            handoffs.stale.insert(gpu);
        }
    }
}

impl<X: Executor> Replicas for Phases<X> {
    type Own = Progress;
    type Need = Need;

    fn load_of_one(&self, replica: u32) -> f64 {
        self.gpus[replica as usize].load_of_one
    }

    fn before_queue(&self) -> SimDuration {
        SimDuration::ZERO
    }

    #[inline]
    fn need(&self, request: &Request) -> Need {
        self.settings.need(request.prompt.get(), request.output.get())
    }

    #[inline]
    fn candidates(&self, need: Need) -> &[Range<u32>] {
        self.settings.large_enough(need.whole)
    }

    #[inline]
    fn has_room(&self, need: Need, replica: u32) -> bool {
        self.gpus[replica as usize].has_memory(need.at_admission)
    }

    fn make_room<S: Sink>(
        &mut self,
        slot: u32,
        need: Need,
        replica: u32,
        context: &mut Context<'_, Progress, S>,
    ) -> bool {
        self.evict_for(replica, need.at_admission, slot, context)
    }

    fn expected_work(&self, replica: u32, prompt: u32, output: u64) -> u64 {
        self.gpus[replica as usize].executor.costs().expected_work(prompt, output)
    }

    /// No prefix is kept.
    fn with_prefixes<T>(
        &mut self,
        need: Need,
        _request: &Request,
        _now: SimTime,
        route: impl FnOnce(&[Range<u32>], Option<&dyn Prefixes>) -> T,
    ) -> T {
        route(self.candidates(need), None)
    }

    #[inline]
    fn admit<S: Sink>(
        &mut self,
        slot: u32,
        key: u64,
        need: Need,
        replica: u32,
        context: &mut Context<'_, Progress, S>,
    ) {
        self.take_in(slot, key, need, replica, context);
    }

    /// When a stage or a transfer ends next, as far as the agenda is up to date.
    #[inline]
    fn next_time(&self) -> SimTime {
        let transfer = self.handoffs.as_ref().map_or(NEVER, |handoffs| handoffs.transfers.next_time());
        self.agenda.next_time().min(transfer)
    }

    #[inline]
    fn enter_instant<S: Sink>(&mut self, _context: &mut Context<'_, Progress, S>) {}

    #[inline]
    fn end<S: Sink>(&mut self, context: &mut Context<'_, Progress, S>) {
        self.collect(context);
        if !self.completions.is_empty() {
            self.complete(context);
            self.continue_prefilled(context);
        }
    }

    #[inline]
    fn start<S: Sink>(&mut self, context: &mut Context<'_, Progress, S>) {
        self.start_waiting(context);
    }

    #[inline]
    fn report<S: Sink>(&mut self, context: &mut Context<'_, Progress, S>) {
        self.changed.sort();
        for index in self.changed.iter() {
            let gpu = &mut self.gpus[index as usize];
            context.report_levels(index, &gpu.levels, &mut gpu.reported);
        }
        self.changed.clear();
    }

    fn stop<S: Sink>(&mut self, _context: &mut Context<'_, Progress, S>) -> u64 {
        0
    }

    fn check<S: Sink>(&self, context: &Context<'_, Progress, S>) -> u64 {
        self.check_books(context)
    }
}
