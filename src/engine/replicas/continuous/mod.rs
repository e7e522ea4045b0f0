//! `batching continuous`: replicas run steps, each with one token for every running request and chunks of prompts.
//!
//! A request is admitted ([`admission`]), waits on its replica ([`waiting`]) and joins the batch when the step has tokens
//! and the cache has blocks for its prompt ([`blocks`]). What a step does is said in [`stepper`]; [`leaper`] sums the
//! steps between two changes of the batch and equals it bit for bit. How long a step takes is for [`cost`] to say.
//! [`fleet`] is all replicas together, [`publishing`] carries out what they report, and [`records`] follow the most that all
//! hold.
//!
//! With pools a request has two legs on two replicas ([`pools`]).
//!
//! Invariant: a replica's clock is kept in ticks and reported in picoseconds rounded up; a step takes at least one, so
//! within an instant every replica ends at most one step and starts at most one.

mod admission;
mod blocks;
mod changes;
mod cost;
mod fleet;
mod held;
mod job;
mod leaper;
mod memory;
mod most_held;
mod pools;
mod prefixes;
mod publishing;
mod records;
mod replica;
mod settings;
mod stepper;
mod waiting;

pub use memory::kv_blocks;

use std::ops::Range;

use self::admission::Admission;
use self::fleet::Fleet;
use self::leaper::Leaper;
use self::pools::Pools;
use self::replica::Replica;
use self::settings::{Need, Settings};
use self::stepper::Stepper;
use crate::engine::agenda::NEVER;
use crate::engine::dispatch::{self, Context, Replicas};
use crate::engine::end::End;
use crate::engine::sink::{Interests, Sink};
use crate::model::Scenario;
use crate::policy::view::Prefixes;
use crate::units::{SimDuration, SimTime};
use crate::workload::{Request, Traffic};

/// How `batching continuous` makes its steps. Both do exactly the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stepping {
    /// Those between two changes of the batch at once.
    #[default]
    Leap,
    /// One at a time: slow, and plain enough to check the other against.
    Step,
}

/// Runs a scenario.
pub(in crate::engine) fn run<S: Sink>(
    scenario: &Scenario,
    traffic: &mut Traffic,
    seed: u64,
    stepping: Stepping,
    sink: &mut S,
) -> End {
    let interests = sink.interests();
    match stepping {
        Stepping::Leap => {
            dispatch::run(scenario, traffic, seed, sink, Continuous::<Leaper>::new(scenario, interests))
        }
        Stepping::Step => {
            dispatch::run(scenario, traffic, seed, sink, Continuous::<Stepper>::new(scenario, interests))
        }
    }
}

/// The replicas of a cluster.
struct Continuous<R> {
    fleet: Fleet<R>,
    /// Where replicas prefill or decode and none does both.
    pools: Option<Pools>,
}

impl<R: Replica> Continuous<R> {
    fn new(scenario: &Scenario, interests: Interests) -> Continuous<R> {
        let pools = Pools::of(scenario);
        let settings = Settings::of(scenario, pools.as_ref(), interests.growth);
        Continuous { fleet: Fleet::new(scenario, settings, interests), pools }
    }
}

impl<R: Replica> Replicas for Continuous<R> {
    type Own = Admission;
    type Need = Need;

    /// A request is a request, however fast the replica.
    fn load_of_one(&self, _replica: u32) -> f64 {
        1.0
    }

    fn before_queue(&self) -> SimDuration {
        self.fleet.settings.before_queue
    }

    #[inline]
    fn need(&self, request: &Request) -> Need {
        self.fleet.settings.need(request)
    }

    #[inline]
    fn candidates(&self, need: Need) -> &[Range<u32>] {
        self.fleet.settings.large_enough(need)
    }

    /// Whether there are blocks for it now is for the replica's batches to decide.
    #[inline]
    fn has_room(&self, _need: Need, _replica: u32) -> bool {
        true
    }

    /// Requests are preempted when they run out of blocks, never to let others in.
    fn make_room<S: Sink>(
        &mut self,
        _slot: u32,
        _need: Need,
        _replica: u32,
        _context: &mut Context<'_, Admission, S>,
    ) -> bool {
        false
    }

    fn expected_work(&self, replica: u32, prompt: u32, output: u64) -> u64 {
        self.fleet.settings.expected_work(replica, prompt, output)
    }

    fn with_prefixes<T>(
        &mut self,
        need: Need,
        request: &Request,
        now: SimTime,
        route: impl FnOnce(&[Range<u32>], Option<&dyn Prefixes>) -> T,
    ) -> T {
        self.fleet.with_prefixes(need, request, now, route)
    }

    #[inline]
    fn admit<S: Sink>(
        &mut self,
        slot: u32,
        key: u64,
        _need: Need,
        replica: u32,
        context: &mut Context<'_, Admission, S>,
    ) {
        self.fleet.take_in(slot, key, replica, context);
    }

    #[inline]
    fn next_time(&self) -> SimTime {
        let transfer = self.pools.as_ref().map_or(NEVER, Pools::next_time);
        self.fleet.next_time().min(transfer)
    }

    #[inline]
    fn enter_instant<S: Sink>(&mut self, context: &mut Context<'_, Admission, S>) {
        self.fleet.follow_records(context);
    }

    #[inline]
    fn end<S: Sink>(&mut self, context: &mut Context<'_, Admission, S>) {
        if self.fleet.next_time() <= context.now {
            self.fleet.end_steps(&mut self.pools, context);
        }
        if let Some(pools) = &mut self.pools {
            pools.end_handoffs(&mut self.fleet, context);
            pools.start_handoffs(&mut self.fleet, false, context);
        }
    }

    #[inline]
    fn start<S: Sink>(&mut self, context: &mut Context<'_, Admission, S>) {
        let mut after_starts = false;
        loop {
            self.fleet.start_steps(after_starts, &mut self.pools, context);
            // What was preempted has made room, and may find it elsewhere.
            let Some(pools) = &mut self.pools else { return };
            if !pools.requeue_preempted(&mut self.fleet, context) {
                return;
            }
            after_starts = true;
            pools.start_handoffs(&mut self.fleet, after_starts, context);
        }
    }

    #[inline]
    fn report<S: Sink>(&mut self, context: &mut Context<'_, Admission, S>) {
        self.fleet.report(self.pools.as_ref(), context);
    }

    fn stop<S: Sink>(&mut self, context: &mut Context<'_, Admission, S>) -> u64 {
        self.fleet.stop(context)
    }

    fn check<S: Sink>(&self, context: &Context<'_, Admission, S>) -> u64 {
        self.fleet.check(self.pools.as_ref(), context);
        if let Some(pools) = &self.pools {
            pools.check(context);
        }
        // Those on their way are held by both their replicas.
        context.signals.n_held() - self.pools.as_ref().map_or(0, Pools::n_moving)
    }
}
