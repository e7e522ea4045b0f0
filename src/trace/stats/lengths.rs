//! A distribution of lengths in tokens: how often each occurs.
//!
//! Invariant: memory grows with the number of different lengths, not of requests.

use std::collections::BTreeMap;

use crate::units::Tokens;

/// How often each length occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    counts: BTreeMap<u32, u64>,
    n: u64,
    sum: u128,
}

impl Lengths {
    /// One more.
    pub fn add(&mut self, length: Tokens) {
        *self.counts.entry(length.get()).or_default() += 1;
        self.n += 1;
        self.sum += u128::from(length.get());
    }

    /// How many there are.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Each length with how often it occurs, rising.
    pub fn counts(&self) -> impl Iterator<Item = (u32, u64)> {
        self.counts.iter().map(|(length, count)| (*length, *count))
    }

    /// In tokens; 0 where there are none.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.n == 0 { 0.0 } else { self.sum as f64 / self.n as f64 }
    }

    /// The length that `share` of all lie below, between two neighbours by linear interpolation (type 7 of R. J.
    /// Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50, 1996).
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        let place = share * self.n.saturating_sub(1) as f64;
        let below = libm::floor(place);
        let (low, high) = (self.at(below as u64), self.at((below as u64 + 1).min(self.n.saturating_sub(1))));
        low + (high - low) * (place - below)
    }

    /// The longest.
    #[must_use]
    pub fn max(&self) -> u32 {
        self.counts.keys().next_back().copied().unwrap_or(0)
    }

    /// The length at a place from 0 in rising order.
    fn at(&self, place: u64) -> f64 {
        let mut before = 0;
        for (length, count) in &self.counts {
            before += count;
            if place < before {
                return f64::from(*length);
            }
        }
        f64::from(self.max())
    }

    /// The rank of each length, from 1; equal ones share the mean of theirs.
    pub(super) fn ranks(&self) -> BTreeMap<u32, f64> {
        let mut before = 0;
        let ranked = self.counts.iter().map(|(length, count)| {
            let rank = before as f64 + 0.5 * (*count as f64 + 1.0);
            before += count;
            (*length, rank)
        });
        ranked.collect()
    }

    /// The largest difference between two cumulative distributions (Kolmogorov-Smirnov); 1 where one has no values.
    #[must_use]
    pub fn distance(&self, other: &Lengths) -> f64 {
        if self.n == 0 || other.n == 0 {
            return 1.0;
        }
        let (mut left, mut right) = (self.counts.iter().peekable(), other.counts.iter().peekable());
        let (mut left_below, mut right_below) = (0, 0);
        let mut distance: f64 = 0.0;
        loop {
            let length = match (left.peek(), right.peek()) {
                (Some((left, _)), Some((right, _))) => **left.min(right),
                (Some((left, _)), None) => **left,
                (None, Some((right, _))) => **right,
                (None, None) => return distance,
            };
            left_below += left.next_if(|(at, _)| **at == length).map_or(0, |(_, count)| *count);
            right_below += right.next_if(|(at, _)| **at == length).map_or(0, |(_, count)| *count);
            let difference = left_below as f64 / self.n as f64 - right_below as f64 / other.n as f64;
            distance = distance.max(difference.abs());
        }
    }
}

impl FromIterator<u32> for Lengths {
    fn from_iter<I: IntoIterator<Item = u32>>(lengths: I) -> Lengths {
        let mut all = Lengths::default();
        lengths.into_iter().for_each(|length| all.add(Tokens::new(length)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        let lengths: Lengths = [40, 10, 20, 30].into_iter().collect();
        for (share, value) in [(0.0, 10.0), (0.5, 25.0), (0.9, 37.0), (1.0, 40.0)] {
            assert!((lengths.quantile(share) - value).abs() < 1e-12, "{share}");
        }
        assert_eq!((lengths.mean(), lengths.max()), (25.0, 40));
        let one: Lengths = [7].into_iter().collect();
        assert_eq!((one.quantile(0.0), one.quantile(0.99)), (7.0, 7.0));
        let none = Lengths::default();
        assert_eq!((none.mean(), none.quantile(0.5), none.max()), (0.0, 0.0, 0));
    }

    #[test]
    fn equal_lengths_share_a_rank() {
        let lengths: Lengths = [5, 5, 9, 1].into_iter().collect();
        assert_eq!(lengths.ranks().into_iter().collect::<Vec<_>>(), [(1, 1.0), (5, 2.5), (9, 4.0)]);
    }

    #[test]
    fn the_distance_is_the_largest_gap_of_the_cumulatives() {
        let of = |lengths: &[u32]| lengths.iter().copied().collect::<Lengths>();
        assert_eq!(of(&[1, 2, 3, 4]).distance(&of(&[1, 2, 3, 4, 1, 2, 3, 4])), 0.0);
        assert_eq!(of(&[1, 2, 3, 4]).distance(&of(&[3, 4, 5, 6])), 0.5);
        assert_eq!(of(&[1, 2]).distance(&of(&[8, 9])), 1.0);
        assert_eq!(of(&[]).distance(&of(&[1])), 1.0);
    }
}
