//! A short law where one describes the lengths as well: a constant, or a log-normal.

use std::f64::consts::SQRT_2;

use crate::trace::stats::Lengths;

/// The largest difference of cumulative shares at which a log-normal is taken.
const CLOSE: f64 = 0.015;
/// How far its mean may be off.
const NEAR: f64 = 0.02;

/// A log-normal by the logarithms' moments, its values at most the longest length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lognormal {
    pub(super) median: f64,
    pub(super) sigma: f64,
    pub(super) max: u32,
}

/// The log-normal that lengths follow, if they do.
pub(super) fn lognormal(lengths: &Lengths) -> Option<Lognormal> {
    let n = lengths.n() as f64;
    if lengths.counts().any(|(length, _)| length == 0) || lengths.n() < 2 {
        return None;
    }
    let of = |power: &dyn Fn(f64) -> f64| -> f64 {
        lengths.counts().map(|(length, count)| count as f64 * power(libm::log(f64::from(length)))).sum()
    };
    let mu = of(&|log| log) / n;
    let sigma = libm::sqrt(of(&|log| (log - mu) * (log - mu)) / n);
    if sigma <= 0.0 {
        return None;
    }
    let mean = libm::exp(mu + 0.5 * sigma * sigma);
    // A draw is rounded: no longer than a length means below its half above.
    let share = |length: u32| 0.5 * libm::erfc(-(libm::log(f64::from(length) + 0.5) - mu) / (sigma * SQRT_2));
    let (mut below, mut distance) = (0, 0.0_f64);
    for (length, count) in lengths.counts() {
        distance = distance.max((share(length.saturating_sub(1)) - below as f64 / n).abs());
        below += count;
        // The last one is the limit of the clamp.
        if length != lengths.max() {
            distance = distance.max((share(length) - below as f64 / n).abs());
        }
    }
    let fits = distance <= CLOSE && (mean / lengths.mean() - 1.0).abs() <= NEAR;
    fits.then(|| Lognormal { median: libm::exp(mu), sigma, max: lengths.max() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    #[test]
    fn a_lognormal_is_recognised_and_others_are_not() {
        let mut stream = Streams::new(4).stream("lengths");
        let drawn: Lengths =
            (0..20_000).map(|_| (500.0 * libm::exp(0.8 * stream.normal()) + 0.5) as u32).collect();
        let law = lognormal(&drawn).expect("it is one");
        assert!((law.median / 500.0 - 1.0).abs() < 0.03 && (law.sigma - 0.8).abs() < 0.02, "{law:?}");
        assert_eq!(lognormal(&(1..2000).collect()), None);
        assert_eq!(lognormal(&[0, 1, 2].into_iter().collect()), None);
        assert_eq!(lognormal(&[5, 5].into_iter().collect()), None);
    }
}
