//! `batching continuous`: replicas run steps, each with one token for every running request and chunks of prompts.
//!
//! A request is routed ([`placing`]), waits on its replica ([`waiting`]) and joins the batch when the step has tokens
//! and the cache has blocks for its prompt ([`blocks`]). What a step does is said in [`stepper`]; [`leaper`] sums the
//! steps between two changes of the batch and equals it bit for bit. How long a step takes is for [`cost`] to say.
//!
//! With pools a request has two legs on two replicas ([`pools`]).
//!
//! Invariant: a replica's clock is kept in ticks and told in picoseconds rounded up; a step takes at least one, so
//! within an instant every replica ends at most one step and starts at most one.

mod blocks;
pub(super) mod cost;
mod held;
mod job;
mod leaper;
mod memory;
mod placing;
mod pools;
mod replica;
mod requests;
mod settings;
mod stepper;
mod telling;
mod waiting;

pub use memory::kv_blocks;

use std::collections::VecDeque;

use self::held::Untold;
use self::leaper::Leaper;
use self::replica::{Doing, Out, Replica};
use self::requests::Requests;
use self::settings::Settings;
use self::stepper::Stepper;
use super::agenda::{Agenda, NEVER};
use super::{End, Growth, Levels, MAX_RETURNS_AT_ONCE, Observation, Sink, Stepping};
use crate::model::Scenario;
use crate::policy::routing::Router;
use crate::policy::scheduling::Scheduler;
use crate::rng::{Stream, Streams};
use crate::units::{Bytes, SimTime};
use crate::workload::Traffic;

/// Runs a scenario.
pub(super) fn run<S: Sink>(
    scenario: &Scenario,
    traffic: &mut Traffic,
    seed: u64,
    stepping: Stepping,
    sink: &mut S,
) -> End {
    match stepping {
        Stepping::Leap => Simulation::<Leaper, S>::new(scenario, traffic, seed, sink).run(),
        Stepping::Step => Simulation::<Stepper, S>::new(scenario, traffic, seed, sink).run(),
    }
}

struct Simulation<'a, R, S> {
    now: SimTime,
    settings: Settings,
    traffic: &'a mut Traffic,
    sink: &'a mut S,
    replicas: Vec<Station<R>>,
    requests: Requests,
    /// Where replicas prefill or decode and none does both.
    pools: Option<pools::Pools>,
    /// Requests each replica holds, and what they are expected to take.
    loads: placing::Loads,
    router: Box<dyn Router>,
    scheduler: Box<dyn Scheduler>,
    routing_stream: Stream,
    agenda: Agenda,
    /// Arrived and not yet ready to be routed, with the time at which they are.
    entering: VecDeque<placing::Unplaced>,
    /// The global queue: slots of unplaced requests, first come first served.
    unplaced: VecDeque<placing::Unplaced>,
    /// Whether the head of the global queue has yet to be routed.
    head_is_fresh: bool,
    /// Replicas that a request left in this instant while somebody waited for any.
    released: Vec<u32>,
    /// Replicas on which something happened in this instant.
    changed: Vec<u32>,
    /// Replicas tried for the request being placed, rising.
    tried: Vec<u32>,
    out: Out,
    n_arrived: u64,
    n_left: u64,
    /// Requests whose end in this instant brought another arrival in it.
    n_returns: u32,
    n_events: u64,
    /// Whether the sink observes records of what all hold.
    watches_records: bool,
    /// What replicas will hold at most until something happens on one of them.
    will_hold: Together,
    /// The depth of the global queue the sink was told last.
    told_unplaced: u32,
    /// Whether the warm-up is over: before that the sink is told neither growth nor records.
    measures: bool,
}

/// A replica and what the simulation keeps of it.
struct Station<R> {
    replica: R,
    /// Bytes of a block.
    block_bytes: u64,
    /// What the sink was told last.
    told: Levels,
    /// Its part of what all will hold at most.
    will_hold: u64,
    /// Whether it is in the list of those that changed in this instant.
    changed: bool,
}

/// Blocks of several replicas.
#[derive(Clone, Copy, Debug, Default)]
struct Together {
    blocks: u64,
    bytes: u128,
}

