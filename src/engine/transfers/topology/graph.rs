//! Links as a graph of classes.

use std::collections::BTreeMap;

use super::{Class, RATE_BITS, Rate};
use crate::model::{Cluster, Link, LinkEnd};
use crate::units::SimDuration;

/// The default of every pair where a scenario states no link at all.
const DEFAULT_BYTES_PER_SEC: f64 = 300e9;
const DEFAULT_LATENCY: SimDuration = SimDuration::from_ps(10_000_000);

/// The most nodes a graph may have: the paths between all of them take a matrix for each distinct bandwidth, and time
/// with the cube of this number.
pub const MAX_NODES: usize = 1024;

/// How many nodes the links of a cluster make of its replicas: one a group that every link names as a whole,
/// otherwise one a replica.
#[must_use]
pub fn count_nodes(cluster: &Cluster) -> usize {
    classes(cluster).len()
}

/// Links of one kind between the replicas of two classes, one direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) rate: Rate,
    pub(super) latency: SimDuration,
}

#[derive(Debug)]
pub(super) struct Graph {
    pub(super) classes: Vec<Class>,
    /// By replica.
    class_of: Vec<u32>,
    pub(super) edges: Vec<Edge>,
    /// Edges from one class to another or itself, in the order written.
    between: BTreeMap<(usize, usize), Vec<u32>>,
    /// The edge of pairs that have none of their own.
    default: Option<u32>,
}

impl Graph {
    pub(super) fn of(cluster: &Cluster) -> Graph {
        let classes = classes(cluster);
        let class_of = classes.iter().enumerate();
        let class_of =
            class_of.flat_map(|(index, class)| std::iter::repeat_n(index as u32, class.n as usize)).collect();
        let mut graph =
            Graph { classes, class_of, edges: Vec::new(), between: BTreeMap::new(), default: None };
        if cluster.links.is_empty() {
            graph.default = Some(graph.add_edge(rate(DEFAULT_BYTES_PER_SEC), DEFAULT_LATENCY));
        }
        for link in &cluster.links {
            graph.add_link(cluster, link);
        }
        graph
    }

    pub(super) fn class_of(&self, replica: u32) -> usize {
        self.class_of[replica as usize] as usize
    }

    /// Distinct rates, fastest first.
    pub(super) fn rates(&self) -> Vec<Rate> {
        let mut rates: Vec<Rate> = self.edges.iter().map(|edge| edge.rate).collect();
        rates.sort_unstable_by(|a, b| b.cmp(a));
        rates.dedup();
        rates
    }

    /// The quickest edge between two classes that is at least that fast; the first written among equals.
    pub(super) fn edge(&self, from: usize, to: usize, least: Rate) -> Option<u32> {
        let own = self.between.get(&(from, to));
        let edges = own.map_or_else(|| self.default.as_slice(), Vec::as_slice);
        let fast_enough = edges.iter().copied().filter(|&edge| self.edges[edge as usize].rate >= least);
        fast_enough.min_by_key(|&edge| self.edges[edge as usize].latency)
    }

    /// As [`Graph::edge`], for a hop that a path uses.
    pub(super) fn edge_for(&self, from: usize, to: usize, least: Rate) -> u32 {
        self.edge(from, to, least).expect("a path leads over edges")
    }

    fn add_edge(&mut self, rate: Rate, latency: SimDuration) -> u32 {
        self.edges.push(Edge { rate, latency });
        self.edges.len() as u32 - 1
    }

    fn add_link(&mut self, cluster: &Cluster, link: &Link) {
        let edge = self.add_edge(rate(link.bandwidth.get()), link.latency);
        let (Some(from), Some(to)) = (link.from, link.to) else {
            self.default = Some(edge);
            return;
        };
        let (from, to) = (self.classes_in(cluster, from), self.classes_in(cluster, to));
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for &source in &from {
            for &target in &to {
                // A single replica has no link to itself; a class of several is meshed.
                if source == target && self.classes[source].n == 1 {
                    continue;
                }
                pairs.push((source, target));
                if !link.one_way {
                    pairs.push((target, source));
                }
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        for pair in pairs {
            self.between.entry(pair).or_default().push(edge);
        }
    }

    fn classes_in(&self, cluster: &Cluster, end: LinkEnd) -> Vec<usize> {
        let first = cluster.replicas(end.group).start as u32;
        let mut classes: Vec<usize> =
            (first + end.first..=first + end.last).map(|replica| self.class_of(replica)).collect();
        classes.dedup();
        classes
    }
}

/// One class a group that no link names in part, otherwise one a replica.
fn classes(cluster: &Cluster) -> Vec<Class> {
    let mut classes = Vec::new();
    for (index, group) in cluster.groups.iter().enumerate() {
        let first = cluster.replicas(index).start as u32;
        let n = group.n_replicas();
        let ends = cluster.links.iter().flat_map(|link| [link.from, link.to]).flatten();
        let in_part = ends.filter(|end| end.group == index).any(|end| end.first > 0 || end.last + 1 < n);
        if in_part {
            classes.extend((0..n).map(|replica| Class { first: first + replica, n: 1 }));
        } else if n > 0 {
            classes.push(Class { first, n });
        }
    }
    classes
}

fn rate(bytes_per_sec: f64) -> Rate {
    libm::round(bytes_per_sec / 1e12 * (1_u64 << RATE_BITS) as f64).max(1.0) as Rate
}
