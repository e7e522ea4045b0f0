//! The index of dispersion of counts: variance over mean of the arrivals in windows of one length.
//!
//! Windows begin with the first arrival and only whole ones count; an arrival at the very end of the last whole one
//! is in it, as histograms have it. The variance is that of a sample (n - 1). A Poisson process has 1 at every
//! length (D. R. Cox and P. A. W. Lewis, "The statistical analysis of series of events", 1966, chapter 4.6).
//! Invariant: counts are summed as integers, so the index does not depend on their order.

/// Counts of arrivals in windows of one length.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    /// Length in picoseconds.
    width: u64,
    /// Number of the window being filled.
    current: u64,
    in_current: u64,
    /// Those of it that came at its very beginning.
    at_edge: u64,
    /// What the window before held; not summed yet, since the edge of the current one may belong to it.
    before: u64,
    n: u128,
    sum: u128,
    squares: u128,
}

impl Windows {
    pub(crate) fn of_seconds(seconds: u64) -> Windows {
        let width = seconds * 1_000_000_000_000;
        Windows { width, current: 0, in_current: 0, at_edge: 0, before: 0, n: 0, sum: 0, squares: 0 }
    }

    /// An arrival, in picoseconds after the first and not before the previous one.
    pub(crate) fn add(&mut self, since_first: u64) {
        let window = since_first / self.width;
        if window > self.current {
            if self.current > 0 {
                self.count(self.before);
            }
            self.before = self.in_current;
            if window > self.current + 1 {
                self.count(self.before);
                self.before = 0;
                // Empty windows are counted at once, however long the silence.
                self.n += u128::from(window - self.current - 2);
            }
            (self.current, self.in_current, self.at_edge) = (window, 0, 0);
        }
        self.in_current += 1;
        self.at_edge += u64::from(since_first.is_multiple_of(self.width));
    }

    fn count(&mut self, arrivals: u64) {
        self.n += 1;
        self.sum += u128::from(arrivals);
        self.squares += u128::from(arrivals) * u128::from(arrivals);
    }

    /// Variance over mean; `None` for fewer than two whole windows.
    pub(crate) fn dispersion(&self) -> Option<f64> {
        let mut all = self.clone();
        if all.current > 0 {
            all.count(all.before + all.at_edge);
        }
        let Windows { n, sum, squares, .. } = all;
        (n >= 2 && sum > 0).then(|| (n * squares - sum * sum) as f64 / ((n - 1) * sum) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    #[track_caller]
    fn check(seconds: &[f64], width: u64, expected: Option<f64>) {
        let mut windows = Windows::of_seconds(width);
        for second in seconds {
            windows.add((second * 1e12) as u64);
        }
        assert_eq!(windows.dispersion(), expected);
    }

    #[test]
    fn only_whole_windows_count_and_their_end_belongs_to_the_last() {
        // Counts 2, 1 and a part: mean 1.5, variance 0.5.
        check(&[0.0, 0.5, 1.5, 2.5], 1, Some(1.0 / 3.0));
        // The arrival at 2 s closes the second window: counts 2 and 2.
        check(&[0.0, 0.5, 1.5, 2.0], 1, Some(0.0));
        // One at 1 s opens a window where others follow it.
        check(&[0.0, 1.0, 1.5, 2.5], 1, Some(1.0 / 3.0));
        check(&[0.0, 0.5], 1, None);
        check(&[0.0, 1.5], 1, None);
        check(&[], 1, None);
    }

    #[test]
    fn silence_is_made_of_empty_windows() {
        // Counts 2, 0, 0, 0 and a part: mean 0.5, variance 1.
        check(&[0.0, 0.1, 4.5], 1, Some(2.0));
        // Counts 2, 0, 0 and 1 at the end of the last: mean 0.75, variance 0.91667.
        check(&[0.0, 0.1, 4.0], 1, Some((4.0 * 5.0 - 9.0) / (3.0 * 3.0)));
        // Counts 1, 0, 1 and a part.
        check(&[0.0, 2.5, 3.5], 1, Some(0.5));
    }

    #[test]
    fn a_poisson_process_has_dispersion_one_at_every_length() {
        let mut stream = Streams::new(7).stream("arrivals");
        let mut windows = [1, 10].map(Windows::of_seconds);
        let mut now = 0.0;
        while now < 40_000.0 {
            for windows in &mut windows {
                windows.add((now * 1e12) as u64);
            }
            now += stream.exponential() / 5.0;
        }
        // The standard error is sqrt(2/n): 0.007 over 40,000 windows, 0.022 over 4,000.
        for (windows, tolerance) in windows.iter().zip([0.03, 0.09]) {
            let dispersion = windows.dispersion().expect("many windows");
            assert!((dispersion - 1.0).abs() < tolerance, "{dispersion}");
        }
    }
}
