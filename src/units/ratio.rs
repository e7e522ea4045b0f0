//! Shares and factors, finite by construction.

use serde::{Deserialize, Serialize};

/// A dimensionless number: `80%` is `0.8`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Ratio(f64);

impl Ratio {
    /// The whole: 100 %.
    pub const ONE: Ratio = Ratio(1.0);

    /// From a finite number.
    #[must_use]
    pub fn new(value: f64) -> Ratio {
        assert!(value.is_finite(), "ratios are finite");
        Ratio(value)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}
