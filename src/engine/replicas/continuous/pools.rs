//! Prefill and decode on separate replicas: requests to be handed over, and caches on their way.
//!
//! A prefill replica computes a prompt and samples one token. The cache stays there, parked, until a decode replica has
//! a place and the blocks of its next step; they are kept before the transfer starts, first come first served, on the
//! replica that holds the fewest requests (the quicker way, then the lower index among equals). What is
//! preempted on a decode replica goes back to the one that computed its prompt, to compute prompt and output so far
//! anew: no prefill ever runs where others decode.
//!
//! Invariant: what can be kept follows from what has started, never from when it is looked for: room on a decode replica
//! grows only when a request leaves it, and in that instant the first in line is tried.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use super::admission::{Admission, content_of};
use super::fleet::Fleet;
use super::job::{Job, Leg};
use super::replica::Replica;
use super::settings::Settings;
use crate::engine::agenda::NEVER;
use crate::engine::destinations::Destinations;
use crate::engine::dispatch::{Charge, Context};
use crate::engine::event::Event;
use crate::engine::sink::Sink;
use crate::engine::transfers::{Class, Mover, Topology, Transfers, Way};
use crate::model::{Phase, Scenario};
use crate::units::{Bytes, SimDuration, SimTime};

/// What a cluster with pools needs.
pub(super) struct Pools {
    topology: Topology,
    transfers: Transfers,
    /// Whether a replica decodes.
    decodes: Vec<bool>,
    /// Decode replicas that links do not tell apart, rising.
    alike: Vec<Range<u32>>,
    /// How many requests each holds, and at most how many blocks it has for more.
    destinations: Destinations,
    /// Requests to be handed over, in the order in which their prompts ended.
    waiting: VecDeque<u32>,
    /// Those that have left the batch of a prefill replica and not come to a decode replica, by slot.
    parked: BTreeMap<u32, Handed>,
    /// Requests that were preempted in this instant, and not yet sent back.
    preempted: Vec<Job>,
    /// The replica that computes the prompt of each request that decodes, by slot.
    homes: BTreeMap<u32, u32>,
    /// Caches that leave and come, by replica.
    leaving: Vec<u32>,
    coming: Vec<u32>,
    /// Requests to be handed over, by replica.
    n_waiting: Vec<u32>,
    arrived: Vec<Mover>,
}

/// A request between its legs.
#[derive(Clone, Copy, Debug)]
struct Handed {
    job: Job,
    from: u32,
}

impl Pools {
    /// `None` where every replica does both.
    pub(super) fn of(scenario: &Scenario) -> Option<Pools> {
        let cluster = &scenario.cluster;
        if cluster.pools.is_empty() {
            return None;
        }
        let n = cluster.n_replicas();
        let topology = Topology::new(cluster);
        let mut decodes = vec![false; n];
        for pool in cluster.pools.iter().filter(|pool| pool.phase == Phase::Decode) {
            decodes[cluster.replicas(pool.group)].fill(true);
        }
        let decoders = topology.classes().iter().filter(|class| decodes[class.first as usize]);
        let mut alike: Vec<Range<u32>> = decoders.map(|class| class.first..class.first + class.n).collect();
        alike.sort_unstable_by_key(|range| range.start);
        let mut destinations = Destinations::new(n as u32);
        alike.iter().cloned().flatten().for_each(|replica| destinations.set(replica, Some((0, u64::MAX))));
        Some(Pools {
            topology,
            transfers: Transfers::new(cluster.contention, n as u32),
            decodes,
            alike,
            destinations,
            waiting: VecDeque::new(),
            parked: BTreeMap::new(),
            preempted: Vec::new(),
            homes: BTreeMap::new(),
            leaving: vec![0; n],
            coming: vec![0; n],
            n_waiting: vec![0; n],
            arrived: Vec::new(),
        })
    }

    /// When a cache arrives next, or another gets faster because one has ended.
    pub(super) fn next_time(&self) -> SimTime {
        self.transfers.next_time()
    }

    /// Requests on two replicas.
    pub(super) fn n_moving(&self) -> u64 {
        self.transfers.len() as u64
    }

    /// Requests of a replica that are to be handed over.
    pub(super) fn n_waiting(&self, replica: u32) -> u32 {
        self.n_waiting[replica as usize]
    }

    /// Caches on their way from or to a replica.
    pub(super) fn n_transferring(&self, replica: u32) -> u32 {
        self.leaving[replica as usize] + self.coming[replica as usize]
    }

    /// Whether a replica's requests are sent back to it when they are preempted elsewhere.
    pub(super) fn requeues(&self, replica: u32) -> bool {
        !self.decodes[replica as usize]
    }

