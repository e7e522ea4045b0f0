//! Steps in hand: how many there are, and when they end.
//!
//! Invariant: what follows from the number of steps is renewed with it.

use crate::engine::replicas::continuous::cost::Series;
use crate::engine::ticks::{Ticks, ticks_at, to_time_ceil};
use crate::units::SimTime;

/// Steps that keep their members.
#[derive(Debug)]
pub(super) struct Leap {
    pub(super) series: Series,
    pub(super) n_steps: u64,
    pub(super) ends: Ticks,
    /// As reported.
    pub(super) ends_at: SimTime,
    /// Whether a request that joins may make it end earlier: not where it has been cut, or is as short as a cut makes it.
    pub(super) may_be_cut: bool,
}

impl Leap {
    /// The first `n_steps` of a series that begins at `clock`.
    pub(super) fn new(series: Series, n_steps: u64, clock: Ticks, may_be_cut: bool) -> Leap {
        let ends = clock + series.sum(n_steps);
        Leap { series, n_steps, ends, ends_at: to_time_ceil(ends), may_be_cut }
    }

    /// One step.
    #[inline]
    pub(super) fn single(lasts: Ticks, clock: Ticks) -> Leap {
        let ends = clock + lasts;
        Leap {
            series: Series::single(lasts),
            n_steps: 1,
            ends,
            ends_at: to_time_ceil(ends),
            may_be_cut: false,
        }
    }

    /// It ends after its first `n_steps`, and is not cut again.
    pub(super) fn cut(&mut self, n_steps: u64, clock: Ticks) {
        self.ends = clock + self.series.sum(n_steps);
        self.ends_at = to_time_ceil(self.ends);
        (self.n_steps, self.may_be_cut) = (n_steps, false);
    }

    /// How many steps end no later than `at`, as times are reported, where the first starts at `clock`.
    pub(super) fn steps_until(&self, clock: Ticks, at: SimTime) -> u64 {
        let limit = ticks_at(at);
        if self.ends <= limit {
            return self.n_steps;
        }
        match limit.checked_sub(clock) {
            None => 0,
            Some(limit) => self.series.first_above(limit) - 1,
        }
    }
}
