//! A tree of minima: the least of many values, one of which changes at a time, in O(log n).
//!
//! The engine finds the next event among its GPUs in one, policies the replica with the least of something in
//! another. Not for values that come and go; an index that has nothing keeps the greatest value there is.
//! Invariant: every inner node is the least of the two below it.

use std::ops::Range;

/// Values by index.
#[derive(Debug)]
pub(crate) struct Minima<V> {
    /// Leaves from `n_leaves` on, the parent of node `i` is `i / 2`, node 1 the root.
    nodes: Vec<V>,
    n_leaves: usize,
}

impl<V: Copy + Ord> Minima<V> {
    /// `n` times the same value; none may ever be above `greatest`.
    pub(crate) fn new(n: usize, value: V, greatest: V) -> Minima<V> {
        let n_leaves = n.next_power_of_two();
        let mut minima = Minima { nodes: vec![greatest; 2 * n_leaves], n_leaves };
        (0..n).for_each(|index| minima.set(index, value));
        minima
    }

    /// How many values there may be: `n`, rounded up to a power of two.
    pub(crate) fn len(&self) -> usize {
        self.n_leaves
    }

    /// The least of all.
    #[inline]
    pub(crate) fn least(&self) -> V {
        self.nodes[1]
    }

    /// Sets the value at an index.
    #[inline]
    pub(crate) fn set(&mut self, index: usize, value: V) {
        let mut node = self.n_leaves + index;
        let mut least = value;
        // Up to where another is less in any case: nearly always a few steps.
        while self.nodes[node] != least {
            self.nodes[node] = least;
            if node == 1 {
                return;
            }
            least = least.min(self.nodes[node ^ 1]);
            node /= 2;
        }
    }

    /// The least value in a span, by the nodes that tile it; `None` for an empty one.
    pub(crate) fn least_in(&self, span: Range<usize>) -> Option<V> {
        let (mut low, mut high) = (span.start + self.n_leaves, span.end + self.n_leaves);
        let mut least: Option<V> = None;
        let mut take = |value: V| least = Some(least.map_or(value, |least| least.min(value)));
        while low < high {
            if low % 2 == 1 {
                take(self.nodes[low]);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                take(self.nodes[high]);
            }
            low /= 2;
            high /= 2;
        }
        least
    }

    /// The first index at or behind `start` whose value is at most `limit`.
    #[inline]
    pub(crate) fn first_at_most(&self, start: usize, limit: V) -> Option<usize> {
        if start >= self.n_leaves {
            return None;
        }
        let mut node = if start == 0 { 1 } else { start + self.n_leaves };
        // Climb to the first subtree at or right of the start that holds such a value, then descend into it.
        while self.nodes[node] > limit {
            while node % 2 == 1 {
                node /= 2;
            }
            if node == 0 {
                return None;
            }
            node += 1;
        }
        while node < self.n_leaves {
            node *= 2;
            node += usize::from(self.nodes[node] > limit);
        }
        Some(node - self.n_leaves)
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
            let mut minima = Minima::new(n, 5, usize::MAX);
            for _ in 0..500 {
                let (index, value, start, limit) = (draw(n), draw(6), draw(n + 1), draw(7));
                values[index] = value;
                minima.set(index, value);
                let span = start..start + draw(n + 1 - start);
                assert_eq!(minima.least(), *values.iter().min().expect("there are some"));
                assert_eq!(minima.least_in(span.clone()), values[span].iter().min().copied());
                let first = (start..n).find(|&index| values[index] <= limit);
                assert_eq!(minima.first_at_most(start, limit), first, "{values:?} {start} {limit}");
            }
        }
    }
}
