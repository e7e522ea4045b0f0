//! Caches on their way: how fast each moves while others use the same links.
//!
//! `contention fair`: transfers on a directed link share it max–min fairly, by progressive filling: the link that
//! offers its transfers the least fixes their rate, what is left is shared among the others, and so on (Bertsekas and
//! Gallager, "Data Networks", 2nd ed., section 6.5.2). Rates change only for transfers that are connected, over shared
//! links, with one that starts or ends. `contention none`: each has its way to itself.
//!
//! A transfer occupies its links while its bytes flow; it ends one latency later. Bytes and rates are integers in
//! 2^-56: shares are rounded down, so no link ever carries more than it can.

use std::collections::{BTreeMap, BTreeSet};

use super::agenda::NEVER;
use super::topology::{LinkKey, RATE_BITS, Rate, Topology, Way};
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

#[derive(Debug)]
struct Flow {
    links: Vec<LinkKey>,
    latency: SimDuration,
    /// Bytes a picosecond now; alone, its way's bottleneck.
    rate: Rate,
    /// Bytes to go, in 2^-56, when last brought up to date.
    remaining: u128,
    updated: SimTime,
    /// When the bytes are through, then when the last of them arrives.
    due: SimTime,
    arriving: bool,
}

/// All caches on their way.
#[derive(Debug)]
pub(super) struct Transfers {
    contention: Contention,
    flows: BTreeMap<Mover, Flow>,
    /// Those whose bytes flow over each link in use, in no order that means anything.
    users: BTreeMap<LinkKey, Vec<Mover>>,
    /// What is due when: the bytes' end or the arrival.
    agenda: BTreeSet<(SimTime, Mover)>,
}

impl Transfers {
    pub(super) fn new(contention: Contention) -> Transfers {
        Transfers { contention, flows: BTreeMap::new(), users: BTreeMap::new(), agenda: BTreeSet::new() }
    }

    /// When something is due next.
    pub(super) fn next_time(&self) -> SimTime {
        self.agenda.first().map_or(NEVER, |(time, _)| *time)
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
        let flow = Flow {
            links: topology.links(from, mover.to, way),
            latency: way.latency,
            rate: way.rate,
            remaining: u128::from(bytes.get()) << RATE_BITS,
            updated: now,
            due: NEVER,
            arriving: false,
        };
        let mut shared = Vec::new();
        if self.contention == Contention::Fair {
            for &link in &flow.links {
                let users = self.users.entry(link).or_default();
                users.push(mover);
                if users.len() > 1 {
                    shared.push(link);
                }
            }
        }
        self.flows.insert(mover, flow);
        if shared.is_empty() {
            // Nobody else is on the way: its bottleneck is the rate.
            self.schedule(mover);
        } else {
            self.share_anew(&shared, topology, now);
        }
    }

    /// A cache whose last byte has arrived at `now`; called until there is none.
    pub(super) fn take_arrived(&mut self, topology: &Topology, now: SimTime) -> Option<Mover> {
        while let Some(&(time, mover)) = self.agenda.first() {
            if time > now {
                return None;
            }
            let flow = self.flows.get_mut(&mover).expect("what is due is on its way");
            if flow.arriving {
                self.agenda.pop_first();
                self.flows.remove(&mover);
                return Some(mover);
            }
            flow.arriving = true;
            let due = flow.due.checked_add(flow.latency).unwrap_or(NEVER);
            self.set_due(mover, due);
            self.leave_links(mover, topology, now);
        }
        None
    }

