//! Caches on their way: how fast each moves while others use the same links.
//!
//! `contention fair`: transfers on a directed link share it max–min fairly, by progressive filling: the link that
//! offers its transfers the least fixes their rate, what is left is shared among the others, and so on (Bertsekas and
//! Gallager, "Data Networks", 2nd ed., section 6.5.2). Rates change only for transfers that are connected, over shared
//! links, with one that starts or ends. `contention none`: each has its way to itself.
//!
//! A transfer occupies its links while its bytes flow; it ends one latency later. When its last byte has left matters
//! only to those that share a link with it: a transfer that never meets another has one event, its arrival, and costs
//! no allocation. Bytes and rates are integers in 2^-56: shares are rounded down, so no link ever carries more than
//! it can.

mod topology;

pub(super) use self::topology::{Class, Topology, Way};
pub use self::topology::{MAX_NODES, Path, Route, count_nodes, paths};

use std::collections::{BTreeMap, BTreeSet};

use self::topology::{LinkKey, RATE_BITS, Rate};
use crate::engine::agenda::NEVER;
use crate::min_tree::MinTree;
use crate::model::Contention;
use crate::units::{Bytes, SimDuration, SimTime};

/// A request whose cache moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mover {
    /// Where to: orders what ends in one instant, before the request number.
    pub(super) to: u32,
    pub(super) number: u64,
    pub(super) slot: u32,
}

/// Where a transfer is kept.
type FlowId = u32;

#[derive(Debug)]
struct Flow {
    /// `None` where the place is free.
    mover: Option<Mover>,
    /// The way; empty once the bytes are known to have passed, and where nothing is shared.
    links: Vec<LinkKey>,
    latency: SimDuration,
    /// Bytes a picosecond now; alone, its way's bottleneck.
    rate: Rate,
    /// Bytes to go, in 2^-56, when last brought up to date.
    remaining: u128,
    updated: SimTime,
    /// When the last byte has left, at the present rate.
    drained: SimTime,
    /// Whether it has shared a link while its bytes flow: then their end is an event of its own.
    is_shared: bool,
}

impl Flow {
    /// When the last byte arrives.
    fn arrival(&self) -> SimTime {
        self.drained.checked_add(self.latency).unwrap_or(NEVER)
    }

    /// What happens to it next: the end of the bytes or the arrival.
    fn due(&self) -> SimTime {
        if self.is_shared { self.drained } else { self.arrival() }
    }

    /// Whether its bytes flow at `now`.
    fn flows(&self, now: SimTime) -> bool {
        self.is_shared || self.drained > now
    }
}

/// A link in use.
#[derive(Clone, Copy, Debug)]
struct Use {
    link: LinkKey,
    flow: FlowId,
}

/// All caches on their way.
#[derive(Debug)]
pub(super) struct Transfers {
    contention: Contention,
    /// A slab: places are used again, and so is what they have allocated.
    flows: Vec<Flow>,
    free: Vec<FlowId>,
    /// What is due when, by place.
    agenda: MinTree<SimTime>,
    /// The links in use, by the replica they lead away from, in no order that means anything. One that no longer
    /// flows may still be here, until it is asked for.
    uses: Vec<Vec<Use>>,
}

impl Transfers {
    /// Between `n` replicas.
    pub(super) fn new(contention: Contention, n: u32) -> Transfers {
        Transfers {
            contention,
            flows: Vec::new(),
            free: Vec::new(),
            agenda: MinTree::new(1, NEVER, NEVER),
            uses: vec![Vec::new(); n as usize],
        }
    }

    /// When something is due next.
    #[inline]
    pub(super) fn next_time(&self) -> SimTime {
        self.agenda.least()
    }

