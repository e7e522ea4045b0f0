//! The clock of a replica that runs steps: finer than a picosecond, so that what steps take adds up without rounding.
//!
//! Invariant: what leaves a replica is whole picoseconds, rounded up.

use crate::units::{SimDuration, SimTime};

/// Time in units of 2^-20 ps: 0.1 % of the smallest coefficient that is ever stated (a nanosecond) is a million of them,
/// and 213 days are 2^84.
pub(crate) type Ticks = u128;

/// Binary digits below a picosecond.
pub(super) const TICK_BITS: u32 = 20;

/// A duration in seconds, not negative, to the nearest tick.
pub(super) fn ticks(seconds: f64) -> Ticks {
    const PER_SECOND: f64 = 1e12 * (1_u64 << TICK_BITS) as f64;
    libm::round(seconds * PER_SECOND) as Ticks
}

/// The ticks of a time.
pub(super) fn ticks_at(time: SimTime) -> Ticks {
    Ticks::from(time.as_ps()) << TICK_BITS
}

/// The ticks of a duration.
pub(super) fn ticks_of(duration: SimDuration) -> Ticks {
    Ticks::from(duration.as_ps()) << TICK_BITS
}

/// Ticks as everything outside a replica sees them: whole picoseconds, rounded up; the end of the clock where that lies beyond it.
pub(super) fn to_time_ceil(ticks: Ticks) -> SimTime {
    let picoseconds = ticks.div_ceil(1 << TICK_BITS);
    SimTime::from_ps(u64::try_from(picoseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reported_is_rounded_up_to_picoseconds() {
        assert_eq!(ticks(1e-12), 1 << TICK_BITS);
        assert_eq!(to_time_ceil(1 << TICK_BITS), SimTime::from_ps(1));
        assert_eq!(to_time_ceil((1 << TICK_BITS) + 1), SimTime::from_ps(2));
        assert_eq!(to_time_ceil(ticks_at(SimTime::MAX) + 1), SimTime::MAX);
    }
}
