//! What is asked of samples: how many, their sum, the extremes, and exact nearest-rank percentiles.
//!
//! A percentile p of n samples is the smallest one that at least p of them do not exceed: rank ceil(p n). All that
//! metrics name are found at once; the samples themselves are not kept.

use super::column::Column;
use super::selection::select;

/// The percentiles that metrics name, in thousandths.
const PERCENTILES: [u16; 5] = [500, 900, 950, 990, 999];

/// Of samples in picoseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Samples {
    n: usize,
    sum: u128,
    min: u64,
    max: u64,
    percentiles: [u64; PERCENTILES.len()],
}

impl Samples {
    /// Of the samples in a column.
    pub(super) fn new(column: &Column) -> Samples {
        let n = column.len();
        if n == 0 {
            return Samples::default();
        }
        let mut ranks = vec![0];
        ranks.extend(PERCENTILES.map(|per_mille| nearest_rank(n, per_mille) - 1));
        ranks.push(n - 1);
        match *select(column, &ranks).as_slice() {
            [min, ref percentiles @ .., max] => {
                let percentiles = percentiles.try_into().expect("as many values as ranks");
                Samples { n, sum: column.sum(), min, max, percentiles }
            }
            [] | [_] => unreachable!("as many values as ranks"),
        }
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.n
    }

    /// The sum of all.
    pub(super) fn sum(&self) -> u128 {
        self.sum
    }

    /// The smallest.
    pub(super) fn min(&self) -> Option<u64> {
        (self.n > 0).then_some(self.min)
    }

    /// The largest.
    pub(super) fn max(&self) -> Option<u64> {
        (self.n > 0).then_some(self.max)
    }

    /// The percentile in thousandths, of those that metrics name.
    pub(super) fn quantile(&self, per_mille: u16) -> Option<u64> {
        let position = PERCENTILES.iter().position(|other| *other == per_mille);
        let position = position.expect("a percentile that a metric names is among those that are found");
        (self.n > 0).then_some(self.percentiles[position])
    }
}

/// Rank from 1 of a percentile in thousandths among `n` samples, n at least 1.
fn nearest_rank(n: usize, per_mille: u16) -> usize {
    let rank = (n as u128 * u128::from(per_mille)).div_ceil(1000).max(1);
    usize::try_from(rank).expect("a rank is at most the number of samples")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Aggregate, METRICS};

    #[test]
    fn ranks_are_the_ceiling_of_p_times_n() {
        for (n, per_mille, rank) in [
            (1, 500, 1),
            (1, 999, 1),
            (2, 500, 1),
            (3, 500, 2),
            (100, 990, 99),
            (101, 990, 100),
            (1000, 999, 999),
        ] {
            assert_eq!(nearest_rank(n, per_mille), rank, "{n} samples, {per_mille} per mille");
        }
    }

    #[test]
    fn every_percentile_is_that_of_the_sorted_samples() {
        let mut state = 7_u64;
        for n in [1, 2, 3, 10, 99, 100, 101, 1000, 5000] {
            let mut values: Vec<u64> = (0..n)
                .map(|_| {
                    state =
                        state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 40) % 977
                })
                .collect();
            let samples = Samples::new(&values.iter().copied().collect());
            values.sort_unstable();
            for per_mille in PERCENTILES {
                let expected = values[nearest_rank(n, per_mille) - 1];
                assert_eq!(samples.quantile(per_mille), Some(expected), "{n} samples, {per_mille} per mille");
            }
            assert_eq!((samples.min(), samples.max()), (values.first().copied(), values.last().copied()));
            let sum: u128 = values.iter().copied().map(u128::from).sum();
            assert_eq!((samples.len(), samples.sum()), (n, sum));
        }
    }

    #[test]
    fn nothing_has_no_percentiles() {
        let samples = Samples::new(&Column::default());
        assert_eq!((samples.min(), samples.max(), samples.quantile(500)), (None, None, None));
    }

    #[test]
    fn every_percentile_that_a_metric_names_is_found() {
        for statistic in METRICS.iter().flat_map(|family| family.iter()).flat_map(|spec| spec.statistics) {
            if let Aggregate::Quantile(per_mille) = statistic.of {
                assert!(PERCENTILES.contains(&per_mille), "{}", statistic.prefix);
            }
        }
    }
}