impl<'a, R: Replica, S: Sink> Simulation<'a, R, S> {
    fn new(scenario: &Scenario, traffic: &'a mut Traffic, seed: u64, sink: &'a mut S) -> Self {
        let n_replicas = scenario.cluster.n_replicas();
        let scheduler = crate::policy::scheduling::build(&scenario.policy.scheduling, &scenario.workloads);
        let pools = pools::Pools::of(scenario);
        let interests = sink.interests();
        let settings = Settings::of(scenario, pools.as_ref(), interests.growth);
        let in_order = scheduler.is_first_come_first_served();
        let replicas = (0..n_replicas).map(|index| Station {
            replica: R::new(settings.setup(index, in_order)),
            block_bytes: settings.block_bytes(index),
            told: Levels::default(),
            will_hold: 0,
            changed: false,
        });
        let gaps = interests.gaps.then(Vec::new);
        Simulation {
            now: SimTime::ZERO,
            replicas: replicas.collect(),
            measures: settings.warmup == SimTime::ZERO,
            settings,
            traffic,
            sink,
            requests: Requests::default(),
            pools,
            loads: placing::Loads::new(n_replicas, scenario.workloads.len()),
            router: crate::policy::routing::build(&scenario.policy.routing, n_replicas as u32),
            scheduler,
            routing_stream: Streams::new(seed).stream("policy.routing"),
            agenda: Agenda::new(n_replicas),
            entering: VecDeque::new(),
            unplaced: VecDeque::new(),
            head_is_fresh: false,
            released: Vec::new(),
            changed: Vec::new(),
            tried: Vec::new(),
            out: Out { told: Vec::new(), gaps, jobs: Vec::new() },
            n_arrived: 0,
            n_left: 0,
            n_returns: 0,
            n_events: 0,
            watches_records: interests.records,
            will_hold: Together::default(),
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
            self.now = at;
            self.measure();
        }
        for index in 0..self.replicas.len() {
            self.replicas[index].replica.stop(at, &mut self.out);
            self.tell_gaps(index as u32);
            self.tell_growth(index as u32);
        }
        End {
            at,
            unfinished: self.requests.len() as u64,
            events: self.n_events,
            steps: self.replicas.iter().map(|station| station.replica.n_steps()).sum(),
            stands_still: self.stands_still(),
            given_up,
        }
    }

    /// When something happens next; `None` when nothing will, or only after `until`.
    fn next_instant(&self) -> Option<SimTime> {
        let arrival = self.traffic.peek().unwrap_or(NEVER);
        let waits = self.next_entry().min(self.next_time_out()).min(self.next_transfer());
        let next = self.agenda.next_time().min(arrival).min(waits);
        let beyond = self.settings.until.is_some_and(|until| next > until);
        (next != NEVER && !beyond).then_some(next)
    }

    /// Everything that happens at `now`, in the order that `engine::order` describes: what ends, the global queue,
    /// what arrives, what starts.
    fn play_instant(&mut self) {
        self.measure();
        if self.agenda.next_time() <= self.now {
            self.end_steps();
        }
        if self.pools.is_some() {
            self.end_handoffs();
            self.start_handoffs(false);
        }
        self.serve_global_queue();
        self.time_out();
        self.take_arrivals();
        self.serve_global_queue();
        self.start_steps(false);
        // Who gave way has made room, and may find it elsewhere.
        while self.take_back() {
            self.start_handoffs(true);
            self.start_steps(true);
        }
        self.settle();
    }

    /// Tells the sink of what was held before this instant, as far as it is measured: nothing of what was before the
    /// warm-up ended, which is where measuring begins if it has not.
    fn measure(&mut self) {
        let warmup = self.settings.warmup;
        if !self.measures && self.now >= warmup {
            self.measures = true;
            for station in &mut self.replicas {
                station.replica.measure_from(warmup);
            }
            if self.now == warmup {
                return;
            }
        }
        if self.measures {
            self.tell_record();
        }
    }

    /// Starts steps on the replicas on which something happened.
    fn start_steps(&mut self, after_starts: bool) {
        if self.changed.len() > 1 {
            self.changed.sort_unstable();
        }
        for position in 0..self.changed.len() {
            let index = self.changed[position];
            let replica = &mut self.replicas[index as usize].replica;
            replica.start(self.now, after_starts, &mut self.out);
            self.agenda.set(index as usize, replica.next_time());
            self.tell_out(index);
        }
    }

    /// Ends the steps that are through.
    fn end_steps(&mut self) {
        let mut from = 0;
        while let Some(due) = self.agenda.due(from, self.now) {
            // Its entry is renewed when its next step starts.
            from = due + 1;
            let index = due as u32;
            self.touch(index);
            self.replicas[due].replica.end(self.now, &mut self.out);
            self.tell_out(index);
        }
    }

    /// Whether requests that take no time bring each other in without end.
    fn stands_still(&self) -> bool {
        self.n_returns > MAX_RETURNS_AT_ONCE
    }

    /// Notes that something happened on a replica in this instant.
    fn touch(&mut self, index: u32) {
        let station = &mut self.replicas[index as usize];
        if !station.changed {
            station.changed = true;
            self.changed.push(index);
        }
    }

