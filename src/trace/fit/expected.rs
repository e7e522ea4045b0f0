//! What the index of dispersion of a trace's windows is expected to be under a rate and bursts.
//!
//! Arrivals are Poisson, their rate the fitted one times a stationary random factor of mean 1, variance `v` and
//! covariance `v exp(-t/tau)`: the on-off process is one. Over a window of length `w` with `m` expected requests the
//! count has variance `m + m^2 v g(w/tau)`, `g(x) = 2 (x - 1 + exp(-x)) / x^2`, and two windows `k` apart covariance
//! `m m' v h(w/tau) exp(-(k-1) w/tau)`, `h(x) = ((1 - exp(-x)) / x)^2` (D. R. Cox and V. Isham, "Point processes",
//! 1980, chapter 3.3). From these follows the expected sample variance, the share that the mean of few windows takes
//! away included. The ratio of expectations stands for the expectation of the ratio, which heavy bursts over few
//! windows make some percent smaller: comparisons with a trace are made by drawing, not by this.

use super::rate::Rate;

/// Windows up to which covariances are summed one by one; beyond, the rate is taken as constant in these sums.
const SUMMED: usize = 20_000;

/// The whole windows of one length.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    window_s: f64,
    /// Requests expected in each.
    masses: Vec<f64>,
    sum: f64,
    squares: f64,
}

impl Expected {
    /// For windows of a length; `None` where there are not two whole ones.
    pub(super) fn new(rate: &Rate, window_s: u64) -> Option<Expected> {
        let window_s = window_s as f64;
        let n = (rate.span_s() / window_s) as usize;
        let up_to = |window: usize| rate.cumulative(window as f64 * window_s);
        let masses: Vec<f64> = (0..n).map(|window| up_to(window + 1) - up_to(window)).collect();
        let sum: f64 = masses.iter().sum();
        let squares: f64 = masses.iter().map(|mass| mass * mass).sum();
        (n >= 2 && sum > 0.0).then_some(Expected { window_s, masses, sum, squares })
    }

    /// The expected index under a factor of that variance and that time of decay in seconds.
    pub(super) fn dispersion(&self, variance: f64, decay_s: f64) -> f64 {
        let n = self.masses.len() as f64;
        let x = self.window_s / decay_s;
        // For short windows the two differ from 1 by less than their rounding.
        let (g, h) = if x < 1e-4 {
            (1.0 - x / 3.0, 1.0 - x)
        } else {
            let lost = -libm::expm1(-x);
            (2.0 * (x - lost) / (x * x), lost * lost / (x * x))
        };
        let of_windows = self.sum + variance * g * self.squares;
        let of_sum = of_windows + 2.0 * variance * h * self.neighbours(libm::exp(-x));
        // E of the squares less E of the squared sum over n, each with its mean's part.
        let deviation = of_windows + self.squares - (of_sum + self.sum * self.sum) / n;
        deviation / (n - 1.0) / (self.sum / n)
    }

    /// The sum over pairs of windows `k` apart of `m m' decay^(k-1)`.
    fn neighbours(&self, decay: f64) -> f64 {
        let n = self.masses.len();
        if n > SUMMED {
            let mean = self.sum / n as f64;
            return mean * mean * n as f64 / (1.0 - decay).max(1.0 / n as f64);
        }
        let (mut sum, mut before) = (0.0, 0.0);
        for mass in &self.masses {
            sum += mass * before;
            before = before * decay + mass;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_rate_without_bursts_has_dispersion_one() {
        let rate = Rate::Constant { per_s: 3.0, span_s: 1000.0 };
        for window_s in [1, 10, 60] {
            let expected = Expected::new(&rate, window_s).expect("many windows");
            assert!((expected.dispersion(0.0, 1.0) - 1.0).abs() < 1e-9);
        }
        assert!(Expected::new(&rate, 600).is_none());
    }

    #[test]
    fn a_curve_adds_its_own_variance() {
        let rate = Rate::Curve { per_s: vec![1.0, 3.0], bin_s: 300, every: "5 min", span_s: 600.0 };
        let expected = Expected::new(&rate, 300).expect("two windows");
        // Masses 300 and 900: Poisson gives 1, their sample variance 600^2 / 2 over the mean 600 gives 300.
        assert!((expected.dispersion(0.0, 1.0) - 301.0).abs() < 1e-9);
    }

    #[test]
    fn many_short_bursts_have_the_limit_of_a_stationary_process() {
        let rate = Rate::Constant { per_s: 2.0, span_s: 1e5 };
        let expected = Expected::new(&rate, 100).expect("many windows");
        // 1 + 2 rate v tau, less what the ends of a window and the mean of all take away.
        let limit = 1.0 + 2.0 * 2.0 * 3.0 * 1.0;
        assert!((expected.dispersion(3.0, 1.0) / limit - 1.0).abs() < 0.02);
    }
}