    /// A cache is given up on its way; nothing happens if it has arrived.
    pub(super) fn cancel(&mut self, mover: Mover, topology: &Topology, now: SimTime) {
        if self.flows.contains_key(&mover) {
            self.leave_links(mover, topology, now);
            let flow = self.flows.remove(&mover).expect("the transfer was found");
            self.agenda.remove(&(flow.due, mover));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.flows.len()
    }

    /// Panics where a link carries more than it can, where a share is not max–min fair, or where an end is missing.
    pub(super) fn check(&self, topology: &Topology, now: SimTime) {
        assert_eq!(self.agenda.len(), self.flows.len(), "every transfer has an end to come");
        for (mover, flow) in &self.flows {
            let due = (flow.due, *mover);
            assert!(flow.due > now && self.agenda.contains(&due), "{due:?} is an end to come");
        }
        for (link, users) in &self.users {
            // Nobody's rate is below the least there is, however many share a link.
            let most = u128::from(topology.capacity(*link)).max(users.len() as u128);
            assert!(self.carried(*link) <= most, "{link:?} carries more than {most}");
            for mover in users {
                let flow = &self.flows[mover];
                let mut links = flow.links.iter();
                assert!(
                    links.any(|link| self.holds_back(*link, flow, topology)),
                    "{mover:?} could be faster"
                );
            }
        }
    }

    /// The sum of the rates on a link.
    fn carried(&self, link: LinkKey) -> u128 {
        self.users[&link].iter().map(|mover| u128::from(self.flows[mover].rate)).sum()
    }

    /// Whether the link is full, but for what rounding loses, and nobody on it is faster: what makes a rate max–min fair
    /// is one such link on the way.
    fn holds_back(&self, link: LinkKey, flow: &Flow, topology: &Topology) -> bool {
        let users = &self.users[&link];
        let is_full = self.carried(link) + users.len() as u128 > u128::from(topology.capacity(link));
        is_full && users.iter().all(|mover| self.flows[mover].rate <= flow.rate)
    }

    fn leave_links(&mut self, mover: Mover, topology: &Topology, now: SimTime) {
        let links = std::mem::take(&mut self.flows.get_mut(&mover).expect("a mover is on its way").links);
        let mut shared = Vec::new();
        for link in links {
            let Some(users) = self.users.get_mut(&link) else { continue };
            let Some(position) = users.iter().position(|user| *user == mover) else { continue };
            users.swap_remove(position);
            if users.is_empty() {
                self.users.remove(&link);
            } else {
                shared.push(link);
            }
        }
        if !shared.is_empty() {
            self.share_anew(&shared, topology, now);
        }
    }

    /// Fills the links again that are connected with these, and reschedules whose rate changes.
    fn share_anew(&mut self, links: &[LinkKey], topology: &Topology, now: SimTime) {
        let (movers, links) = self.connected(links);
        let rates = self.fill(&movers, &links, topology);
        for (mover, rate) in rates {
            let flow = self.flows.get_mut(&mover).expect("a link's users are on their way");
            if flow.rate != rate || flow.updated == now {
                let elapsed = u128::from(now.since(flow.updated).as_ps());
                flow.remaining = flow.remaining.saturating_sub(elapsed * u128::from(flow.rate));
                flow.updated = now;
                flow.rate = rate;
                self.schedule(mover);
            }
        }
    }

    /// Transfers and links reachable from `links` by going from link to user and from user to link.
    fn connected(&self, links: &[LinkKey]) -> (BTreeSet<Mover>, BTreeSet<LinkKey>) {
        let mut found: BTreeSet<LinkKey> = links.iter().copied().collect();
        let mut open: Vec<LinkKey> = found.iter().copied().collect();
        let mut movers = BTreeSet::new();
        while let Some(link) = open.pop() {
            for &mover in self.users.get(&link).into_iter().flatten() {
                if movers.insert(mover) {
                    open.extend(
                        self.flows[&mover].links.iter().copied().filter(|&other| found.insert(other)),
                    );
                }
            }
        }
        (movers, found)
    }

    /// Progressive filling; ties between links go to the lower key.
    fn fill(
        &self,
        movers: &BTreeSet<Mover>,
        links: &BTreeSet<LinkKey>,
        topology: &Topology,
    ) -> Vec<(Mover, Rate)> {
        let users = |link: &LinkKey| self.users.get(link).map_or(0, Vec::len) as u64;
        let mut left: BTreeMap<LinkKey, (Rate, u64)> =
            links.iter().map(|link| (*link, (topology.capacity(*link), users(link)))).collect();
        let mut open = movers.clone();
        let mut rates = Vec::with_capacity(open.len());
        while !open.is_empty() {
            let shares = left.iter().filter(|(_, (_, users))| *users > 0);
            let (share, link) = shares
                .map(|(link, (rate, users))| (rate / users, *link))
                .min()
                .expect("an open transfer uses a link");
            let fixed: Vec<Mover> =
                self.users[&link].iter().copied().filter(|mover| open.contains(mover)).collect();
            for mover in fixed {
                open.remove(&mover);
                rates.push((mover, share.max(1)));
                for link in &self.flows[&mover].links {
                    let (rate, users) = left.get_mut(link).expect("a transfer's links are connected with it");
                    *rate -= share;
                    *users -= 1;
                }
            }
        }
        rates
    }

    /// Sets the time at which the bytes will be through at the present rate.
    fn schedule(&mut self, mover: Mover) {
        let flow = &self.flows[&mover];
        let wait = u64::try_from(flow.remaining.div_ceil(u128::from(flow.rate))).unwrap_or(u64::MAX);
        let due = flow.updated.checked_add(SimDuration::from_ps(wait)).unwrap_or(NEVER);
        self.set_due(mover, due);
    }

    fn set_due(&mut self, mover: Mover, due: SimTime) {
        let flow = self.flows.get_mut(&mover).expect("what is rescheduled is on its way");
        if flow.due != due {
            self.agenda.remove(&(flow.due, mover));
            flow.due = due;
            self.agenda.insert((due, mover));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::topology::tests::{End, cluster, one};
    use crate::model::Cluster;

    /// Runs transfers given as (start us, from, to, bytes); gives their arrivals in us, by request.
    fn arrivals(cluster: &Cluster, contention: Contention, transfers: &[(u64, u32, u32, u64)]) -> Vec<f64> {
        let topology = Topology::new(cluster);
        let mut moving = Transfers::new(contention);
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
