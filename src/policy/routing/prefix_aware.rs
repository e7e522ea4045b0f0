//! `routing prefix_aware`: where the longest part of the prompt is cached already, unless too many are there.
//!
//! Without a cap one popular text would draw all requests to one replica. A replica may hold up to `load_cap` times
//! the mean of all, rounded up, as in consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam, SODA
//! 2018); the least loaded replica is always below it. Looks at the replicas that have the most of the prompt, and at
//! the least loaded one where all that have some are above the cap.

use std::cmp::Reverse;
use std::ops::Range;

use super::{Entry, Router};
use crate::min_tree::{SegmentTree, Summary};
use crate::model::{Bound, Choice, Field, Form, Spec};
use crate::policy::least::Least;
use crate::policy::view::{Candidates, Prefixes, View};
use crate::rng::Stream;
use crate::units::Dimension;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "prefix_aware",
        "the replica with the longest cached prefix of the prompt, unless its load exceeds the cap; among equals the one \
         with fewer requests, then in turn",
    )
    .arguments(&[Field::optional(
        "load_cap",
        Form::Quantity(Dimension::NUMBER),
        "replicas with more requests than this many times the mean are passed over",
    )
    .within(Bound::Between(1.0, 1e6))
    .or("1.25")]),
    build,
};

fn build(choice: &Choice, n: u32) -> Box<dyn Router> {
    let load_cap = choice.number("load_cap").expect("`load_cap` has a default");
    let fewest = Least::new(n, |view, replica| u64::from(view.held[replica as usize]));
    Box::new(PrefixAware { load_cap, fewest, totals: SegmentTree::new(n as usize, Total(0)) })
}

struct PrefixAware {
    load_cap: f64,
    /// The replica with the fewest requests, and where ties are looked for first.
    fewest: Least,
    /// Requests that replicas hold.
    totals: SegmentTree<Total>,
}

/// The sum of several values.
#[derive(Clone, Copy, PartialEq)]
struct Total(u64);

impl Summary for Total {
    fn with(self, other: Total) -> Total {
        Total(self.0 + other.0)
    }
}

impl PrefixAware {
    /// The most requests that a replica may hold to get one more.
    fn limit(&self, candidates: Candidates<'_>) -> u64 {
        let total = |span: Range<u32>| self.totals.over(span.start as usize..span.end as usize).0;
        let held: u64 = candidates.spans().map(total).sum();
        // The request itself counts: with no other there the cap is one.
        let mean = (held + 1) as f64 / f64::from(candidates.len().max(1));
        // At least one, as `load_cap` and the number of candidates are.
        (libm::ceil(self.load_cap * mean) as u64).saturating_sub(1)
    }

    /// The best of those below the limit that may have something of the prompt, with what it may have.
    fn best(
        &self,
        prefixes: &dyn Prefixes,
        candidates: Candidates<'_>,
        view: &View<'_>,
        limit: u64,
    ) -> Option<(u32, u32)> {
        let mut best = None;
        // A replica that is only in a later level has less.
        for level in 0.. {
            let exists = prefixes.level(level, &mut |replica, cached| {
                let held = view.held[replica as usize];
                let key = (Reverse(cached), held, self.fewest.turn(replica));
                if u64::from(held) <= limit
                    && best.is_none_or(|(least, _)| key < least)
                    && candidates.contains(replica)
                {
                    best = Some((key, (replica, cached)));
                }
            });
            if best.is_some() || !exists {
                break;
            }
        }
        best.map(|(_, best)| best)
    }
}

impl Router for PrefixAware {
    fn route(&mut self, candidates: Candidates<'_>, view: View<'_>, _stream: &mut Stream) -> Option<u32> {
        if let Some(prefixes) = view.prefixes {
            let limit = self.limit(candidates);
            while let Some((replica, cached)) = self.best(prefixes, candidates, &view, limit) {
                // All others have at most what is said of them: what is true of the best makes it the best.
                if prefixes.settle(replica) == cached {
                    self.fewest.pass(replica);
                    return Some(replica);
                }
            }
        }
        // A replica that has something of the prompt is above the cap, and the least loaded one is below it.
        self.fewest.take(candidates)
    }

    fn follows_changes(&self) -> bool {
        true
    }

    fn changed(&mut self, replica: u32, view: View<'_>) {
        self.fewest.changed(replica, view);
        self.totals.set(replica as usize, Total(u64::from(view.held[replica as usize])));
    }

