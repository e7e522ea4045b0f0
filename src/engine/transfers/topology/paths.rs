//! Least latencies between all classes over the links of at least some rate.

use super::Rate;
use super::graph::Graph;
use crate::units::SimDuration;

/// No path.
const UNREACHABLE: u64 = u64::MAX;

/// One step of the frontier: everything reachable without a link slower than `rate`.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) rate: Rate,
    n: usize,
    /// Picoseconds from row to column; on the diagonal between two replicas of the class.
    latencies: Vec<u64>,
    /// The class after the row's on the way to the column's.
    next: Vec<u32>,
}

impl Level {
    pub(super) fn of(graph: &Graph, rate: Rate) -> Level {
        let n = graph.classes.len();
        let mut level = Level { rate, n, latencies: vec![UNREACHABLE; n * n], next: vec![0; n * n] };
        for from in 0..n {
            for to in 0..n {
                let alone = from == to && graph.classes[from].n == 1;
                if let Some(edge) = graph.edge(from, to, rate).filter(|_| !alone) {
                    level.latencies[from * n + to] = graph.edges[edge as usize].latency.as_ps();
                    level.next[from * n + to] = to as u32;
                }
            }
        }
        level.close();
        level
    }

    /// Floyd and Warshall's recurrence. The diagonal takes part as a target (out to another class and back to another
    /// replica of the own one), never as a stop.
    fn close(&mut self) {
        let n = self.n;
        for stop in 0..n {
            for from in 0..n {
                let first = self.latencies[from * n + stop];
                if from == stop || first == UNREACHABLE {
                    continue;
                }
                let hop = self.next[from * n + stop];
                for to in 0..n {
                    let second = self.latencies[stop * n + to];
                    if to == stop || second == UNREACHABLE {
                        continue;
                    }
                    let via = first.saturating_add(second);
                    if via < self.latencies[from * n + to] {
                        self.latencies[from * n + to] = via;
                        self.next[from * n + to] = hop;
                    }
                }
            }
        }
    }

    /// `None` where no path leads.
    pub(super) fn latency(&self, from: usize, to: usize) -> Option<SimDuration> {
        let latency = self.latencies[from * self.n + to];
        (latency != UNREACHABLE).then_some(SimDuration::from_ps(latency))
    }

    /// The class after `from` on the way to `to`.
    pub(super) fn next_stop(&self, from: usize, to: usize) -> usize {
        self.next[from * self.n + to] as usize
    }

    /// How many links lead from `from` to `to`.
    pub(super) fn n_hops(&self, from: usize, to: usize) -> usize {
        let stops = std::iter::successors(Some(self.next_stop(from, to)), |&here| {
            (here != to).then(|| self.next_stop(here, to))
        });
        stops.count()
    }
}