    /// A cache sets out.
    pub(super) fn start(
        &mut self,
        mover: Mover,
        from: u32,
        bytes: Bytes,
        way: &Way,
        topology: &Topology,
        now: SimTime,
    ) {
        let id = self.place();
        let flow = &mut self.flows[id as usize];
        flow.mover = Some(mover);
        flow.latency = way.latency;
        flow.rate = way.rate;
        flow.remaining = u128::from(bytes.get()) << RATE_BITS;
        flow.updated = now;
        // Alone, its bottleneck is the rate.
        flow.drained = now.checked_add(way.time - way.latency).unwrap_or(NEVER);
        flow.is_shared = false;
        let mut shared = Vec::new();
        if self.contention == Contention::Fair {
            topology.links(from, mover.to, way, &mut flow.links);
            for position in 0..self.flows[id as usize].links.len() {
                let link = self.flows[id as usize].links[position];
                if self.occupy(link, id, now) {
                    shared.push(link);
                }
            }
        }
        self.flows[id as usize].is_shared = !shared.is_empty();
        self.agenda.set(id as usize, self.flows[id as usize].due());
        if !shared.is_empty() {
            self.share_anew(&shared, topology, now);
        }
    }

    /// A cache whose last byte has arrived at `now`; called until there is none.
    #[inline]
    pub(super) fn take_arrived(&mut self, topology: &Topology, now: SimTime) -> Option<Mover> {
        if self.next_time() > now { None } else { self.take_due(topology, now) }
    }

    fn take_due(&mut self, topology: &Topology, now: SimTime) -> Option<Mover> {
        while let Some(id) = self.agenda.first_at_most(0, now) {
            if !self.flows[id].is_shared {
                return self.remove(id as FlowId, topology, now);
            }
            self.leave_links(id as FlowId, topology, now);
            self.agenda.set(id, self.flows[id].due());
        }
        None
    }