    fn compares_prefixes(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::model::Arg;
    use crate::rng::Streams;
    use crate::units::Quantity;

    /// What caches have, and what is believed of them until they are asked.
    struct Caches {
        believed: RefCell<Vec<u32>>,
        cached: Vec<u32>,
    }

    impl Prefixes for Caches {
        fn level(&self, level: usize, visit: &mut dyn FnMut(u32, u32)) -> bool {
            let believed = self.believed.borrow().clone();
            let mut depths: Vec<u32> = believed.iter().copied().filter(|tokens| *tokens > 0).collect();
            depths.sort_unstable_by_key(|tokens| Reverse(*tokens));
            depths.dedup();
            let Some(least) = depths.get(level) else { return false };
            (0..)
                .zip(&believed)
                .filter(|(_, tokens)| *tokens >= least)
                .for_each(|(replica, tokens)| visit(replica, *tokens));
            true
        }

        fn settle(&self, replica: u32) -> u32 {
            self.believed.borrow_mut()[replica as usize] = self.cached[replica as usize];
            self.cached[replica as usize]
        }
    }

    /// The policy by its definition: by a look at every candidate.
    fn by_scan(
        load_cap: f64,
        candidates: Candidates<'_>,
        held: &[u32],
        cached: &[u32],
        cursor: u32,
    ) -> Option<u32> {
        let all = || candidates.spans().flatten();
        let total: u64 = all().map(|replica| u64::from(held[replica as usize])).sum();
        let mean = (total + 1) as f64 / f64::from(candidates.len().max(1));
        let cap = libm::ceil(load_cap * mean);
        let open = all().filter(|replica| f64::from(held[*replica as usize] + 1) <= cap);
        open.min_by_key(|&replica| {
            let cached = cached[replica as usize];
            (u32::MAX - cached, held[replica as usize], replica < cursor, replica)
        })
    }

    fn router(load_cap: f64, held: &[u32]) -> Box<dyn Router> {
        let cap = Quantity { value: load_cap, dimension: Dimension::NUMBER };
        let choice = Choice::named("prefix_aware").with("load_cap", Arg::Quantity(cap));
        let mut router = build(&choice, held.len() as u32);
        for replica in 0..held.len() as u32 {
            router.changed(replica, View { held, ..View::default() });
        }
        router
    }

    #[track_caller]
    fn check(held: &[u32], cached: &[u32], expected: &[u32]) {
        let mut router = router(1.25, held);
        let mut stream = Streams::new(1).stream("test");
        let range = 0..held.len() as u32;
        let candidates = Candidates::new(std::slice::from_ref(&range), &[]);
        let caches = Caches { believed: RefCell::new(cached.to_vec()), cached: cached.to_vec() };
        let view = View { held, prefixes: Some(&caches), ..View::default() };
        let routed: Vec<u32> = expected
            .iter()
            .map(|_| router.route(candidates, view, &mut stream).expect("there are some"))
            .collect();
        assert_eq!(routed, expected);
    }

    #[test]
    fn the_longest_prefix_then_the_fewest_requests_then_in_turn() {
        check(&[3, 3, 3, 3], &[0, 64, 32, 64], &[1, 3, 1]);
        check(&[3, 2, 3, 3], &[0, 0, 0, 0], &[1, 1]);
        check(&[3, 3, 3, 3], &[0, 0, 0, 0], &[0, 1, 2, 3, 0]);
    }

    #[test]
    fn a_replica_above_the_cap_is_passed_over() {
        // The mean of 13 requests, with the new one, is 3.25; the cap 5 of them.
        check(&[4, 4, 4, 0], &[640, 0, 16, 0], &[0]);
        check(&[5, 3, 4, 0], &[640, 0, 16, 0], &[2]);
    }

    #[test]
    fn agrees_with_a_scan_over_all() {
        // A linear congruence is random enough to visit every shape of level and span.
        let mut state = 1_u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u32 % n as u32
        };
        let mut stream = Streams::new(1).stream("test");
        for round in 0..300 {
            let n = [1_u32, 2, 3, 7, 8, 13][round % 6];
            let load_cap = [1.0, 1.25, 2.0][round / 6 % 3];
            let mut held = vec![0; n as usize];
            let mut router = router(load_cap, &held);
            let mut cursor = 0;
            for _ in 0..50 {
                let replica = draw(u64::from(n));
                held[replica as usize] = draw(6);
                router.changed(replica, View { held: &held, ..View::default() });
                let cached: Vec<u32> = (0..n).map(|_| draw(4).saturating_sub(1)).collect();
                let believed = cached.iter().map(|tokens| tokens + draw(4).saturating_sub(2)).collect();
                let tried: Vec<u32> = (1..n).filter(|_| draw(4) == 0).collect();
                let gap = if draw(2) == 0 { n } else { n / 2 };
                let ranges = [0..gap, (gap + 1).min(n)..n];
                let tried: Vec<u32> = tried
                    .into_iter()
                    .filter(|replica| ranges.iter().any(|range| range.contains(replica)))
                    .collect();
                let candidates = Candidates::new(&ranges, &tried);
                let caches = Caches { believed: RefCell::new(believed), cached: cached.clone() };
                let view = View { held: &held, prefixes: Some(&caches), ..View::default() };
                let chosen = router.route(candidates, view, &mut stream);
                assert_eq!(
                    chosen,
                    by_scan(load_cap, candidates, &held, &cached, cursor),
                    "{held:?} {cached:?} {candidates:?} {cursor}"
                );
                cursor = chosen.map_or(cursor, |chosen| chosen + 1);
            }
        }
    }
}
