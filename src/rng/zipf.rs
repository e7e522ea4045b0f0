//! Zipf draws: ranks whose popularity falls as a power.

use super::Stream;

/// Ranks `1 ..= n` with probabilities proportional to `rank^-exponent`.
///
/// W. Hörmann and G. Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions",
/// ACM TOMACS 6 (1996): inversion of the integral of `x^-exponent`, which lies over the histogram, and a rejection
/// that makes it exact. No table: memory and time do not depend on `n`; at least 70 % of the draws are accepted.
#[derive(Clone, Copy, Debug)]
pub struct Zipf {
    n: f64,
    exponent: f64,
    /// The integral at the left end of the first rank, moved so that this rank is always accepted.
    first: f64,
    /// The integral at the right end of the last rank.
    last: f64,
    /// Ranks at most this far above the inverse are accepted without a look at the density.
    near: f64,
}

impl Zipf {
    /// Of `n` ranks, at least 1; `exponent` is not negative, and 0 makes all ranks alike.
    #[must_use]
    pub fn new(n: u64, exponent: f64) -> Zipf {
        assert!(n > 0 && exponent >= 0.0, "there is a rank, and popularity does not rise");
        let law = Zipf { n: n as f64, exponent, first: 0.0, last: 0.0, near: 0.0 };
        Zipf {
            first: law.integral(1.5) - 1.0,
            last: law.integral(law.n + 0.5),
            near: 2.0 - law.inverse(law.integral(2.5) - law.density(2.0)),
            ..law
        }
    }

    /// A rank from 1 up.
    pub fn draw(&self, stream: &mut Stream) -> u64 {
        loop {
            let height = self.last + stream.uniform() * (self.first - self.last);
            let x = self.inverse(height);
            // Rounding may step over an end by less than a rank.
            let rank = libm::floor(x + 0.5).max(1.0).min(self.n);
            if rank - x <= self.near || height >= self.integral(rank + 0.5) - self.density(rank) {
                return rank as u64;
            }
        }
    }

    fn density(&self, x: f64) -> f64 {
        libm::exp(-self.exponent * libm::log(x))
    }

    /// The integral of the density from 1 to `x`: `(x^(1 - exponent) - 1) / (1 - exponent)`, or its limit, `ln x`.
    fn integral(&self, x: f64) -> f64 {
        let log = libm::log(x);
        let power = (1.0 - self.exponent) * log;
        // Without digits lost where the power is near 0; at 0 itself the quotient is 1.
        if power == 0.0 { log } else { log * (libm::expm1(power) / power) }
    }

    /// Where the integral has a value.
    fn inverse(&self, integral: f64) -> f64 {
        // Above -1 for all values the integral takes, but for rounding.
        let power = ((1.0 - self.exponent) * integral).max(-1.0);
        let log = if power == 0.0 { integral } else { integral * (libm::log1p(power) / power) };
        libm::exp(log)
    }
}