    /// A cache is given up on its way; nothing happens if it has arrived.
    pub(super) fn cancel(&mut self, mover: Mover, topology: &Topology, now: SimTime) {
        if let Some(id) = self.flows.iter().position(|flow| flow.mover == Some(mover)) {
            self.remove(id as FlowId, topology, now);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.flows.len() - self.free.len()
    }

    /// Panics where a link carries more than it can, where a share is not max–min fair, or where an end is missing.
    pub(super) fn check(&self, topology: &Topology, now: SimTime) {
        let moving = self.flows.iter().filter(|flow| flow.mover.is_some());
        assert_eq!(moving.clone().count(), self.len(), "places that are not free are in use");
        let next = moving.clone().map(Flow::due).min().unwrap_or(NEVER);
        assert_eq!(self.next_time(), next, "the agenda has the next end");
        assert!(next > now, "what is over has ended");
        for flow in moving.filter(|flow| flow.flows(now)) {
            for &link in &flow.links {
                let n = self.users(link, now).count() as u128;
                // No rate is below the least there is, however many share a link.
                let most = u128::from(topology.capacity(link)).max(n);
                assert!(self.carried(link, now) <= most, "{link:?} carries more than {most}");
            }
            let mut links = flow.links.iter();
            let fast_enough = links.any(|link| self.holds_back(*link, flow, topology, now));
            assert!(flow.links.is_empty() || fast_enough, "{:?} could be faster", flow.mover);
        }
    }

    /// The sum of the rates on a link.
    fn carried(&self, link: LinkKey, now: SimTime) -> u128 {
        self.users(link, now).map(|id| u128::from(self.flows[id as usize].rate)).sum()
    }

    /// Whether the link is full, but for what rounding loses, and none on it is faster: what makes a rate max–min fair
    /// is one such link on the way.
    fn holds_back(&self, link: LinkKey, flow: &Flow, topology: &Topology, now: SimTime) -> bool {
        let users = || self.users(link, now);
        let is_full = self.carried(link, now) + users().count() as u128 > u128::from(topology.capacity(link));
        is_full && users().all(|id| self.flows[id as usize].rate <= flow.rate)
    }

    /// Those whose bytes flow over a link.
    fn users(&self, link: LinkKey, now: SimTime) -> impl Iterator<Item = FlowId> {
        let uses = self.uses[link.from as usize].iter().filter(move |other| other.link == link);
        uses.map(|other| other.flow).filter(move |&id| self.flows[id as usize].flows(now))
    }

    /// A free place for a transfer.
    fn place(&mut self) -> FlowId {
        if let Some(id) = self.free.pop() {
            return id;
        }
        let id = self.flows.len();
        self.flows.push(Flow {
            mover: None,
            links: Vec::new(),
            latency: SimDuration::ZERO,
            rate: 0,
            remaining: 0,
            updated: SimTime::ZERO,
            drained: NEVER,
            is_shared: false,
        });
        if id == self.agenda.len() {
            // Twice as many as there are now.
            self.agenda = MinTree::new(2 * id, NEVER, NEVER);
            for (other, flow) in self.flows[..id].iter().enumerate() {
                self.agenda.set(other, flow.due());
            }
        }
        id as FlowId
    }

    /// Takes a transfer away, arrived or not; its request, and `None` where it has gone before.
    fn remove(&mut self, id: FlowId, topology: &Topology, now: SimTime) -> Option<Mover> {
        self.leave_links(id, topology, now);
        self.agenda.set(id as usize, NEVER);
        self.free.push(id);
        self.flows[id as usize].mover.take()
    }

    /// Takes a link into use; whether others use it. From now on the end of their bytes matters.
    fn occupy(&mut self, link: LinkKey, id: FlowId, now: SimTime) -> bool {
        let uses = &mut self.uses[link.from as usize];
        let mut is_shared = false;
        for position in (0..uses.len()).rev() {
            let Use { link: other_link, flow: other } = uses[position];
            if other_link != link || other == id {
                continue;
            }
            let flow = &mut self.flows[other as usize];
            if !flow.flows(now) {
                uses.swap_remove(position);
                continue;
            }
            is_shared = true;
            if !flow.is_shared {
                flow.is_shared = true;
                self.agenda.set(other as usize, flow.due());
            }
        }
        uses.push(Use { link, flow: id });
        is_shared
    }

    /// Gives a transfer's links back; those that shared one with it get faster.
    fn leave_links(&mut self, id: FlowId, topology: &Topology, now: SimTime) {
        let was_shared = std::mem::replace(&mut self.flows[id as usize].is_shared, false);
        let mut left = Vec::new();
        for position in 0..self.flows[id as usize].links.len() {
            let link = self.flows[id as usize].links[position];
            let uses = &mut self.uses[link.from as usize];
            if let Some(position) = uses.iter().position(|other| other.flow == id && other.link == link) {
                uses.swap_remove(position);
            }
            if was_shared && self.users(link, now).next().is_some() {
                left.push(link);
            }
        }
        self.flows[id as usize].links.clear();
        if !left.is_empty() {
            self.share_anew(&left, topology, now);
        }
    }

    /// Fills the links again that are connected with these, and reschedules whose rate changes.
    fn share_anew(&mut self, links: &[LinkKey], topology: &Topology, now: SimTime) {
        let (flows, links) = self.connected(links, now);
        for (id, rate) in self.fill(&flows, &links, topology, now) {
            let flow = &mut self.flows[id as usize];
            if flow.rate != rate || flow.updated == now {
                let elapsed = u128::from(now.since(flow.updated).as_ps());
                flow.remaining = flow.remaining.saturating_sub(elapsed * u128::from(flow.rate));
                flow.updated = now;
                flow.rate = rate;
                let wait = u64::try_from(flow.remaining.div_ceil(u128::from(rate))).unwrap_or(u64::MAX);
                flow.drained = now.checked_add(SimDuration::from_ps(wait)).unwrap_or(NEVER);
                self.agenda.set(id as usize, flow.due());
            }
        }
    }

    /// Transfers and links reachable from `links` by going from link to user and from user to link.
    fn connected(&self, links: &[LinkKey], now: SimTime) -> (BTreeSet<FlowId>, BTreeSet<LinkKey>) {
        let mut found: BTreeSet<LinkKey> = links.iter().copied().collect();
        let mut open: Vec<LinkKey> = found.iter().copied().collect();
        let mut flows = BTreeSet::new();
        while let Some(link) = open.pop() {
            for id in self.users(link, now) {
                if flows.insert(id) {
                    let links = self.flows[id as usize].links.iter().copied();
                    open.extend(links.filter(|&other| found.insert(other)));
                }
            }
        }
        (flows, found)
    }

    /// Progressive filling; ties between links go to the lower key.
    fn fill(
        &self,
        flows: &BTreeSet<FlowId>,
        links: &BTreeSet<LinkKey>,
        topology: &Topology,
        now: SimTime,
    ) -> Vec<(FlowId, Rate)> {
        let users = |link: &LinkKey| self.users(*link, now).count() as u64;
        let mut left: BTreeMap<LinkKey, (Rate, u64)> =
            links.iter().map(|link| (*link, (topology.capacity(*link), users(link)))).collect();
        let mut open = flows.clone();
        let mut rates = Vec::with_capacity(open.len());
        while !open.is_empty() {
            let shares = left.iter().filter(|(_, (_, users))| *users > 0);
            let (share, link) = shares
                .map(|(link, (rate, users))| (rate / users, *link))
                .min()
                .expect("an open transfer uses a link");
            let fixed: Vec<FlowId> = self.users(link, now).filter(|id| open.contains(id)).collect();
            for id in fixed {
                open.remove(&id);
                rates.push((id, share.max(1)));
                for link in &self.flows[id as usize].links {
                    let (rate, users) = left.get_mut(link).expect("a transfer's links are connected with it");
                    *rate -= share;
                    *users -= 1;
                }
            }
        }
        rates
    }
}

#[cfg(test)]
mod tests {
    use super::topology::tests::{End, cluster, one};
    use super::*;
    use crate::model::Cluster;

