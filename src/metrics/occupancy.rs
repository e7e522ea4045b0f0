//! Two levels that every summary shows: memory held and GPUs at work, or with `batching continuous` blocks held and
//! requests in a step.
//!
//! A [`Track`](super::track::Track) of two levels without series. Measured is from `warmup` on, at which a level has the
//! value that it has come to; what holds for no time is in no maximum. Invariant: changes are reported in order of time.

use super::track::Level;
use crate::units::SimTime;

/// Bytes held, and how many GPUs are busy; or blocks held, and how many requests get on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) held: u64,
    pub(super) busy: u64,
}

/// Of all GPUs together.
#[derive(Clone, Debug, Default)]
pub(super) struct Occupancy {
    value: Pair,
    /// When it took that value, in picoseconds.
    since: u64,
    max: Pair,
    /// Values times picoseconds, up to `since`.
    integrals: (u128, u128),
}

impl Occupancy {
    /// Measured from `warmup` on.
    pub(super) fn new(warmup: SimTime) -> Occupancy {
        Occupancy { since: warmup.as_ps(), ..Occupancy::default() }
    }

    /// The part of one GPU went from `old` to `new`.
    #[inline]
    pub(super) fn shift(&mut self, at: SimTime, old: Pair, new: Pair) {
        if at.as_ps() > self.since {
            self.settle(at.as_ps());
        }
        self.value.held = self.value.held - old.held + new.held;
        self.value.busy = self.value.busy - old.busy + new.busy;
    }

    /// As much was held at some time.
    pub(super) fn reach(&mut self, held: u64) {
        self.max.held = self.max.held.max(held);
    }

    #[inline]
    fn settle(&mut self, at: u64) {
        let length = u128::from(at - self.since);
        self.integrals.0 += u128::from(self.value.held) * length;
        self.integrals.1 += u128::from(self.value.busy) * length;
        self.max.held = self.max.held.max(self.value.held);
        self.max.busy = self.max.busy.max(self.value.busy);
        self.since = at;
    }

    /// What was held and what was busy until the run ended: nothing where that is before it is measured.
    pub(super) fn finish(mut self, end: SimTime) -> (Level, Level) {
        if end.as_ps() >= self.since {
            self.settle(end.as_ps());
        }
        let level = |last, integral, max| Level { last, integral, max, series: None };
        (
            level(self.value.held, self.integrals.0, self.max.held),
            level(self.value.busy, self.integrals.1, self.max.busy),
        )
    }
}

/// Of one GPU, no more than is shown of it: the most it held, and for how long it was busy.
#[derive(Clone, Debug, Default)]
pub(super) struct GpuOccupancy {
    value: Pair,
    /// When it took that value, in picoseconds.
    since: u64,
    most_held: u64,
    /// In picoseconds, up to `since`.
    busy: u64,
}

impl GpuOccupancy {
    /// Measured from `warmup` on.
    pub(super) fn new(warmup: SimTime) -> GpuOccupancy {
        GpuOccupancy { since: warmup.as_ps(), ..GpuOccupancy::default() }
    }

    /// As last reported.
    #[inline]
    pub(super) fn value(&self) -> Pair {
        self.value
    }

    /// It holds `value` from `at` on.
    #[inline]
    pub(super) fn set(&mut self, at: SimTime, value: Pair) {
        if at.as_ps() > self.since {
            self.settle(at.as_ps());
        }
        self.value = value;
    }

    /// As much was held at some time.
    pub(super) fn reach(&mut self, held: u64) {
        self.most_held = self.most_held.max(held);
    }

    #[inline]
    fn settle(&mut self, at: u64) {
        if self.value.busy > 0 {
            self.busy += at - self.since;
        }
        self.most_held = self.most_held.max(self.value.held);
        self.since = at;
    }

    /// The most held until the run ended, and for how many picoseconds it was busy.
    pub(super) fn finish(mut self, end: SimTime) -> (u64, u64) {
        if end.as_ps() >= self.since {
            self.settle(end.as_ps());
        }
        (self.most_held, self.busy)
    }
}

#[cfg(test)]
mod tests {
    use super::super::track::Track;
    use super::*;

    fn ps(ps: u64) -> SimTime {
        SimTime::from_ps(ps)
    }

    #[test]
    fn an_occupancy_is_two_tracks() {
        let mut gpu = GpuOccupancy::new(ps(0));
        let (mut both, mut held, mut busy) =
            (Occupancy::new(ps(0)), Track::new(false, ps(0)), Track::new(false, ps(0)));
        let changes =
            [(10, (0, 0), (9, 1)), (10, (9, 1), (7, 0)), (30, (7, 0), (2, 1)), (45, (2, 1), (0, 0))];
        for (at, old, new) in changes {
            let pair = |(held, busy)| Pair { held, busy };
            assert_eq!(gpu.value(), pair(old));
            gpu.set(ps(at), pair(new));
            both.shift(ps(at), pair(old), pair(new));
            held.shift(ps(at), old.0, new.0);
            busy.shift(ps(at), old.1, new.1);
        }
        assert_eq!(gpu.finish(ps(50)), (7, 15));
        let (both_held, both_busy) = both.finish(ps(50));
        assert_eq!((both_held.max, both_held.integral), (7, 7 * 20 + 2 * 15));
        for (one, other) in [(both_held, held.finish(ps(50))), (both_busy, busy.finish(ps(50)))] {
            assert_eq!((one.last, one.integral, one.max), (other.last, other.integral, other.max));
        }
    }

    #[test]
    fn what_was_before_the_warmup_ended_is_left_out() {
        let changes = [(10, 9), (20, 5), (40, 7), (45, 2)];
        for (warmup, max, integral) in
            [(0, 9, 90 + 100 + 35 + 10), (20, 7, 145), (30, 7, 95), (40, 7, 45), (48, 2, 4)]
        {
            let (mut gpu, mut occupancy) = (GpuOccupancy::new(ps(warmup)), Occupancy::new(ps(warmup)));
            for (at, held) in changes {
                let new = Pair { held, busy: 1 };
                occupancy.shift(ps(at), gpu.value(), new);
                gpu.set(ps(at), new);
            }
            assert_eq!(gpu.finish(ps(50)), (max, 50 - warmup.max(10)), "from {warmup}");
            let (held, busy) = occupancy.finish(ps(50));
            assert_eq!((held.max, held.integral, held.last), (max, integral, 2), "from {warmup}");
            assert_eq!(busy.integral, u128::from(50 - warmup.max(10)), "from {warmup}");
        }
    }

    #[test]
    fn a_run_that_ends_in_the_warmup_holds_nothing() {
        let (mut gpu, mut occupancy) = (GpuOccupancy::new(ps(100)), Occupancy::new(ps(100)));
        let new = Pair { held: 5, busy: 1 };
        occupancy.shift(ps(10), Pair::default(), new);
        gpu.set(ps(10), new);
        assert_eq!(gpu.finish(ps(50)), (0, 0));
        let (held, busy) = occupancy.finish(ps(50));
        assert_eq!((held.max, held.integral, busy.max, busy.integral), (0, 0, 0, 0));
    }
}
