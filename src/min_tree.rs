//! Segment trees: a summary of many values, one of which changes at a time, in O(log n).
//!
//! The engine finds the next event among its GPUs in a [`MinTree`], policies the replica with the least of something in
//! another, and the traffic the workload whose request comes next; other summaries are a [`SegmentTree`] of their own.
//! Not for values that come and go; an index without a value has the summary of nothing. Invariant: every inner node summarises the two below it.

use std::ops::Range;

/// What is known of several values. Combining is associative.
pub(crate) trait Summary: Copy + PartialEq {
    /// Of these and others.
    fn with(self, other: Self) -> Self;
}

/// Summaries by index.
#[derive(Debug)]
pub(crate) struct SegmentTree<T> {
    /// Leaves from `n_leaves` on, the parent of node `i` is `i / 2`, node 1 the root.
    nodes: Vec<T>,
    n_leaves: usize,
    nothing: T,
}

impl<T: Summary> SegmentTree<T> {
    /// For `n` values, none of which is there; `nothing` changes no summary.
    pub(crate) fn new(n: usize, nothing: T) -> SegmentTree<T> {
        let n_leaves = n.next_power_of_two();
        SegmentTree { nodes: vec![nothing; 2 * n_leaves], n_leaves, nothing }
    }

    /// How many values there may be: `n`, rounded up to a power of two.
    pub(crate) fn len(&self) -> usize {
        self.n_leaves
    }

    /// The summary at a node: 1 is the root, those below `i` are `2 * i` and `2 * i + 1`, the leaves begin at
    /// [`SegmentTree::len`].
    #[inline]
    pub(crate) fn node(&self, node: usize) -> T {
        self.nodes[node]
    }

    /// Sets the value at an index.
    #[inline]
    pub(crate) fn set(&mut self, index: usize, value: T) {
        let mut node = self.n_leaves + index;
        let mut summary = value;
        // Up to where it makes no difference: nearly always a few steps.
        while self.nodes[node] != summary {
            self.nodes[node] = summary;
            if node == 1 {
                return;
            }
            summary = summary.with(self.nodes[node ^ 1]);
            node /= 2;
        }
    }

    /// The summary of a span, by the nodes that tile it.
    pub(crate) fn over(&self, span: Range<usize>) -> T {
        if span == (0..self.n_leaves) {
            return self.nodes[1];
        }
        let (mut low, mut high) = (span.start + self.n_leaves, span.end + self.n_leaves);
        let mut summary = self.nothing;
        while low < high {
            if low % 2 == 1 {
                summary = summary.with(self.nodes[low]);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                summary = summary.with(self.nodes[high]);
            }
            low /= 2;
            high /= 2;
        }
        summary
    }
}

/// The least of several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Least<V>(V);

impl<V: Copy + Ord> Summary for Least<V> {
    #[inline]
    fn with(self, other: Least<V>) -> Least<V> {
        Least(self.0.min(other.0))
    }
}

/// The least of many values.
#[derive(Debug)]
pub(crate) struct MinTree<V> {
    tree: SegmentTree<Least<V>>,
}

impl<V: Copy + Ord> MinTree<V> {
    /// `n` times the same value; none may ever be above `greatest`.
    pub(crate) fn new(n: usize, value: V, greatest: V) -> MinTree<V> {
        let mut values = MinTree { tree: SegmentTree::new(n, Least(greatest)) };
        (0..n).for_each(|index| values.set(index, value));
        values
    }

    /// How many values there may be: `n`, rounded up to a power of two.
    pub(crate) fn len(&self) -> usize {
        self.tree.len()
    }

    /// The least of all.
    #[inline]
    pub(crate) fn least(&self) -> V {
        self.tree.node(1).0
    }

    /// Sets the value at an index.
    #[inline]
    pub(crate) fn set(&mut self, index: usize, value: V) {
        self.tree.set(index, Least(value));
    }

    /// The least value in a span; the greatest there is for an empty one.
    pub(crate) fn least_in(&self, span: Range<usize>) -> V {
        self.tree.over(span).0
    }

    /// The first index from `start` on whose value is at most `limit`.
    #[inline]
    pub(crate) fn first_at_most(&self, start: usize, limit: V) -> Option<usize> {
        let n_leaves = self.tree.len();
        if start >= n_leaves {
            return None;
        }
        let is_above = |node: usize| self.tree.node(node).0 > limit;
        let mut node = if start == 0 { 1 } else { start + n_leaves };
        // Climb to the first subtree at or right of the start that holds such a value, then descend into it.
        while is_above(node) {
            while node % 2 == 1 {
                node /= 2;
            }
            if node == 0 {
                return None;
            }
            node += 1;
        }
        while node < n_leaves {
            node *= 2;
            node += usize::from(is_above(node));
        }
        Some(node - n_leaves)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_scan() {
        // A linear congruence is random enough to visit every shape of tree and span.
        let mut state = 1_u64;
        let mut draw = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        for n in [1, 2, 3, 7, 8, 13] {
            let mut values = vec![5; n];
            let mut tree = MinTree::new(n, 5, usize::MAX);
            for _ in 0..500 {
                let (index, value, start, limit) = (draw(n), draw(6), draw(n + 1), draw(7));
                values[index] = value;
                tree.set(index, value);
                let span = start..start + draw(n + 1 - start);
                assert_eq!(tree.least(), *values.iter().min().expect("there are some"));
                let least = values[span.clone()].iter().min().copied().unwrap_or(usize::MAX);
                assert_eq!(tree.least_in(span), least);
                let first = (start..n).find(|&index| values[index] <= limit);
                assert_eq!(tree.first_at_most(start, limit), first, "{values:?} {start} {limit}");
            }
        }
    }
}
