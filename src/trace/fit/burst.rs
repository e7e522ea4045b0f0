//! On-off bursts fitted to the index of dispersion at the three windows, and to the cv of the gaps.
//!
//! Variance and decay of the rate's factor decide the dispersion ([`super::expected`]): they are found on a grid that
//! closes in on the least sum of squared logarithms of fitted over measured. Between all on-off processes that share
//! the two, the busy share is free: it is chosen so that the cv of the gaps comes out, and where that is all the same, near a half.

use super::expected::Expected;

/// Bursts as the language has them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Burst {
    /// Mean length of a busy period in seconds.
    pub(super) on_s: f64,
    /// Mean length of a quiet period in seconds.
    pub(super) off_s: f64,
    /// The quiet rate over the busy one.
    pub(super) quiet: f64,
}

/// The least variance of the factor that is worth a process.
const LEAST_VARIANCE: f64 = 1e-3;
/// The largest: busy a hundredth of the time.
const MOST_VARIANCE: f64 = 99.0;
/// The shortest decay in seconds: shorter ones look like Poisson in windows of a second.
const SHORTEST: f64 = 0.02;
/// Periods of the factor that must fit into the span, for their number to be about the same under every seed.
const LEAST_PERIODS: f64 = 20.0;
/// Points of a side of the grid, and how often it closes in.
const GRID: i32 = 12;
const ROUNDS: usize = 6;

/// The bursts that come nearest to measured indices, at a rate in requests a second with gaps of that cv; `None`
/// where no window is whole.
pub(super) fn fit(
    windows: &[(Expected, f64)],
    span_s: f64,
    per_s: f64,
    gap_cv: Option<f64>,
) -> Option<Burst> {
    if windows.is_empty() {
        return None;
    }
    let error = |variance: f64, decay_s: f64| -> f64 {
        let of = |(expected, measured): &(Expected, f64)| {
            let ratio = libm::log(expected.dispersion(variance, decay_s).max(1e-9) / measured.max(1e-9));
            ratio * ratio
        };
        windows.iter().map(of).sum()
    };
    let low = [libm::log(LEAST_VARIANCE), libm::log(SHORTEST)];
    let high = [libm::log(MOST_VARIANCE), libm::log((span_s / LEAST_PERIODS).max(2.0 * SHORTEST))];
    let mut centre = [0, 1].map(|side| 0.5 * (low[side] + high[side]));
    let mut reach = [0, 1].map(|side| 0.5 * (high[side] - low[side]));
    let mut least = f64::INFINITY;
    for _ in 0..ROUNDS {
        let around = centre;
        for i in -GRID..=GRID {
            for j in -GRID..=GRID {
                let point = [(0, i), (1, j)].map(|(side, step)| {
                    let moved = around[side] + reach[side] * f64::from(step) / f64::from(GRID);
                    moved.clamp(low[side], high[side])
                });
                let found = error(libm::exp(point[0]), libm::exp(point[1]));
                if found < least {
                    (least, centre) = (found, point);
                }
            }
        }
        reach = reach.map(|reach| reach / 4.0);
    }
    Some(with_gaps(libm::exp(centre[0]), libm::exp(centre[1]), per_s, gap_cv))
}

/// The on-off process of a variance and a decay whose gaps have the cv that is wanted, or come nearest to it.
fn with_gaps(variance: f64, decay_s: f64, per_s: f64, gap_cv: Option<f64>) -> Burst {
    /// Busy shares that are tried.
    const TRIED: i32 = 64;
    /// Rarer quiet periods would hardly be met.
    const MOST_BUSY: f64 = 0.99;
    /// Logarithms of the cv that are as good as equal: then the periods are as even as they can be.
    const ALIKE: f64 = 0.02;
    // Where quiet periods have no requests at all; busier ones would need less than none.
    let most = 1.0 / (1.0 + variance);
    let burst = |share: f64| {
        let step = libm::sqrt(variance / (share * (1.0 - share)));
        let quiet = ((1.0 - step * share) / (1.0 + step * (1.0 - share))).clamp(0.0, 1.0);
        Burst { on_s: decay_s / (1.0 - share), off_s: decay_s / share, quiet }
    };
    let wanted = libm::log(gap_cv.unwrap_or(1.0).max(1e-3));
    let distance = |burst: &Burst| (libm::log(burst.gap_cv(per_s)) - wanted).abs();
    let tried: Vec<(f64, Burst)> = (1..=TRIED)
        .map(|step| {
            let share = most * f64::from(step) / f64::from(TRIED);
            (share, burst(share.min(MOST_BUSY)))
        })
        .collect();
    let least = tried.iter().map(|(_, burst)| distance(burst)).fold(f64::INFINITY, f64::min);
    let mut nearest = (f64::INFINITY, tried[0].1);
    for (share, burst) in tried {
        let uneven = (share - 0.5).abs();
        if distance(&burst) <= least + ALIKE && uneven < nearest.0 {
            nearest = (uneven, burst);
        }
    }
    nearest.1
}

