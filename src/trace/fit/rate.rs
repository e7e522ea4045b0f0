//! The rate: constant, or a curve in bins of five minutes or more where it varies more than chance would have it.
//!
//! Chance is what the counts of minutes do inside the bins: one-way analysis of variance of the minutes, by bin, at a
//! level of 1 %. Bursts of less than a minute or two are thereby left to the process.

use crate::trace::stats::Arrivals;
use crate::units::SimTime;

/// Lengths of bins to choose from, in seconds, as they are written.
const BINS: [(u64, &str); 12] = [
    (300, "5 min"),
    (600, "10 min"),
    (900, "15 min"),
    (1200, "20 min"),
    (1800, "30 min"),
    (3600, "1 h"),
    (7200, "2 h"),
    (10_800, "3 h"),
    (21_600, "6 h"),
    (43_200, "12 h"),
    (86_400, "1 d"),
    (604_800, "7 d"),
];

/// Bins of a curve at most, unless even the longest are more.
const MOST_BINS: f64 = 48.0;

/// The normal quantile of the level of the test: chance alone exceeds it in 1 % of traces.
const SIGNIFICANT: f64 = 2.326;

/// How many requests come, over time.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rate {
    /// Requests a second.
    Constant { per_s: f64, span_s: f64 },
    /// Requests a second in bins; the last may be cut short by the end.
    Curve { per_s: Vec<f64>, bin_s: u64, every: &'static str, span_s: f64 },
}

impl Rate {
    pub(super) fn span_s(&self) -> f64 {
        match self {
            Rate::Constant { span_s, .. } | Rate::Curve { span_s, .. } => *span_s,
        }
    }

    /// Requests expected up to a time, in seconds since the start.
    pub(super) fn cumulative(&self, seconds: f64) -> f64 {
        match self {
            Rate::Constant { per_s, .. } => per_s * seconds,
            Rate::Curve { per_s, bin_s, .. } => {
                let bin_s = *bin_s as f64;
                let bin = ((seconds / bin_s) as usize).min(per_s.len() - 1);
                let whole: f64 = per_s[..bin].iter().sum::<f64>() * bin_s;
                whole + per_s[bin] * (seconds - bin as f64 * bin_s)
            }
        }
    }

    /// Mean requests per second.
    pub(super) fn mean(&self) -> f64 {
        self.cumulative(self.span_s()) / self.span_s()
    }
}

/// Counts of minutes.
pub(super) struct Binned {
    first: Option<SimTime>,
    span_s: f64,
    /// Minutes to a bin, and how a bin's length is written; `None` where the span is shorter than two.
    bin: Option<(u64, &'static str)>,
    minutes: Vec<u64>,
}

impl Binned {
    pub(super) fn new(span_s: f64) -> Binned {
        let fits = |seconds: u64| span_s / seconds as f64 <= MOST_BINS;
        let bin = BINS.into_iter().find(|(seconds, _)| fits(*seconds)).or(BINS.last().copied());
        let bin = bin.filter(|(seconds, _)| span_s >= 2.0 * *seconds as f64);
        Binned { first: None, span_s, bin, minutes: Vec::new() }
    }

    pub(super) fn add(&mut self, at: SimTime) {
        let first = *self.first.get_or_insert(at);
        let minute = (at.since(first).as_secs_f64() / 60.0) as usize;
        if self.minutes.len() <= minute {
            self.minutes.resize(minute + 1, 0);
        }
        self.minutes[minute] += 1;
    }

