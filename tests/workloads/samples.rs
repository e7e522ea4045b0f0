//! Comparing samples with a law.

/// How many values each law is tested on.
pub(crate) const N_SAMPLES: usize = 100_000;

/// Kolmogorov–Smirnov: the largest distance between the samples' distribution and a continuous law's.
#[track_caller]
pub(crate) fn check_continuous(name: &str, mut samples: Vec<f64>, cdf: impl Fn(f64) -> f64) {
    samples.sort_by(f64::total_cmp);
    let n = samples.len() as f64;
    let distances = samples.iter().enumerate().map(|(index, &value)| {
        let law = cdf(value);
        (law - index as f64 / n).abs().max((law - (index + 1) as f64 / n).abs())
    });
    check_distance(name, distances.fold(0.0, f64::max), n);
}

/// The same for a law on whole numbers, compared at each of them: the limit is then on the safe side.
#[track_caller]
pub(crate) fn check_discrete(name: &str, mut samples: Vec<f64>, cdf: impl Fn(f64) -> f64) {
    samples.sort_by(f64::total_cmp);
    let n = samples.len() as f64;
    let mut distance: f64 = 0.0;
    let mut below = 0;
    for same in samples.chunk_by(|left, right| left == right) {
        assert_eq!(same[0].fract(), 0.0, "{name}: not a whole number");
        below += same.len();
        distance = distance.max((cdf(same[0]) - below as f64 / n).abs());
    }
    check_distance(name, distance, n);
}

#[track_caller]
fn check_distance(name: &str, distance: f64, n: f64) {
    // The quantile of 99.9 % of Kolmogorov's distribution.
    let limit = 1.9495 / n.sqrt();
    assert!(distance < limit, "{name}: the distance is {distance:.5}, the limit {limit:.5}");
}

/// Whether a mean over `n` values lies within four standard errors.
#[track_caller]
pub(crate) fn check_mean(name: &str, samples: &[f64], mean: f64, deviation: f64) {
    let n = samples.len() as f64;
    let found = samples.iter().sum::<f64>() / n;
    let limit = 4.0 * deviation / n.sqrt();
    assert!((found - mean).abs() <= limit, "{name}: the mean is {found}, expected {mean} within {limit}");
}
