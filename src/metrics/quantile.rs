//! Nearest-rank percentiles, exact, without sorting.
//!
//! A percentile p of n samples is the smallest one that at least p of them do not exceed: rank ceil(p n). Selecting
//! a rank leaves it in its place in the column, so each later one searches only between its neighbours.
//! Invariant: `placed` holds the indices of the column that already hold what a sorted column would.

/// Samples in picoseconds.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples {
    values: Vec<u64>,
    placed: Vec<usize>,
    sum: u128,
}

/// The percentiles put in place at once, in thousandths.
const PREPARED: [u16; 5] = [500, 900, 950, 990, 999];

impl Samples {
    /// Takes samples in any order.
    pub(super) fn new(values: Vec<u64>) -> Samples {
        let sum = values.iter().map(|value| u128::from(*value)).sum();
        let mut samples = Samples { values, placed: Vec::new(), sum };
        if !samples.values.is_empty() {
            // From the median up, so that each search runs over what the one before left above it: half of the
            // samples, a tenth, a twentieth.
            let mut start = 0;
            for per_mille in PREPARED {
                let index = samples.index(per_mille);
                if index >= start {
                    samples.values[start..].select_nth_unstable(index - start);
                    samples.placed.push(index);
                    start = index + 1;
                }
            }
        }
        samples
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The sum of all.
    pub(super) fn sum(&self) -> u128 {
        self.sum
    }

    /// The smallest.
    pub(super) fn min(&self) -> Option<u64> {
        let end = self.placed.first().map_or(self.values.len(), |index| index + 1);
        self.values[..end].iter().min().copied()
    }

    /// The largest.
    pub(super) fn max(&self) -> Option<u64> {
        let start = self.placed.last().copied().unwrap_or(0);
        self.values[start..].iter().max().copied()
    }

    /// The percentile in thousandths.
    pub(super) fn quantile(&self, per_mille: u16) -> Option<u64> {
        if self.values.is_empty() {
            return None;
        }
        let index = self.index(per_mille);
        match self.placed.binary_search(&index) {
            Ok(_) => Some(self.values[index]),
            Err(next) => {
                let start = next.checked_sub(1).map_or(0, |before| self.placed[before] + 1);
                let end = self.placed.get(next).copied().unwrap_or(self.values.len());
                let mut between = self.values[start..end].to_vec();
                Some(*between.select_nth_unstable(index - start).1)
            }
        }
    }

    fn index(&self, per_mille: u16) -> usize {
        nearest_rank(self.values.len(), per_mille) - 1
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
            let values: Vec<u64> = (0..n)
                .map(|_| {
                    state =
                        state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 40) % 977
                })
                .collect();
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let samples = Samples::new(values);
            for per_mille in [1, 250, 500, 750, 900, 950, 990, 999, 1000] {
                let expected = sorted[nearest_rank(n, per_mille) - 1];
                assert_eq!(samples.quantile(per_mille), Some(expected), "{n} samples, {per_mille} per mille");
            }
            assert_eq!((samples.min(), samples.max()), (sorted.first().copied(), sorted.last().copied()));
        }
    }

    #[test]
    fn nothing_has_no_percentiles() {
        let samples = Samples::new(Vec::new());
        assert_eq!((samples.min(), samples.max(), samples.quantile(500)), (None, None, None));
    }
}
