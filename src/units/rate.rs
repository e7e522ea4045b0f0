//! Rates as a scenario states them; the engine compiles them to integers once (`engine::phases`).

use serde::{Deserialize, Serialize};

macro_rules! rate {
    ($(#[$doc:meta])* $name:ident, $per_second:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
        pub struct $name(f64);

        impl $name {
            /// From an amount per second; must be finite and not negative.
            #[must_use]
            pub fn $per_second(per_second: f64) -> $name {
                assert!(per_second.is_finite() && per_second >= 0.0, "rates are finite and not negative");
                $name(per_second)
            }

            /// The amount per second.
            #[must_use]
            pub const fn get(self) -> f64 {
                self.0
            }
        }
    };
}

rate!(
    /// Tokens a second.
    TokenRate,
    from_tokens_per_sec
);
rate!(
    /// Requests a second.
    RequestRate,
    from_requests_per_sec
);
rate!(
    /// Bytes a second, one direction.
    Bandwidth,
    from_bytes_per_sec
);