    /// A request has left a batch and goes on elsewhere.
    pub(super) fn left(&mut self, replica: u32, job: Job) {
        if job.leg == Leg::Prefill {
            self.parked.insert(job.slot, Handed { job, from: replica });
            self.n_waiting[replica as usize] += 1;
            self.waiting.push_back(job.slot);
        } else {
            self.preempted.push(job);
        }
    }

    /// Ranges of replicas that links do not tell apart.
    pub(super) fn alike(&self) -> Vec<Range<usize>> {
        let range = |class: &Class| class.first as usize..(class.first + class.n) as usize;
        self.topology.classes().iter().map(range).collect()
    }

    /// The decode replicas that caches of a prefill replica can move to, one for all that are alike.
    pub(super) fn reached_from(&self, replica: u32) -> impl Iterator<Item = u32> {
        let firsts = self.topology.classes().iter().map(|class| class.first);
        let decoders = firsts.filter(|first| !self.requeues(*first));
        decoders.filter(move |to| self.topology.way(replica, *to, Bytes::ZERO).is_some())
    }

    /// How a cache gets to a decode replica; `None` where no path leads. One that would take longer than the clock runs
    /// sets out and does not arrive.
    fn way(&self, from: u32, to: u32, bytes: Bytes) -> Option<Way> {
        self.topology.way(from, to, bytes).or_else(|| {
            let mut way = self.topology.way(from, to, Bytes::ZERO)?;
            way.time = SimDuration::MAX;
            Some(way)
        })
    }

    pub(super) fn forget(&mut self, slot: u32) {
        self.homes.remove(&slot);
    }

    /// Something happened on a replica: it may hold more or fewer requests, and have room again.
    #[inline]
    pub(super) fn renew<S: Sink>(&mut self, replica: u32, context: &Context<'_, Admission, S>) {
        if self.decodes[replica as usize] {
            self.destinations.set(replica, Some((context.signals.held(replica), u64::MAX)));
        }
    }

    pub(super) fn check<S: Sink>(&self, context: &Context<'_, Admission, S>) {
        self.transfers.check(&self.topology, context.now);
        for replica in self.alike.iter().cloned().flatten() {
            let known = self.destinations.held(replica);
            assert_eq!(
                known,
                context.signals.held(replica),
                "decode replica {replica} holds what is known of it"
            );
        }
        let n_coming: u64 = self.coming.iter().map(|n| u64::from(*n)).sum();
        assert_eq!(n_coming, self.n_moving(), "every cache on its way is in a transfer");
    }
}

impl Pools {
    /// Carries out what caches do whose last byte has arrived.
    pub(super) fn end_handoffs<R: Replica, S: Sink>(
        &mut self,
        fleet: &mut Fleet<R>,
        context: &mut Context<'_, Admission, S>,
    ) {
        let mut arrived = std::mem::take(&mut self.arrived);
        while let Some(mover) = self.transfers.take_arrived(&self.topology, context.now) {
            arrived.push(mover);
        }
        arrived.sort_unstable();
        for mover in arrived.drain(..) {
            self.end_handoff(mover, fleet, context);
        }
        self.arrived = arrived;
    }

    fn end_handoff<R: Replica, S: Sink>(
        &mut self,
        Mover { to, slot, .. }: Mover,
        fleet: &mut Fleet<R>,
        context: &mut Context<'_, Admission, S>,
    ) {
        let Handed { job, from } = self.parked.remove(&slot).expect("what moves was parked");
        self.leaving[from as usize] -= 1;
        self.coming[to as usize] -= 1;
        self.homes.insert(slot, from);
        let request = context.requests.get_mut(slot);
        request.journey.go_to(to);
        request.journey.leave_with(from, job.generated);
        let charge = std::mem::take(&mut request.charge);
        let output = request.output().max(1);
        context.emit(slot, Event::HandoffFinished { from, to });
        fleet.replicas[from as usize].replica.release(slot, context.now, &mut fleet.outbox);
        fleet.publish(from, Some(self), context);
        context.give_back(from, charge);
        let job = Job { leg: Leg::Decode, output, ..job };
        fleet.replica(to).join(job, None, context.now);
        fleet.touch(from);
        fleet.touch(to);
    }

    /// Lets caches go while the first in line finds room; `after_starts` where the steps of this instant have started.
    pub(super) fn start_handoffs<R: Replica, S: Sink>(
        &mut self,
        fleet: &mut Fleet<R>,
        after_starts: bool,
        context: &mut Context<'_, Admission, S>,
    ) {
        while let Some(&slot) = self.waiting.front() {
            let Some(destination) = self.destination(slot, fleet, after_starts, context) else { return };
            self.start_handoff(slot, &destination, fleet, after_starts, context);
        }
    }