    /// Runs transfers given as (start us, from, to, bytes); gives their arrivals in us, by request.
    fn arrivals(cluster: &Cluster, contention: Contention, transfers: &[(u64, u32, u32, u64)]) -> Vec<f64> {
        let topology = Topology::new(cluster);
        let mut moving = Transfers::new(contention, cluster.n_replicas() as u32);
        let mut found = vec![0.0; transfers.len()];
        let starts = |number: usize| SimTime::from_ps(transfers[number].0 * 1_000_000);
        let mut next = 0;
        loop {
            let start = if next < transfers.len() { starts(next) } else { NEVER };
            let now = moving.next_time().min(start);
            if now == NEVER {
                return found;
            }
            while let Some(mover) = moving.take_arrived(&topology, now) {
                found[mover.number as usize] = now.as_ps() as f64 / 1e6;
            }
            if start == now {
                let (_, from, to, bytes) = transfers[next];
                let way = topology.way(from, to, Bytes::new(bytes)).expect("the replicas are linked");
                let mover = Mover { to, number: next as u64, slot: next as u32 };
                moving.start(mover, from, Bytes::new(bytes), &way, &topology, now);
                next += 1;
            }
        }
    }

    #[track_caller]
    fn check(
        links: &[(End, End, f64, u64, bool)],
        n: u32,
        transfers: &[(u64, u32, u32, u64)],
        expected: &[f64],
    ) {
        let found = arrivals(&cluster(&[n], links), Contention::Fair, transfers);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{found} us, not {expected} us");
        }
    }

    /// 1 GB/s carries 1,000 bytes in 1 us.
    const LINK: &[(End, End, f64, u64, bool)] = &[((0, 0, 0), (0, 1, 1), 1.0, 5, false)];

    #[test]
    fn one_transfer_takes_latency_and_bytes() {
        check(LINK, 2, &[(0, 0, 1, 100_000)], &[105.0]);
    }

    #[test]
    fn two_on_one_link_halve_it_while_both_flow() {
        // Both at half rate from 50 us: the first has 50 us of bytes left and takes 100; the second then 50 alone.
        check(LINK, 2, &[(0, 0, 1, 100_000), (50, 0, 1, 100_000)], &[155.0, 205.0]);
    }

    #[test]
    fn directions_do_not_share() {
        check(LINK, 2, &[(0, 0, 1, 100_000), (0, 1, 0, 100_000)], &[105.0, 105.0]);
    }

    #[test]
    fn no_contention_means_no_sharing() {
        let found =
            arrivals(&cluster(&[2], LINK), Contention::None, &[(0, 0, 1, 100_000), (0, 0, 1, 100_000)]);
        assert_eq!(found, [105.0, 105.0]);
    }

    #[test]
    fn what_one_cannot_use_the_others_get() {
        // A line 0 - 1 - 2 with 1 and 4 GB/s. The long transfer is held to 0.5 by the first link (shared with another),
        // so the one on the second link alone gets 3.5 GB/s: max–min, not equal shares of each link.
        let line = [(one(0, 0), one(0, 1), 1.0, 0, false), (one(0, 1), one(0, 2), 4.0, 0, false)];
        let transfers = [(0, 0, 2, 50_000), (0, 0, 1, 50_000), (0, 1, 2, 350_000)];
        check(&line, 3, &transfers, &[100.0, 100.0, 100.0]);
    }
}
