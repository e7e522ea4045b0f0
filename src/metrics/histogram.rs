//! Times of which there are too many to keep: counted in bins whose width is at most a thousandth of what they hold.
//!
//! Below 1,024 ps each value has a bin, above each power of two is cut into 1,024 bins of equal width. A percentile is
//! the middle of its bin, so its error is at most 0.05 %; the smallest, the largest and the mean are exact. Invariant: what
//! is reported in bulk is counted as if reported one by one.

use crate::engine::Gaps;
use crate::units::SimDuration;

/// Binary digits of a bin's place within its power of two.
const DIGITS: u32 = 10;

/// Gaps between tokens.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    bins: Vec<u64>,
    n: u64,
    /// In 2^-20 ps.
    sum: u128,
    least: Option<u64>,
    most: u64,
}

impl Histogram {
    /// Counts gaps that rise evenly.
    pub(super) fn add(&mut self, gaps: &Gaps) {
        let (least, most) = (gaps.least().as_ps(), gaps.most().as_ps());
        self.n += gaps.count();
        self.sum += gaps.sum();
        self.least = Some(self.least.map_or(least, |before| before.min(least)));
        self.most = self.most.max(most);
        let (first, last) = (bin(least), bin(most));
        if self.bins.len() <= last {
            self.bins.resize(last + 1, 0);
        }
        let mut before = 0;
        for index in first..last {
            let upto = gaps.up_to(SimDuration::from_ps(bounds(index).1));
            self.bins[index] += upto - before;
            before = upto;
        }
        self.bins[last] += gaps.count() - before;
    }

    /// How many.
    pub(super) fn len(&self) -> u64 {
        self.n
    }

    /// In picoseconds; `None` over none.
    pub(super) fn mean_ps(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / (1_u64 << 20) as f64 / self.n as f64)
    }

    /// The smallest.
    pub(super) fn min(&self) -> Option<u64> {
        self.least
    }

    /// The largest.
    pub(super) fn max(&self) -> Option<u64> {
        self.least.map(|_| self.most)
    }

    /// The percentile in thousandths, by nearest rank, to 0.05 %.
    pub(super) fn quantile(&self, per_mille: u16) -> Option<u64> {
        let least = self.least?;
        let rank = (u128::from(self.n) * u128::from(per_mille)).div_ceil(1000).max(1);
        let mut below = 0;
        let index = self.bins.iter().position(|count| {
            below += u128::from(*count);
            below >= rank
        })?;
        let (low, high) = bounds(index);
        Some((low + (high - low) / 2).clamp(least, self.most))
    }
}

/// The bin of a time in picoseconds.
fn bin(ps: u64) -> usize {
    if ps < 1 << DIGITS {
        return ps as usize;
    }
    let exponent = ps.ilog2() - DIGITS;
    ((exponent as usize) << DIGITS) + (ps >> exponent) as usize
}

/// The smallest and the largest time of a bin.
fn bounds(bin: usize) -> (u64, u64) {
    if bin < 1 << DIGITS {
        return (bin as u64, bin as u64);
    }
    let exponent = (bin >> DIGITS) as u32 - 1;
    let low = (bin as u64 - (u64::from(exponent) << DIGITS)) << exponent;
    (low, low + ((1 << exponent) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_counted_as_its_gaps_are_one_by_one() {
        let mut state = 1_u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        let (mut in_bulk, mut one_by_one) = (Histogram::default(), Histogram::default());
        for round in 0..400 {
            // From below a picosecond to minutes; differences from none to many bins, whole picoseconds or not.
            let first = u128::from(draw(1 << 20) + 1) << draw(48);
            let difference = [0, 1, first >> 14, first >> 10, first >> 6, first][draw(6) as usize];
            let (requests, terms) =
                (draw(300) as u32 + 1, [1, 2, draw(50) + 1, draw(3000) + 1][draw(4) as usize]);
            in_bulk.add(&Gaps::rising(0, requests, terms, first, difference));
            for index in 0..terms {
                one_by_one.add(&Gaps::rising(0, requests, 1, first + difference * u128::from(index), 0));
            }
            assert_eq!((in_bulk.n, in_bulk.sum), (one_by_one.n, one_by_one.sum), "{round}");
            assert_eq!((in_bulk.least, in_bulk.most), (one_by_one.least, one_by_one.most), "{round}");
            assert!(
                in_bulk.bins == one_by_one.bins,
                "{round}: {requests} x {terms} from {first} by {difference}"
            );
        }
        assert!(in_bulk.bins.iter().filter(|count| **count > 0).count() > 10_000, "many bins are filled");
    }

    #[test]
    fn bins_follow_each_other_and_are_narrow() {
        let mut next = 0;
        for index in 0..40_000 {
            let (low, high) = bounds(index);
            assert_eq!(low, next, "bin {index} begins where the one before ends");
            assert_eq!((bin(low), bin(high)), (index, index), "{low} to {high}");
            assert!((high - low) as f64 <= 0.001 * low as f64, "bin {index} is narrow");
            next = high + 1;
        }
    }
}
