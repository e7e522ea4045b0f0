//! When requests arrive: span, rate, how uneven the gaps are, how uneven the counts.

use serde::Serialize;

use super::batches::{Batches, Gaps};
use super::profile::Profile;
use super::windows::Windows;
use crate::units::SimTime;

/// The lengths of windows in which counts are compared, in seconds.
pub const WINDOWS: [u64; 3] = [1, 10, 60];

/// What arrivals are like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Arrivals {
    /// Requests.
    pub n: u64,
    /// From the first to the last, in seconds.
    pub span_s: f64,
    /// Requests over span; `None` where all come at once.
    pub rate_per_s: Option<f64>,
    /// Standard deviation of the gaps over their mean (n - 1); `None` for fewer than two gaps.
    pub cv: Option<f64>,
    /// The index of dispersion of counts in windows of [`WINDOWS`]; `None` where there are not two whole ones.
    pub dispersion: [Option<f64>; 3],
    /// Whether a clock that ticks rarely has put them into batches.
    pub batches: Option<Batches>,
    /// Their rate over time.
    pub profile: Profile,
}

/// Counts arrivals one by one.
pub(crate) struct Counting {
    first: Option<SimTime>,
    last: SimTime,
    n: u64,
    /// Gaps so far, their mean in seconds and the sum of squares around it.
    n_gaps: u64,
    mean: f64,
    squares: f64,
    windows: [Windows; 3],
    gaps: Gaps,
    profile: Profile,
}

impl Default for Counting {
    fn default() -> Counting {
        Counting {
            first: None,
            last: SimTime::ZERO,
            n: 0,
            n_gaps: 0,
            mean: 0.0,
            squares: 0.0,
            windows: WINDOWS.map(Windows::of_seconds),
            gaps: Gaps::default(),
            profile: Profile::default(),
        }
    }
}

impl Counting {
    /// An arrival, not before the previous one.
    pub(crate) fn add(&mut self, at: SimTime) {
        let first = *self.first.get_or_insert(at);
        if self.n > 0 {
            let gap = at.since(self.last);
            self.gaps.add(gap.as_ps());
            self.n_gaps += 1;
            // B. P. Welford, "Note on a method for calculating corrected sums of squares", Technometrics 4 (1962).
            let deviation = gap.as_secs_f64() - self.mean;
            self.mean += deviation / self.n_gaps as f64;
            self.squares += deviation * (gap.as_secs_f64() - self.mean);
        }
        let since_first = at.since(first).as_ps();
        for windows in &mut self.windows {
            windows.add(since_first);
        }
        self.profile.add(since_first);
        self.n += 1;
        self.last = at;
    }

    pub(crate) fn finish(self) -> Arrivals {
        let span_s = self.first.map_or(0.0, |first| self.last.since(first).as_secs_f64());
        let variance = (self.n_gaps > 1).then(|| self.squares / (self.n_gaps - 1) as f64);
        Arrivals {
            n: self.n,
            span_s,
            rate_per_s: (span_s > 0.0).then(|| self.n as f64 / span_s),
            cv: variance.filter(|_| self.mean > 0.0).map(|variance| libm::sqrt(variance) / self.mean),
            dispersion: self.windows.map(|windows| windows.dispersion()),
            batches: self.gaps.batches(),
            profile: self.profile,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    fn counted(seconds: impl IntoIterator<Item = f64>) -> Arrivals {
        let mut counting = Counting::default();
        for second in seconds {
            counting.add(SimTime::from_ps((second * 1e12) as u64));
        }
        counting.finish()
    }

    #[test]
    fn constant_gaps_have_no_cv_and_no_dispersion() {
        let arrivals = counted((0..241).map(|number| f64::from(number) * 0.5));
        assert_eq!((arrivals.n, arrivals.span_s), (241, 120.0));
        assert_eq!(arrivals.cv, Some(0.0));
        // Two a second; the last window holds the arrival at its end as well.
        let [second, ..] = arrivals.dispersion;
        assert!(second.expect("120 windows") < 0.01, "{second:?}");
        assert!(arrivals.batches.is_none());
    }

    #[test]
    fn a_poisson_process_has_cv_one() {
        let mut stream = Streams::new(3).stream("arrivals");
        let mut now = 0.0;
        let arrivals = counted((0..50_000).map(|_| {
            now += stream.exponential() / 4.0;
            now
        }));
        // The standard error of cv is about 1/sqrt(n), that of the rate rate/sqrt(n).
        assert!((arrivals.cv.expect("many gaps") - 1.0).abs() < 0.02, "{:?}", arrivals.cv);
        assert!((arrivals.rate_per_s.expect("a span") - 4.0).abs() < 0.08);
    }

    #[test]
    fn one_request_or_one_instant_has_no_rate() {
        let one = counted([5.0]);
        assert_eq!((one.n, one.span_s, one.rate_per_s, one.cv), (1, 0.0, None, None));
        let instant = counted([5.0, 5.0, 5.0]);
        assert_eq!((instant.rate_per_s, instant.cv, instant.dispersion), (None, None, [None; 3]));
        assert_eq!(counted([]).n, 0);
    }
}
