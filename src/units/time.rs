//! Simulated time in integer picoseconds.
//!
//! `u64` picoseconds hold 213 days. Integers make sums associative, which is what lets a run be replayed,
//! reordered in summation and skipped ahead in without a bit of difference. Operators panic on overflow with a
//! sentence; the `checked_` forms exist beside them.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

const PS_PER_SECOND: f64 = 1e12;

/// A point on the simulation's clock, counted from the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SimTime(u64);

/// A length of simulated time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SimDuration(u64);

macro_rules! picoseconds {
    ($name:ident) => {
        impl $name {
            /// Zero.
            pub const ZERO: $name = $name(0);
            /// The largest representable value, about 213 days.
            pub const MAX: $name = $name(u64::MAX);

            /// From whole picoseconds.
            #[must_use]
            pub const fn from_ps(ps: u64) -> Self {
                Self(ps)
            }

            /// From whole milliseconds.
            #[must_use]
            pub const fn from_ms(ms: u64) -> Self {
                Self(ms * 1_000_000_000)
            }

            /// From seconds, rounded to the nearest picosecond; `None` when negative, not finite or beyond 213 days.
            #[must_use]
            pub fn from_secs_f64(seconds: f64) -> Option<Self> {
                let ps = libm::round(seconds * PS_PER_SECOND);
                // 2^64 itself is representable as f64 and is the first value that does not fit.
                (0.0..18_446_744_073_709_551_616.0).contains(&ps).then_some(Self(ps as u64))
            }

            /// Whole picoseconds.
            #[must_use]
            pub const fn as_ps(self) -> u64 {
                self.0
            }

            /// Seconds, correctly rounded as long as the value has fewer than 2^53 ps (2.5 h).
            #[must_use]
            pub fn as_secs_f64(self) -> f64 {
                self.0 as f64 / PS_PER_SECOND
            }

            /// Milliseconds, correctly rounded as [`Self::as_secs_f64`].
            #[must_use]
            pub fn as_ms_f64(self) -> f64 {
                self.0 as f64 / 1e9
            }
        }
    };
}

picoseconds!(SimTime);
picoseconds!(SimDuration);

impl SimTime {
    /// How long after `earlier` this is; panics when it is before.
    #[must_use]
    pub fn since(self, earlier: SimTime) -> SimDuration {
        SimDuration(self.0.checked_sub(earlier.0).expect("simulated time never goes back"))
    }

    /// The sum, or `None` past the end of the clock.
    #[must_use]
    pub const fn checked_add(self, duration: SimDuration) -> Option<SimTime> {
        match self.0.checked_add(duration.0) {
            Some(ps) => Some(SimTime(ps)),
            None => None,
        }
    }
}

impl SimDuration {
    /// The sum, or `None` past 213 days.
    #[must_use]
    pub const fn checked_add(self, other: SimDuration) -> Option<SimDuration> {
        match self.0.checked_add(other.0) {
            Some(ps) => Some(SimDuration(ps)),
            None => None,
        }
    }
}

impl Add<SimDuration> for SimTime {
    type Output = SimTime;

    fn add(self, duration: SimDuration) -> SimTime {
        self.checked_add(duration).expect("the simulation's clock ends after 213 days")
    }
}

impl AddAssign<SimDuration> for SimTime {
    fn add_assign(&mut self, duration: SimDuration) {
        *self = *self + duration;
    }
}

impl Add for SimDuration {
    type Output = SimDuration;

    fn add(self, other: SimDuration) -> SimDuration {
        self.checked_add(other).expect("a duration holds at most 213 days")
    }
}

impl Sub for SimDuration {
    type Output = SimDuration;

    fn sub(self, other: SimDuration) -> SimDuration {
        SimDuration(self.0.checked_sub(other.0).expect("a duration is never negative"))
    }
}

impl fmt::Display for SimTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        SimDuration(self.0).fmt(formatter)
    }
}

impl fmt::Display for SimDuration {
    /// In the largest unit that keeps the number at or above one: `1.5 s`, `250 ms`, `12 us`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, unit) = match self.0 {
            0 => (0.0, "s"),
            ps if ps >= 1_000_000_000_000 => (ps as f64 / 1e12, "s"),
            ps if ps >= 1_000_000_000 => (ps as f64 / 1e9, "ms"),
            ps if ps >= 1_000_000 => (ps as f64 / 1e6, "us"),
            ps if ps >= 1_000 => (ps as f64 / 1e3, "ns"),
            ps => (ps as f64, "ps"),
        };
        write!(formatter, "{value} {unit}")
    }
}
