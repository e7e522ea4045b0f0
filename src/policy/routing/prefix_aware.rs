//! `routing prefix_aware`: where the longest part of the prompt is cached already, unless too many are there.
//!
//! Without a cap one popular text would draw all requests to one replica. A replica may hold up to `load_cap` times
//! the mean of all, rounded up, as in consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam, SODA
//! 2018); the least loaded replica is always below it. Looks at every candidate.

use super::{Entry, Router};
use crate::model::{Bound, Choice, Field, Form, Spec};
use crate::policy::view::{Candidates, View};
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

fn build(choice: &Choice, _n: u32) -> Box<dyn Router> {
    let load_cap = choice.number("load_cap").expect("`load_cap` has a default");
    Box::new(PrefixAware { load_cap, cursor: 0 })
}

struct PrefixAware {
    load_cap: f64,
    /// Where ties are looked for first.
    cursor: u32,
}

impl Router for PrefixAware {
    fn route(&mut self, candidates: Candidates<'_>, view: View<'_>, _stream: &mut Stream) -> Option<u32> {
        let all = || candidates.spans().flatten();
        let held: u64 = all().map(|replica| u64::from(view.held[replica as usize])).sum();
        // The request itself counts: with no other there the cap is one.
        let mean = (held + 1) as f64 / f64::from(candidates.len().max(1));
        let cap = libm::ceil(self.load_cap * mean);
        let open = all().filter(|replica| f64::from(view.held[*replica as usize] + 1) <= cap);
        let chosen = open.min_by_key(|&replica| {
            let cached = view.cached.get(replica as usize).copied().unwrap_or(0);
            (u32::MAX - cached, view.held[replica as usize], replica < self.cursor, replica)
        })?;
        self.cursor = chosen + 1;
        Some(chosen)
    }

    fn compares_prefixes(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Arg;
    use crate::rng::Streams;
    use crate::units::Quantity;

    #[track_caller]
    fn check(held: &[u32], cached: &[u32], expected: &[u32]) {
        let cap = Quantity { value: 1.25, dimension: Dimension::NUMBER };
        let choice = Choice::named("prefix_aware").with("load_cap", Arg::Quantity(cap));
        let mut router = build(&choice, held.len() as u32);
        let mut stream = Streams::new(1).stream("test");
        let range = 0..held.len() as u32;
        let candidates = Candidates::new(std::slice::from_ref(&range), &[]);
        let view = View { held, cached, ..View::default() };
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
}
