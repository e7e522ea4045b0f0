//! The replica with the least of something, in O(log n): a tree of minima over all replicas.
//!
//! Shared by the policies that compare every replica. Ties are served in turn: the first at or behind the cursor,
//! so that an idle cluster is used evenly and without a draw.

use std::ops::Range;

use super::view::Candidates;

/// The least value of every subtree.
#[derive(Debug)]
pub(super) struct Least {
    /// Leaves from `n_leaves` on, the parent of node `i` is `i / 2`.
    minima: Vec<u64>,
    n_leaves: u32,
    /// Where ties are looked for first.
    cursor: u32,
}

impl Least {
    /// For `n` replicas, all at zero.
    pub(super) fn new(n: u32) -> Least {
        let n_leaves = n.next_power_of_two();
        let mut tree = Least { minima: vec![u64::MAX; 2 * n_leaves as usize], n_leaves, cursor: 0 };
        (0..n).for_each(|replica| tree.set(replica, 0));
        tree
    }

    /// Sets a replica's value, which must be below `u64::MAX`.
    pub(super) fn set(&mut self, replica: u32, value: u64) {
        let mut node = (self.n_leaves + replica) as usize;
        self.minima[node] = value;
        while node > 1 {
            node /= 2;
            let least = self.minima[2 * node].min(self.minima[2 * node + 1]);
            if self.minima[node] == least {
                return;
            }
            self.minima[node] = least;
        }
    }

    /// The candidate with the least value, ties in turn; moves the cursor behind it.
    pub(super) fn take(&mut self, candidates: Candidates<'_>) -> Option<u32> {
        let chosen = self.find(candidates)?;
        self.cursor = chosen + 1;
        Some(chosen)
    }

    fn find(&self, candidates: Candidates<'_>) -> Option<u32> {
        let least = candidates.spans().map(|span| self.least_in(span)).min()?;
        let behind = candidates.spans().map(|span| span.start.max(self.cursor)..span.end);
        let before = candidates.spans().map(|span| span.start..span.end.min(self.cursor));
        behind.chain(before).find_map(|span| self.first_at_most(span, least))
    }

    /// The least value in a span, by the nodes that tile it.
    fn least_in(&self, span: Range<u32>) -> u64 {
        let (mut low, mut high) =
            ((span.start + self.n_leaves) as usize, (span.end + self.n_leaves) as usize);
        let mut least = u64::MAX;
        while low < high {
            if low % 2 == 1 {
                least = least.min(self.minima[low]);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                least = least.min(self.minima[high]);
            }
            low /= 2;
            high /= 2;
        }
        least
    }

    /// The first replica of a span whose value is at most `limit`.
    fn first_at_most(&self, span: Range<u32>, limit: u64) -> Option<u32> {
        if span.start >= span.end {
            return None;
        }
        let mut node = (span.start + self.n_leaves) as usize;
        // Climb to the first subtree at or right of the start that holds such a value, then descend into it.
        while self.minima[node] > limit {
            while node % 2 == 1 {
                node /= 2;
            }
            if node == 0 {
                return None;
            }
            node += 1;
        }
        while node < self.n_leaves as usize {
            node *= 2;
            if self.minima[node] > limit {
                node += 1;
            }
        }
        let found = node as u32 - self.n_leaves;
        (found < span.end).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same answer by looking at everybody.
    fn by_scan(values: &[u64], cursor: u32, candidates: Candidates<'_>) -> Option<u32> {
        let all: Vec<u32> = candidates.spans().flatten().collect();
        let least = all.iter().map(|&replica| values[replica as usize]).min()?;
        let ties: Vec<u32> = all.into_iter().filter(|&replica| values[replica as usize] == least).collect();
        ties.iter().copied().find(|&replica| replica >= cursor).or(ties.first().copied())
    }

    #[test]
    fn agrees_with_a_scan_over_everybody() {
        // A linear congruence is random enough to visit every shape of tree and span.
        let mut state = 1_u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for n in [1_u32, 2, 3, 7, 8, 13] {
            let mut tree = Least::new(n);
            let mut values = vec![0; n as usize];
            for _ in 0..500 {
                let replica = draw(u64::from(n)) as u32;
                values[replica as usize] = draw(4);
                tree.set(replica, values[replica as usize]);
                let whole = 0..n;
                let tried: Vec<u32> = (0..n).filter(|_| draw(4) == 0).collect();
                let candidates = Candidates::new(std::slice::from_ref(&whole), &tried);
                let cursor = tree.cursor;
                assert_eq!(
                    tree.take(candidates),
                    by_scan(&values, cursor, candidates),
                    "{values:?} {tried:?} {cursor}"
                );
            }
        }
    }
}