    /// Where a cache can go now.
    fn destination<R: Replica, S: Sink>(
        &mut self,
        slot: u32,
        fleet: &mut Fleet<R>,
        after_starts: bool,
        context: &Context<'_, Admission, S>,
    ) -> Option<Destination> {
        let need = fleet.settings.need(&context.requests.get(slot).journey.request);
        let Handed { job, from } = self.parked[&slot];
        let bytes = fleet.settings.kv_bytes(u64::from(job.n_moved()));
        let blocks = fleet.settings.blocks(job.n_kept());
        let mut best: Option<(u32, Way, u32)> = None;
        for index in 0..self.alike.len() {
            let alike = self.alike[index].clone();
            if !fleet.settings.holds(alike.start, need.tokens) {
                continue;
            }
            let mut way = None;
            while let Some((held, to)) = self.destinations.least_loaded(alike.clone(), blocks, from) {
                // Finding a way costs more than the rest, and most are out before.
                if best.is_some_and(|(least, ..)| least < held) || !context.has_place(to) {
                    break;
                }
                // The same to all of them.
                way = way.or_else(|| self.way(from, to, bytes));
                let Some(way) = way else { break };
                if best.is_some_and(|(least, quickest, _)| (least, quickest.time) <= (held, way.time)) {
                    break;
                }
                let room = fleet.replica(to).room_for_moved(context.now, after_starts);
                if blocks <= room {
                    best = Some((held, way, to));
                    break;
                }
                // It is asked again when a request has left it, or by one that needs less.
                self.destinations.set(to, Some((held, room)));
            }
        }
        best.map(|(_, way, to)| Destination { to, way, bytes })
    }

    fn start_handoff<R: Replica, S: Sink>(
        &mut self,
        slot: u32,
        destination: &Destination,
        fleet: &mut Fleet<R>,
        after_starts: bool,
        context: &mut Context<'_, Admission, S>,
    ) {
        let Destination { to, way, bytes } = *destination;
        self.waiting.pop_front();
        let Handed { job, from } = self.parked[&slot];
        self.n_waiting[from as usize] -= 1;
        self.leaving[from as usize] += 1;
        self.coming[to as usize] += 1;
        fleet.replicas[to as usize].replica.reserve(&job, context.now, after_starts, &mut fleet.outbox);
        let mover = Mover { to, number: job.number, slot };
        self.transfers.start(mover, from, bytes, &way, &self.topology, context.now);
        fleet.publish(to, Some(self), context);
        context.hold(to, Charge::default());
        self.renew(to, context);
        context.requests.get_mut(slot).journey.start_handoff(context.now);
        context.emit(slot, Event::HandoffStarted { from, to, bytes });
        fleet.touch(from);
        fleet.touch(to);
    }

    /// Sends preempted requests back to the replica that computed their prompt; whether there were any. `max_queue` is for
    /// those that have not been let in yet.
    pub(super) fn requeue_preempted<R: Replica, S: Sink>(
        &mut self,
        fleet: &mut Fleet<R>,
        context: &mut Context<'_, Admission, S>,
    ) -> bool {
        let preempted = std::mem::take(&mut self.preempted);
        for job in &preempted {
            let home = self.homes.remove(&job.slot);
            let home = home.expect("what decodes has a replica that computed its prompt");
            let left = requeue(job, home, fleet, context);
            self.renew(left, context);
        }
        !preempted.is_empty()
    }
}

/// Sends a request back to compute its prompt and output so far anew; the replica that it leaves.
fn requeue<R: Replica, S: Sink>(
    job: &Job,
    home: u32,
    fleet: &mut Fleet<R>,
    context: &mut Context<'_, Admission, S>,
) -> u32 {
    let slot = job.slot;
    let request = context.requests.get_mut(slot);
    let left = request.journey.gpu().expect("what decodes is on a replica");
    request.journey.go_to(home);
    request.journey.leave_with(left, job.generated);
    let content = content_of(&request.journey.request);
    let output = request.output().max(1);
    context.give_back(left, Charge::default());
    context.hold(home, Charge::default());
    let job = Job { leg: Leg::Prefill, output: job.generated + 1, ..*job };
    // Its last token ends the prompt: nothing is left to hand over.
    let job = if job.output == output { Job { leg: Leg::Whole, ..job } } else { job };
    // After the steps of this instant have started, and after what they could know of.
    let just_after = context.now.checked_add(SimDuration::from_ps(1)).unwrap_or(NEVER);
    fleet.replica(home).join(job, content, just_after);
    fleet.touch(home);
    context.emit(slot, Event::Admitted { gpu: home });
    left
}

/// Where a cache goes.
struct Destination {
    to: u32,
    way: Way,
    bytes: Bytes,
}

/// The leg a request begins with, and its output tokens there.
pub(super) fn first_leg(settings: &Settings, output: u32) -> (Leg, u32) {
    if settings.has_pools && output > 1 { (Leg::Prefill, 1) } else { (Leg::Whole, output) }
}
