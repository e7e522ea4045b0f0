//! The least loaded GPU with room, among a range of like ones, without looking at each.
//!
//! A tree whose nodes know the least loaded GPU and the most room below them, in bytes or in blocks. Nearly always the
//! least loaded of a range has room, and the nodes that tile the range say so at once; otherwise a query descends, only
//! where both could still win. GPUs without a free slot are not in it at all.

use std::ops::Range;

use crate::min_tree::{SegmentTree, Summary};

/// What a query needs to know of everything below a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Below {
    /// The fewest requests held in the upper half, the first GPU that holds so few in the lower.
    least: u64,
    most_free: u64,
}

/// No GPU has a slot.
const CLOSED: Below = Below { least: u64::MAX, most_free: 0 };

impl Summary for Below {
    #[inline]
    fn with(self, other: Below) -> Below {
        Below { least: self.least.min(other.least), most_free: self.most_free.max(other.most_free) }
    }
}

impl Below {
    fn gpu(self) -> u32 {
        self.least as u32
    }
}

#[derive(Debug)]
pub(in crate::engine) struct Destinations {
    tree: SegmentTree<Below>,
}

impl Destinations {
    /// For `n` GPUs, all closed.
    pub(in crate::engine) fn new(n: u32) -> Destinations {
        Destinations { tree: SegmentTree::new(n as usize, CLOSED) }
    }

    /// Sets how many requests a GPU holds and the room there; `None` when it has no slot.
    pub(in crate::engine) fn set(&mut self, gpu: u32, open: Option<(u32, u64)>) {
        let below = open.map_or(CLOSED, |(held, free)| Below {
            least: u64::from(held) << 32 | u64::from(gpu),
            most_free: free,
        });
        self.tree.set(gpu as usize, below);
    }

    /// How many requests a GPU with a slot holds.
    pub(in crate::engine) fn held(&self, gpu: u32) -> u32 {
        (self.tree.node(self.tree.len() + gpu as usize).least >> 32) as u32
    }

    /// The fewest requests held and the GPU that holds them, among those of a range with so much room; the lower
    /// index among equals; never `except`.
    pub(in crate::engine) fn least_loaded(
        &self,
        range: Range<u32>,
        need: u64,
        except: u32,
    ) -> Option<(u32, u32)> {
        let mut best = self.tree.over(range.start as usize..range.end as usize);
        if best.least == u64::MAX {
            return None;
        }
        let has_room = self.tree.node(self.tree.len() + best.gpu() as usize).most_free >= need;
        if !has_room || best.gpu() == except {
            best = CLOSED;
            self.search(1, 0..self.tree.len() as u32, &range, need, except, &mut best);
        }
        (best.least != u64::MAX).then_some(((best.least >> 32) as u32, best.gpu()))
    }

    fn search(
        &self,
        node: usize,
        span: Range<u32>,
        range: &Range<u32>,
        need: u64,
        except: u32,
        best: &mut Below,
    ) {
        let below = self.tree.node(node);
        let outside = span.end <= range.start || span.start >= range.end;
        if outside || below.most_free < need || below.least >= best.least {
            return;
        }
        if node >= self.tree.len() {
            if span.start != except {
                *best = below;
            }
            return;
        }
        let middle = span.start.midpoint(span.end);
        let left = (2 * node, span.start..middle);
        let right = (2 * node + 1, middle..span.end);
        // The more promising half first: what it finds rules most of the other out.
        let swap = self.tree.node(right.0).least < self.tree.node(left.0).least;
        let (first, second) = if swap { (right, left) } else { (left, right) };
        self.search(first.0, first.1, range, need, except, best);
        self.search(second.0, second.1, range, need, except, best);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_scan() {
        let mut state = 3_u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for n in [1_u32, 2, 5, 8, 11] {
            let mut tree = Destinations::new(n);
            let mut all: Vec<Option<(u32, u64)>> = vec![None; n as usize];
            for _ in 0..500 {
                let gpu = draw(u64::from(n)) as u32;
                let open = (draw(4) > 0).then(|| (draw(5) as u32, draw(6)));
                all[gpu as usize] = open;
                tree.set(gpu, open);
                let (start, need) = (draw(u64::from(n)) as u32, draw(7));
                let end = start + 1 + draw(u64::from(n - start)) as u32;
                let except = draw(u64::from(n)) as u32;
                let fits =
                    |&gpu: &u32| gpu != except && all[gpu as usize].is_some_and(|(_, free)| free >= need);
                let by_scan =
                    (start..end).filter(fits).map(|gpu| (all[gpu as usize].expect("open").0, gpu)).min();
                assert_eq!(tree.least_loaded(start..end, need, except), by_scan);
            }
        }
    }
}