    pub(super) fn rate(&self, arrivals: &Arrivals) -> Rate {
        let span_s = self.span_s;
        let constant = Rate::Constant { per_s: arrivals.n as f64 / span_s, span_s };
        let Some((bin_s, every)) = self.bin else { return constant };
        let to_a_bin = (bin_s / 60) as usize;
        // The last minute is cut short by the end.
        let whole = &self.minutes[..self.minutes.len() - 1];
        if !varies(whole, to_a_bin) {
            return constant;
        }
        let counts = self.minutes.chunks(to_a_bin).map(|minutes| minutes.iter().sum::<u64>() as f64);
        let mut per_s: Vec<f64> = counts.map(|count| count / bin_s as f64).collect();
        let last_s = span_s - bin_s as f64 * (per_s.len() - 1) as f64;
        if let Some(last) = per_s.last_mut() {
            // Too short a rest has no rate of its own.
            let count = *last * bin_s as f64;
            *last = if last_s >= 60.0 { count / last_s } else { arrivals.n as f64 / span_s };
        }
        Rate::Curve { per_s, bin_s, every, span_s }
    }
}

/// Whether counts differ more between bins than inside them.
///
/// The quantile of the ratio of two variances is E. Paulson's approximation ("An approximate normalization of the
/// analysis of variance distribution", Annals of Mathematical Statistics 13, 1942), good to some percent of the level
/// from three bins on.
fn varies(counts: &[u64], to_a_bin: usize) -> bool {
    let mean = |counts: &[u64]| counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    let (mut between, mut within, mut bins) = (0.0, 0.0, 0_usize);
    let overall = mean(counts);
    for bin in counts.chunks(to_a_bin) {
        let of_bin = mean(bin);
        between += bin.len() as f64 * (of_bin - overall) * (of_bin - overall);
        within += bin.iter().map(|count| (*count as f64 - of_bin) * (*count as f64 - of_bin)).sum::<f64>();
        bins += 1;
    }
    if bins < 2 || counts.len() <= bins {
        return false;
    }
    let freedom = ((bins - 1) as f64, (counts.len() - bins) as f64);
    if within == 0.0 {
        return between > 0.0;
    }
    let cube_root = libm::cbrt((between / freedom.0) / (within / freedom.1));
    let (a, b) = (2.0 / (9.0 * freedom.0), 2.0 / (9.0 * freedom.1));
    let normal = ((1.0 - b) * cube_root - (1.0 - a)) / libm::sqrt(b * cube_root * cube_root + a);
    normal > SIGNIFICANT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;
    use crate::trace::stats::Counting;

    /// Poisson arrivals at these rates, five minutes each.
    fn fitted(rates: &[f64], seed: u64) -> Rate {
        let mut stream = Streams::new(seed).stream("arrivals");
        let mut counting = Counting::default();
        let mut arrivals = vec![SimTime::ZERO];
        for (bin, rate) in rates.iter().enumerate() {
            let mut now = bin as f64 * 300.0 + stream.exponential() / rate;
            while now < (bin + 1) as f64 * 300.0 {
                arrivals.push(SimTime::from_ps((now * 1e12) as u64));
                now += stream.exponential() / rate;
            }
        }
        arrivals.iter().for_each(|at| counting.add(*at));
        let arrivals_like = counting.finish();
        let mut binned = Binned::new(arrivals_like.span_s);
        arrivals.iter().for_each(|at| binned.add(*at));
        binned.rate(&arrivals_like)
    }

    #[test]
    fn a_rate_that_does_not_vary_is_constant_in_99_of_100_traces() {
        let curves = (0..200).filter(|seed| matches!(fitted(&[4.0; 8], *seed), Rate::Curve { .. })).count();
        // Two are expected; eight or more are seen once in a thousand times.
        assert!(curves < 8, "{curves}");
    }

    #[test]
    fn a_rate_that_varies_is_a_curve() {
        let rates = [2.0, 4.0, 8.0, 4.0];
        let Rate::Curve { per_s, bin_s, every, .. } = fitted(&rates, 1) else { panic!("it varies") };
        assert_eq!((bin_s, every), (300, "5 min"));
        for (found, rate) in per_s.iter().zip(rates) {
            // Four standard errors of a count of 300 s.
            assert!((found - rate).abs() < 4.0 * (rate / 300.0_f64).sqrt(), "{per_s:?}");
        }
    }

    #[test]
    fn a_curve_counts_what_lies_below_it() {
        let curve = Rate::Curve { per_s: vec![1.0, 3.0], bin_s: 300, every: "5 min", span_s: 450.0 };
        assert_eq!(curve.cumulative(300.0), 300.0);
        assert_eq!(curve.cumulative(450.0), 750.0);
        assert_eq!(curve.mean(), 750.0 / 450.0);
    }

    #[test]
    fn long_traces_get_longer_bins_and_short_ones_none() {
        let bin = |span_s| Binned::new(span_s).bin.map(|(seconds, _)| seconds);
        assert_eq!(bin(599.0), None);
        assert_eq!(bin(2400.0), Some(300));
        assert_eq!(bin(86_400.0), Some(1800));
        assert_eq!(bin(604_800.0), Some(21_600));
    }
}
