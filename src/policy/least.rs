//! The replica with the least of something, in O(log n).
//!
//! The router of the policies that compare every replica; they differ in what they compare. Ties are served in
//! turn: the first from the cursor on, so that an idle cluster is used evenly and without a draw.

use super::routing::Router;
use super::view::{Candidates, View};
use crate::min_tree::MinTree;
use crate::rng::Stream;

/// What replicas are compared by; below `u64::MAX`.
type Measure = fn(&View<'_>, u32) -> u64;

/// A router to the least.
#[derive(Debug)]
pub(super) struct Least {
    values: MinTree<u64>,
    measure: Measure,
    compares_expected_work: bool,
    /// Where ties are looked for first.
    cursor: u32,
}

impl Least {
    /// For `n` replicas, all of which measure zero.
    pub(super) fn new(n: u32, measure: Measure) -> Least {
        let values = MinTree::new(n as usize, 0, u64::MAX);
        Least { values, measure, compares_expected_work: false, cursor: 0 }
    }

    /// The same where the measure looks at `View::expected_work`.
    pub(super) fn of_expected_work(n: u32, measure: Measure) -> Least {
        Least { compares_expected_work: true, ..Least::new(n, measure) }
    }

    /// The candidate with the least value, ties in turn; moves the cursor past it.
    pub(super) fn take(&mut self, candidates: Candidates<'_>) -> Option<u32> {
        let chosen = self.find(candidates)?;
        self.pass(chosen);
        Some(chosen)
    }

    /// A replica was chosen: ties are looked for after it first.
    pub(super) fn pass(&mut self, chosen: u32) {
        self.cursor = chosen + 1;
    }

    /// The place of a replica among those looked for in turn.
    pub(super) fn turn(&self, replica: u32) -> (bool, u32) {
        (replica < self.cursor, replica)
    }

    fn find(&self, candidates: Candidates<'_>) -> Option<u32> {
        let spans = || candidates.spans();
        let least = spans().map(|span| self.values.least_in(span.start as usize..span.end as usize)).min()?;
        let after = spans().map(|span| span.start.max(self.cursor)..span.end);
        let before = spans().map(|span| span.start..span.end.min(self.cursor));
        after.chain(before).find_map(|span| {
            let found = self.values.first_at_most(span.start as usize, least)? as u32;
            (found < span.end).then_some(found)
        })
    }
}

impl Router for Least {
    fn route(&mut self, candidates: Candidates<'_>, _view: View<'_>, _stream: &mut Stream) -> Option<u32> {
        self.take(candidates)
    }

    fn compares_expected_work(&self) -> bool {
        self.compares_expected_work
    }

    fn follows_changes(&self) -> bool {
        true
    }

    fn changed(&mut self, replica: u32, view: View<'_>) {
        self.values.set(replica as usize, (self.measure)(&view, replica));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same answer by looking at every replica.
    fn by_scan(values: &[u32], cursor: u32, candidates: Candidates<'_>) -> Option<u32> {
        let all: Vec<u32> = candidates.spans().flatten().collect();
        let least = all.iter().map(|&replica| values[replica as usize]).min()?;
        let ties: Vec<u32> = all.into_iter().filter(|&replica| values[replica as usize] == least).collect();
        ties.iter().copied().find(|&replica| replica >= cursor).or(ties.first().copied())
    }

    #[test]
    fn agrees_with_a_scan_over_all() {
        // A linear congruence is random enough to visit every shape of span.
        let mut state = 1_u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for n in [1_u32, 2, 3, 7, 8, 13] {
            let mut router = Least::new(n, |view, replica| u64::from(view.held[replica as usize]));
            let mut values = vec![0; n as usize];
            for _ in 0..500 {
                let replica = draw(u64::from(n)) as u32;
                values[replica as usize] = draw(4) as u32;
                router.changed(replica, View { held: &values, ..View::default() });
                let whole = 0..n;
                let tried: Vec<u32> = (0..n).filter(|_| draw(4) == 0).collect();
                let candidates = Candidates::new(std::slice::from_ref(&whole), &tried);
                let cursor = router.cursor;
                assert_eq!(
                    router.take(candidates),
                    by_scan(&values, cursor, candidates),
                    "{values:?} {tried:?} {cursor}"
                );
            }
        }
    }
}
