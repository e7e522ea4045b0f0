//! All paths of a cluster, for people who want to see them.
//!
//! Not for the run itself, which asks for one path at a time. Invariant: the paths of a route fall in latency and in
//! bandwidth, so that each is the cheapest for caches of some size or lies between two that are.

use std::ops::Range;

use super::paths::Level;
use super::{Class, RATE_BITS, Topology, transfer_time};
use crate::model::Cluster;
use crate::units::{Bandwidth, Bytes, SimDuration};

/// The paths between two sets of replicas that links do not tell apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Cluster-wide indices of the replicas that send.
    pub from: Range<usize>,
    /// Of those that receive; the same range means two different replicas of it.
    pub to: Range<usize>,
    /// One for each bandwidth that shortens the latency of all faster ones, fastest first; none where no path leads.
    pub paths: Vec<Path>,
}

/// One path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    /// Sum of the links' latencies.
    pub latency: SimDuration,
    /// The slowest link's.
    pub bandwidth: Bandwidth,
    /// Links on the way.
    pub hops: usize,
    rate: super::Rate,
}

impl Path {
    /// How long `bytes` take, alone on the path; `None` for longer than the clock runs.
    #[must_use]
    pub fn time(&self, bytes: Bytes) -> Option<SimDuration> {
        self.latency.checked_add(transfer_time(bytes, self.rate))
    }
}

impl Route {
    /// The position of the cheapest path for `bytes`, as runs choose it; `None` where no path leads.
    #[must_use]
    pub fn cheapest(&self, bytes: Bytes) -> Option<usize> {
        let times =
            self.paths.iter().enumerate().filter_map(|(index, path)| Some((path.time(bytes)?, index)));
        times.min().map(|(_, index)| index)
    }
}

/// The paths of a cluster from every set of like replicas to every other, and within those of several replicas; by
/// index of the senders, then of the receivers.
pub fn paths(cluster: &Cluster) -> impl Iterator<Item = Route> {
    let topology = Topology::new(cluster);
    let n = topology.classes().len();
    let pairs = (0..n).flat_map(move |from| (0..n).map(move |to| (from, to)));
    pairs.filter_map(move |(from, to)| {
        let alone = from == to && topology.classes()[from].n == 1;
        (!alone).then(|| route(&topology, from, to))
    })
}

fn route(topology: &Topology, from: usize, to: usize) -> Route {
    let mut paths: Vec<Path> = Vec::new();
    for level in &topology.levels {
        let Some(latency) = level.latency(from, to) else { continue };
        if paths.last().is_none_or(|faster| latency < faster.latency) {
            paths.push(path(level, from, to, latency));
        }
    }
    let range = |class: Class| class.first as usize..(class.first + class.n) as usize;
    Route { from: range(topology.classes()[from]), to: range(topology.classes()[to]), paths }
}

fn path(level: &Level, from: usize, to: usize, latency: SimDuration) -> Path {
    let bytes_per_sec = level.rate as f64 / (1_u64 << RATE_BITS) as f64 * 1e12;
    Path {
        latency,
        bandwidth: Bandwidth::from_bytes_per_sec(bytes_per_sec),
        hops: level.n_hops(from, to),
        rate: level.rate,
    }
}
