//! How long a cache takes from one replica to another, and over which links.
//!
//! Nodes are classes of replicas: a group that every `link` names as a whole is one node, since its replicas cannot be
//! told apart; otherwise each replica is one. For every distinct bandwidth there is a matrix of least latencies over
//! the links at least that fast (Floyd and Warshall's recurrence), so each pair has its frontier of latency against
//! bottleneck, and the cheapest path for some bytes is the least of latency + bytes / bottleneck.
//!
//! Assumption: transfers cut through, so latencies add up and the slowest link alone sets the rate; no limit on what
//! a GPU sends or receives beside its links.

mod graph;
mod paths;
mod table;

pub use graph::{MAX_NODES, count_nodes};
pub use table::{Path, Route, paths};

use self::graph::Graph;
use self::paths::Level;
use crate::model::Cluster;
use crate::units::{Bytes, SimDuration};

/// A class of replicas that links do not tell apart: `first .. first + n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Class {
    pub(in crate::engine) first: u32,
    pub(in crate::engine) n: u32,
}

/// Bytes a picosecond in 2^-56: 1 B/s is 72,058 of them, 900 GB/s is 6.5e16.
pub(in crate::engine) type Rate = u64;

/// The binary digits after the point of a [`Rate`].
pub(in crate::engine) const RATE_BITS: u32 = 56;

/// A directed link between two replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) struct LinkKey {
    pub(in crate::engine) from: u32,
    pub(in crate::engine) to: u32,
    /// Tells parallel links apart.
    edge: u32,
}

/// The cheapest way for some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Way {
    /// Sum of the links' latencies.
    pub(in crate::engine) latency: SimDuration,
    /// The slowest link's.
    pub(in crate::engine) rate: Rate,
    /// Latency and the time of the bytes, alone on the way.
    pub(in crate::engine) time: SimDuration,
    level: usize,
}

/// All ways of a cluster.
#[derive(Debug)]
pub(in crate::engine) struct Topology {
    graph: Graph,
    /// By bandwidth, fastest first.
    levels: Vec<Level>,
}

impl Topology {
    pub(in crate::engine) fn new(cluster: &Cluster) -> Topology {
        let graph = Graph::of(cluster);
        let levels = graph.rates().into_iter().map(|rate| Level::of(&graph, rate)).collect();
        Topology { graph, levels }
    }

    pub(in crate::engine) fn classes(&self) -> &[Class] {
        &self.graph.classes
    }

    /// The cheapest way between two different replicas; `None` where no path leads.
    ///
    /// Ties go to the faster bottleneck.
    pub(in crate::engine) fn way(&self, from: u32, to: u32, bytes: Bytes) -> Option<Way> {
        let (source, target) = (self.graph.class_of(from), self.graph.class_of(to));
        let ways = self.levels.iter().enumerate().filter_map(|(index, level)| {
            let latency = level.latency(source, target)?;
            let time = latency.checked_add(transfer_time(bytes, level.rate))?;
            Some(Way { latency, rate: level.rate, time, level: index })
        });
        ways.min_by_key(|way| way.time)
    }

    /// Writes down the links a way leads over, in order.
    ///
    /// Inside a class all replicas serve equally well as a stop; the one at the source's place is taken.
    pub(in crate::engine) fn links(&self, from: u32, to: u32, way: &Way, links: &mut Vec<LinkKey>) {
        let level = &self.levels[way.level];
        let (source, target) = (self.graph.class_of(from), self.graph.class_of(to));
        let place = from - self.graph.classes[source].first;
        links.clear();
        let (mut here, mut class) = (from, source);
        loop {
            let next_class = level.next_stop(class, target);
            let is_last = next_class == target;
            let Class { first, n } = self.graph.classes[next_class];
            let next = if is_last { to } else { first + place % n };
            links.push(LinkKey {
                from: here,
                to: next,
                edge: self.graph.edge_for(class, next_class, level.rate),
            });
            if is_last {
                return;
            }
            (here, class) = (next, next_class);
        }
    }

    /// The capacity of a link.
    pub(in crate::engine) fn capacity(&self, link: LinkKey) -> Rate {
        self.graph.edges[link.edge as usize].rate
    }
}

/// How long bytes take at a rate, to the next picosecond; the longest representable time when they take longer.
pub(in crate::engine) fn transfer_time(bytes: Bytes, rate: Rate) -> SimDuration {
    let picoseconds = (u128::from(bytes.get()) << RATE_BITS).div_ceil(u128::from(rate));
    SimDuration::from_ps(u64::try_from(picoseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
pub(in crate::engine) mod tests;