impl Burst {
    /// The cv of the gaps at a constant rate: from the first two moments `phi (L-Q)^-k 1`, `phi` the state after an
    /// arrival (W. Fischer and K. Meier-Hellstern, "The Markov-modulated Poisson process (MMPP) cookbook",
    /// Performance Evaluation 18, 1993).
    fn gap_cv(&self, per_s: f64) -> f64 {
        let Burst { on_s, off_s, quiet } = *self;
        let busy_factor = (on_s + off_s) / (on_s + quiet * off_s);
        let rates = [per_s * busy_factor, per_s * busy_factor * quiet];
        let switches = [1.0 / on_s, 1.0 / off_s];
        // (L - Q) and its inverse, busy first.
        let diagonal = [rates[0] + switches[0], rates[1] + switches[1]];
        let determinant = diagonal[0] * diagonal[1] - switches[0] * switches[1];
        let inverse = |right: [f64; 2]| {
            [
                (diagonal[1] * right[0] + switches[0] * right[1]) / determinant,
                (switches[1] * right[0] + diagonal[0] * right[1]) / determinant,
            ]
        };
        let once = inverse([1.0, 1.0]);
        let twice = inverse(once);
        let left = [on_s * rates[0], off_s * rates[1]].map(|flow| flow / ((on_s + off_s) * per_s));
        let mean = left[0] * once[0] + left[1] * once[1];
        let square = 2.0 * (left[0] * twice[0] + left[1] * twice[1]);
        libm::sqrt((square / (mean * mean) - 1.0).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fit::rate::Rate;

    #[test]
    fn gaps_of_an_interrupted_process_have_the_cv_of_its_formula() {
        // No requests while quiet: cv^2 = 1 + 2 busy-rate off-switching / (sum of switchings)^2 per on-time.
        let burst = Burst { on_s: 2.0, off_s: 6.0, quiet: 0.0 };
        let busy_rate = 10.0 * 4.0;
        let switching: f64 = 1.0 / 2.0 + 1.0 / 6.0;
        let square = 1.0 + 2.0 * busy_rate * (1.0 / 2.0) / (switching * switching);
        assert!((burst.gap_cv(10.0) - square.sqrt()).abs() < 1e-9, "{}", burst.gap_cv(10.0));
        let none = Burst { on_s: 2.0, off_s: 6.0, quiet: 1.0 };
        assert!((none.gap_cv(10.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn bursts_are_found_again_from_what_they_are_expected_to_give() {
        let rate = Rate::Constant { per_s: 5.0, span_s: 20_000.0 };
        let burst = Burst { on_s: 4.0, off_s: 12.0, quiet: 0.1 };
        let share = 0.25;
        let step = 0.9 / (share + 0.1 * (1.0 - share));
        let (variance, decay_s) = (share * (1.0 - share) * step * step, 3.0);
        let windows: Vec<(Expected, f64)> = [1, 10, 60]
            .into_iter()
            .map(|window_s| {
                let expected = Expected::new(&rate, window_s).expect("many windows");
                let measured = expected.dispersion(variance, decay_s);
                (expected, measured)
            })
            .collect();
        let found = fit(&windows, 20_000.0, 5.0, Some(burst.gap_cv(5.0))).expect("windows");
        for (found, wanted) in [(found.on_s, 4.0), (found.off_s, 12.0), (found.quiet + 1.0, 1.1)] {
            assert!((found / wanted - 1.0).abs() < 0.05, "{found} {wanted}");
        }
        assert_eq!(fit(&[], 20_000.0, 5.0, None), None);
    }
}
