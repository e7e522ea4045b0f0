//! Prefill and decode on separate replicas: who waits to be handed over, and caches on their way.
//!
//! A prefill replica computes a prompt and samples one token. The cache stays there, parked, until a decode replica has
//! a place and the blocks of its next step; they are kept before the transfer starts, first come first served, on the
//! replica that holds the fewest requests (the quicker way, then the lower index among equals). Whoever gives way on a
//! decode replica goes back to the one that computed its prompt, to compute prompt and output so far anew: no prefill
//! ever runs where others decode.
//!
//! Invariant: what can be kept follows from what has started, never from when somebody looks: room on a decode replica
//! grows only when a request leaves it, and in that instant the first in line is tried.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use super::Simulation;
use super::job::{Job, Leg};
use super::replica::Replica;
use super::settings::Settings;
use crate::engine::agenda::NEVER;
use crate::engine::event::Event;
use crate::engine::sink::Sink;
use crate::engine::topology::{Class, Topology, Way};
use crate::engine::transfers::{Mover, Transfers};
use crate::model::{Phase, Scenario};
use crate::units::{Bytes, SimDuration, SimTime};

/// What a cluster with pools needs.
pub(super) struct Pools {
    topology: Topology,
    transfers: Transfers,
    /// Decode replicas, rising.
    decoders: Vec<u32>,
    /// Requests to be handed over, in the order in which their prompts ended.
    waiting: VecDeque<u32>,
    /// Those that have left the batch of a prefill replica and not come to a decode replica, by slot.
    parked: BTreeMap<u32, Handed>,
    /// Requests that gave way in this instant.
    returning: Vec<Job>,
    /// The replica that computes the prompt of each request that decodes, by slot.
    homes: BTreeMap<u32, u32>,
    /// Caches that leave and come, by replica.
    leaving: Vec<u32>,
    coming: Vec<u32>,
    /// Requests that wait to be handed over, by replica.
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
        let decode = cluster.pools.iter().filter(|pool| pool.phase == Phase::Decode);
        let mut decoders: Vec<u32> =
            decode.flat_map(|pool| cluster.replicas(pool.group)).map(|replica| replica as u32).collect();
        decoders.sort_unstable();
        Some(Pools {
            topology: Topology::new(cluster),
            transfers: Transfers::new(cluster.contention, n as u32),
            decoders,
            waiting: VecDeque::new(),
            parked: BTreeMap::new(),
            returning: Vec::new(),
            homes: BTreeMap::new(),
            leaving: vec![0; n],
            coming: vec![0; n],
            n_waiting: vec![0; n],
            arrived: Vec::new(),
        })
    }

    /// When a cache arrives next, or another gets faster for one that is through.
    pub(super) fn next_time(&self) -> SimTime {
        self.transfers.next_time()
    }

    /// Requests on two replicas.
    pub(super) fn n_moving(&self) -> u64 {
        self.transfers.len() as u64
    }

    /// Requests of a replica that wait to be handed over.
    pub(super) fn n_waiting(&self, replica: u32) -> u32 {
        self.n_waiting[replica as usize]
    }

    /// Caches on their way from or to a replica.
    pub(super) fn n_transferring(&self, replica: u32) -> u32 {
        self.leaving[replica as usize] + self.coming[replica as usize]
    }

    /// Whether a replica's requests go back to it when they have to give way elsewhere.
    pub(super) fn takes_back(&self, replica: u32) -> bool {
        self.decoders.binary_search(&replica).is_err()
    }

    /// A request has left a batch and goes on elsewhere.
    pub(super) fn left(&mut self, replica: u32, job: Job) {
        if job.leg == Leg::Prefill {
            self.parked.insert(job.slot, Handed { job, from: replica });
            self.n_waiting[replica as usize] += 1;
            self.waiting.push_back(job.slot);
        } else {
            self.returning.push(job);
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
        let decoders = firsts.filter(|first| !self.takes_back(*first));
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

    pub(super) fn check(&self, now: SimTime) {
        self.transfers.check(&self.topology, now);
        let n_coming: u64 = self.coming.iter().map(|n| u64::from(*n)).sum();
        assert_eq!(n_coming, self.n_moving(), "every cache on its way is in a transfer");
    }
}

impl<R: Replica, S: Sink> Simulation<'_, R, S> {
    /// When a transfer has something due.
    pub(super) fn next_transfer(&self) -> SimTime {
        self.pools.as_ref().map_or(NEVER, Pools::next_time)
    }

    /// Caches whose last byte has arrived.
    pub(super) fn end_handoffs(&mut self) {
        let Some(pools) = &mut self.pools else { return };
        let mut arrived = std::mem::take(&mut pools.arrived);
        while let Some(mover) = pools.transfers.take_arrived(&pools.topology, self.now) {
            arrived.push(mover);
        }
        arrived.sort_unstable();
        for mover in arrived.drain(..) {
            self.end_handoff(mover);
        }
        if let Some(pools) = &mut self.pools {
            pools.arrived = arrived;
        }
    }

    fn end_handoff(&mut self, Mover { to, slot, .. }: Mover) {
        let Some(pools) = &mut self.pools else { return };
        let Handed { job, from } = pools.parked.remove(&slot).expect("what moves was parked");
        pools.leaving[from as usize] -= 1;
        pools.coming[to as usize] -= 1;
        pools.homes.insert(slot, from);
        let request = self.requests.get_mut(slot);
        request.journey.gpu = Some(to);
        request.journey.leave_with(from, job.generated);
        let expected_work = std::mem::take(&mut request.expected_work);
        let output = request.journey.request.output.get().max(1);
        self.tell(slot, Event::HandoffFinished { from, to });
        self.replicas[from as usize].replica.release(slot, self.now, &mut self.out);
        self.tell_out(from);
        self.leave_replica(from, expected_work);
        let job = Job { leg: Leg::Decode, output, ..job };
        self.replicas[to as usize].replica.join(job, None, self.now);
        self.touch(from);
        self.touch(to);
    }

    /// Lets caches go while the first in line finds room.
    pub(super) fn start_handoffs(&mut self, after_starts: bool) {
        while let Some(slot) = self.pools.as_ref().and_then(|pools| pools.waiting.front().copied()) {
            let Some(destination) = self.destination(slot, after_starts) else { return };
            self.start_handoff(slot, &destination, after_starts);
        }
    }

    /// Where a cache can go now.
    fn destination(&mut self, slot: u32, after_starts: bool) -> Option<Destination> {
        let need = self.whole_need(slot);
        let pools = self.pools.as_ref()?;
        let Handed { job, from } = pools.parked[&slot];
        let bytes = self.settings.kv_bytes(u64::from(job.n_moved()));
        let mut best: Option<(u32, Way, u32)> = None;
        for &to in &pools.decoders {
            // Finding a way costs more than the rest, and most are out before.
            let held = self.loads.held(to);
            if best.is_some_and(|(least, ..)| least < held)
                || self.settings.max_queue.is_some_and(|limit| held >= limit)
                || !self.settings.holds(to, need.tokens)
            {
                continue;
            }
            let Some(way) = pools.way(from, to, bytes) else { continue };
            if best.is_none_or(|(least, quickest, _)| (held, way.time) < (least, quickest.time))
                && self.replicas[to as usize].replica.has_room(&job, self.now, after_starts)
            {
                best = Some((held, way, to));
            }
        }
        best.map(|(_, way, to)| Destination { to, way, bytes })
    }

    fn start_handoff(&mut self, slot: u32, destination: &Destination, after_starts: bool) {
        let Destination { to, way, bytes } = *destination;
        let Some(pools) = &mut self.pools else { return };
        pools.waiting.pop_front();
        let Handed { job, from } = pools.parked[&slot];
        pools.n_waiting[from as usize] -= 1;
        pools.leaving[from as usize] += 1;
        pools.coming[to as usize] += 1;
        self.replicas[to as usize].replica.reserve(&job, self.now, after_starts, &mut self.out);
        let mover = Mover { to, number: job.number, slot };
        pools.transfers.start(mover, from, bytes, &way, &pools.topology, self.now);
        self.tell_out(to);
        self.loads.join(to, 0);
        self.router.load_changed(to, self.loads.view());
        self.requests.get_mut(slot).journey.handoff_started = Some(self.now);
        self.tell(slot, Event::HandoffStarted { from, to, bytes });
        self.touch(from);
        self.touch(to);
    }

    /// Whoever has given way goes back; whether anybody did. `max_queue` is for those who have not been let in yet.
    pub(super) fn take_back(&mut self) -> bool {
        let Some(pools) = &mut self.pools else { return false };
        let returning = std::mem::take(&mut pools.returning);
        for job in &returning {
            let slot = job.slot;
            let home = self.pools.as_mut().and_then(|pools| pools.homes.remove(&slot));
            let home = home.expect("whoever decodes has a replica that computed its prompt");
            let request = self.requests.get_mut(slot);
            let left = request.journey.gpu.replace(home).expect("whoever decodes is on a replica");
            request.journey.leave_with(left, job.generated);
            let content = request.journey.request.content.clone().filter(|stretches| !stretches.is_empty());
            self.leave_replica(left, 0);
            self.loads.join(home, 0);
            self.router.load_changed(home, self.loads.view());
            let job = Job { leg: Leg::Prefill, output: job.generated + 1, ..*job };
            // Its last token ends the prompt: nothing is left to hand over.
            let output = self.requests.get(slot).journey.request.output.get().max(1);
            let job = if job.output == output { Job { leg: Leg::Whole, ..job } } else { job };
            // After the steps of this instant have started, and after what they could know of.
            let just_after = self.now.checked_add(SimDuration::from_ps(1)).unwrap_or(NEVER);
            self.replicas[home as usize].replica.join(job, content, just_after);
            self.touch(home);
            self.tell(slot, Event::Admitted { gpu: home });
        }
        !returning.is_empty()
    }

    /// A replica holds a request less.
    pub(super) fn leave_replica(&mut self, replica: u32, expected_work: u64) {
        self.loads.leave(replica, expected_work);
        self.router.load_changed(replica, self.loads.view());
        if !self.unplaced.is_empty() {
            self.released.push(replica);
        }
    }
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
