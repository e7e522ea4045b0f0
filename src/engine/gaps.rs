//! The gaps between tokens of many steps at once.
//!
//! While a batch keeps its members its steps form an arithmetic series, and every member gets a token at the end of
//! each. A gap is what lies between two tokens, rounded up to whole picoseconds. Invariant: differences are not
//! negative, so the gaps rise, and counting those up to a limit is one division.

use super::ticks::{Ticks, ticks_of, to_time_ceil};
use crate::units::SimDuration;

/// `terms` gaps of `first`, `first + difference`, …, each of them `requests` times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gaps {
    workload: u16,
    requests: u32,
    terms: u64,
    first: Ticks,
    difference: Ticks,
}

impl Gaps {
    /// One gap of one request.
    pub(super) fn single(workload: u16, gap: Ticks) -> Gaps {
        Gaps { workload, requests: 1, terms: 1, first: gap, difference: 0 }
    }

    /// `terms` gaps of `requests` requests that rise evenly.
    pub(crate) fn rising(workload: u16, requests: u32, terms: u64, first: Ticks, difference: Ticks) -> Gaps {
        Gaps { workload, requests, terms, first, difference }
    }

    /// Index of the workload the requests belong to.
    #[must_use]
    pub fn workload(&self) -> usize {
        usize::from(self.workload)
    }

    /// How many gaps there are in all.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.terms * u64::from(self.requests)
    }

    /// All together, in 2^-20 ps: before they are rounded up.
    #[must_use]
    pub fn sum(&self) -> u128 {
        let terms = u128::from(self.terms);
        let one = terms * self.first + self.difference * (terms * (terms - 1) / 2);
        one * u128::from(self.requests)
    }

    /// The shortest.
    #[must_use]
    pub fn least(&self) -> SimDuration {
        self.term(0)
    }

    /// The longest.
    #[must_use]
    pub fn most(&self) -> SimDuration {
        self.term(self.terms - 1)
    }

    /// How many are no longer than `limit`.
    #[must_use]
    pub fn up_to(&self, limit: SimDuration) -> u64 {
        // Rounding up to picoseconds does not take a gap past a limit of whole picoseconds.
        let limit = ticks_of(limit);
        let terms = match limit.checked_sub(self.first) {
            None => 0,
            Some(_) if self.difference == 0 => self.terms,
            Some(room) => {
                u64::try_from(room / self.difference + 1).map_or(self.terms, |terms| terms.min(self.terms))
            }
        };
        terms * u64::from(self.requests)
    }

    /// Each gap and how often it occurs.
    pub fn iter(&self) -> impl Iterator<Item = (SimDuration, u64)> {
        (0..self.terms).map(|index| (self.term(index), u64::from(self.requests)))
    }

    fn term(&self, index: u64) -> SimDuration {
        SimDuration::from_ps(to_time_ceil(self.first + self.difference * Ticks::from(index)).as_ps())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_up_to_a_limit_is_counting_one_by_one() {
        let ps = SimDuration::from_ps;
        for difference in [0, 1, ticks_of(ps(3)) / 2, ticks_of(ps(7)) + 1] {
            let gaps = Gaps { workload: 0, requests: 3, terms: 20, first: ticks_of(ps(10)) + 1, difference };
            for limit in 0..200 {
                let one_by_one: u64 =
                    gaps.iter().filter(|(gap, _)| *gap <= ps(limit)).map(|(_, count)| count).sum();
                assert_eq!(gaps.up_to(ps(limit)), one_by_one, "{difference} {limit}");
            }
            assert_eq!((gaps.count(), gaps.up_to(gaps.most())), (60, 60));
            assert_eq!(gaps.least(), ps(11));
        }
    }
}
