//! Uniform draws: reals between 0 and 1, integers below a limit, distinct integers.

use super::Stream;

impl Stream {
    /// A real in (0, 1), neither end included: an odd multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1u64 << 52) as f64;
        ((self.bits() >> 12) as f64 + 0.5) * STEP
    }

    /// An integer in `0 .. limit`, each alike; `limit` is at least 1.
    ///
    /// The upper half of a 128-bit product, with the rejection of D. Lemire, "Fast random integer generation in an
    /// interval", ACM TOMACS 29 (2019), which removes the bias.
    #[inline]
    pub fn below(&mut self, limit: u64) -> u64 {
        assert!(limit > 0, "there is an integer below the limit");
        let mut product = u128::from(self.bits()) * u128::from(limit);
        if (product as u64) < limit {
            let biased = limit.wrapping_neg() % limit;
            while (product as u64) < biased {
                product = u128::from(self.bits()) * u128::from(limit);
            }
        }
        (product >> 64) as u64
    }

    /// Fills `chosen` with distinct integers in `0 .. limit`, every subset alike, in no order that means anything.
    ///
    /// R. Floyd's algorithm (Bentley, "Programming pearls: a sample of brilliance", CACM 30, 1987): one draw each.
    pub fn distinct(&mut self, limit: u64, chosen: &mut [u64]) {
        let count = chosen.len();
        assert!(count as u64 <= limit, "no more integers are chosen than there are");
        for taken in 0..count {
            let largest = limit - (count - taken) as u64;
            let candidate = self.below(largest + 1);
            chosen[taken] = if chosen[..taken].contains(&candidate) { largest } else { candidate };
        }
    }
}
