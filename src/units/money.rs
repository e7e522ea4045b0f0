//! Prices.

use serde::{Deserialize, Serialize};

/// US dollars an hour for one GPU.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct UsdPerHour(f64);

impl UsdPerHour {
    /// From a finite amount, not negative.
    #[must_use]
    pub fn new(usd_per_hour: f64) -> UsdPerHour {
        assert!(usd_per_hour.is_finite() && usd_per_hour >= 0.0, "prices are finite and not negative");
        UsdPerHour(usd_per_hour)
    }

    /// The amount.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}