    /// Tells the sink what holds from now on.
    fn settle(&mut self) {
        for position in 0..self.changed.len() {
            self.tell_growth(self.changed[position]);
        }
        for index in self.changed.drain(..) {
            let station = &mut self.replicas[index as usize];
            station.changed = false;
            let will_hold = station.replica.will_hold();
            if will_hold != station.will_hold {
                self.will_hold.blocks = self.will_hold.blocks - station.will_hold + will_hold;
                let bytes = |blocks: u64| u128::from(blocks) * u128::from(station.block_bytes);
                self.will_hold.bytes = self.will_hold.bytes - bytes(station.will_hold) + bytes(will_hold);
                station.will_hold = will_hold;
            }
            let mut levels = station.levels(self.settings.tells_growth());
            if let Some(pools) = &self.pools {
                levels.queued += pools.n_waiting(index);
                levels.transferring = pools.n_transferring(index);
            }
            if levels != station.told {
                station.told = levels;
                self.sink.levels(self.now, index, &levels);
            }
            #[cfg(debug_assertions)]
            station.replica.check();
        }
        let depth = self.unplaced.len() as u32;
        if depth != self.told_unplaced {
            self.told_unplaced = depth;
            self.sink.global_queue(self.now, depth);
        }
        #[cfg(debug_assertions)]
        if !self.stands_still() && self.requests.len() <= 64 {
            self.check();
        }
    }

    /// Tells the sink what blocks a replica took, and for how long it had them, beyond the levels it was told.
    fn tell_growth(&mut self, index: u32) {
        let station = &mut self.replicas[index as usize];
        let Untold { peak, area } = station.replica.untold();
        if area > 0 && self.measures {
            let growth = Growth { blocks: peak, block_ticks: area, block_bytes: station.block_bytes };
            self.sink.observe(self.now, Observation::Growth { gpu: index, growth });
        }
    }

    /// Tells the sink what is held in all before this instant, where it could be more than ever. Only what ends lowers
    /// it, so no record is missed.
    fn tell_record(&mut self) {
        let bytes = |bytes: u128| Bytes::new(u64::try_from(bytes).unwrap_or(u64::MAX));
        let mut most = self.will_hold;
        if !self.watches_records || !self.sink.would_be_a_record(most.blocks, bytes(most.bytes)) {
            return;
        }
        for station in &self.replicas {
            let less = station.will_hold - station.replica.held_before(self.now);
            most.blocks -= less;
            most.bytes -= u128::from(less) * u128::from(station.block_bytes);
            if less > 0 && !self.sink.would_be_a_record(most.blocks, bytes(most.bytes)) {
                return;
            }
        }
        let record = Observation::Record { blocks: most.blocks, bytes: bytes(most.bytes) };
        self.sink.observe(self.now, record);
    }

    /// Panics with a sentence when the books do not balance: a mistake of the engine, never of a scenario.
    fn check(&self) {
        let n_system = self.requests.len() as u64;
        let n_moving = self.pools.as_ref().map_or(0, pools::Pools::n_moving);
        if let Some(pools) = &self.pools {
            pools.check(self.now);
        }
        assert_eq!(self.n_arrived, self.n_left + n_system, "every request that arrived has left or is here");
        assert_eq!(
            n_system,
            (self.entering.len() + self.unplaced.len()) as u64 + self.loads.n_held() - n_moving,
            "every request here enters, is held by a replica or in the global queue"
        );
        for (index, station) in self.replicas.iter().enumerate() {
            station.replica.check();
            let doing = station.replica.doing();
            let mut present = doing.waiting + doing.prompts + doing.decodes;
            let mut limit = self.settings.max_queue;
            if let Some(pools) = &self.pools {
                present += pools.n_waiting(index as u32) + pools.n_transferring(index as u32);
                limit = limit.filter(|_| !pools.takes_back(index as u32));
            }
            assert_eq!(
                self.loads.held(index as u32),
                present,
                "replica {index} holds who waits and who runs"
            );
            assert!(limit.is_none_or(|limit| present <= limit), "replica {index} has more than `max_queue`");
            assert!(present > 0 || doing.blocks == 0, "an empty replica holds nothing");
        }
    }
}

impl<R: Replica> Station<R> {
    /// `tells_growth`: with what was taken since the batch changed.
    fn levels(&self, tells_growth: bool) -> Levels {
        let Doing { waiting, prompts, decodes, blocks, grown } = self.replica.doing();
        Levels {
            queued: waiting,
            prefill: prompts,
            decode: decodes,
            transferring: 0,
            held: Bytes::new(blocks.saturating_mul(self.block_bytes)),
            blocks,
            grown: if tells_growth { grown } else { 0 },
            block_bytes: self.block_bytes,
        }
    }
}
