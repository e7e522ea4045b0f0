//! Exponential draws.

use super::Stream;

impl Stream {
    /// An exponential value of mean 1, by inversion: one draw, never 0, at most 36.8.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }
}
