//! A level over time: its integral and extremes always, every change only where asked for.
//!
//! Several changes may be reported within one instant; only what holds once time moves on counts, so that the sum of two
//! GPUs never shows a state that existed for no time at all. Integrals and extremes are of the time that is measured,
//! from `warmup` on, at which a level has the value that it has come to; changes that are kept are of the whole run.
//! Invariant: changes are reported in order of time.

use crate::engine::Growth;
use crate::units::SimTime;

/// A level while a run goes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    value: u64,
    /// When it took that value, in picoseconds.
    since: u64,
    /// From when on it is measured.
    measured_from: u64,
    /// Value times picoseconds, up to `since`.
    integral: u128,
    max: u64,
    beyond: Beyond,
    points: Option<Vec<(u64, u64)>>,
}

impl Track {
    /// At zero from time zero on, and measured from `warmup` on; `points` keeps every change.
    pub(super) fn new(points: bool, warmup: SimTime) -> Track {
        Track { points: points.then(Vec::new), measured_from: warmup.as_ps(), ..Track::default() }
    }

    /// It holds `value` from `at` on.
    #[inline]
    pub(super) fn set(&mut self, at: SimTime, value: u64) {
        if at.as_ps() > self.since {
            self.settle(at.as_ps());
        }
        self.value = value;
    }

    /// One part of the sum it is went from `old` to `new`.
    #[inline]
    pub(super) fn shift(&mut self, at: SimTime, old: u64, new: u64) {
        self.set(at, self.value - old + new);
    }

    /// It was more than what was reported, by that much over the time.
    pub(super) fn exceed(&mut self, beyond: Beyond) {
        self.beyond.add(beyond);
    }

    /// It was as much at some time.
    pub(super) fn reach(&mut self, value: u64) {
        self.max = self.max.max(value);
    }

    /// Whether every change is kept.
    pub(super) fn keeps_points(&self) -> bool {
        self.points.is_some()
    }

    fn settle(&mut self, at: u64) {
        let from = self.since.max(self.measured_from);
        if at > from {
            self.integral += u128::from(self.value) * u128::from(at - from);
            self.max = self.max.max(self.value);
        }
        if let Some(points) = &mut self.points
            && points.last().is_none_or(|(_, value)| *value != self.value)
        {
            points.push((self.since, self.value));
        }
        self.since = at;
    }

    /// What it was until the run ended; its last value counts for the maximum, though it holds for no time.
    pub(super) fn finish(mut self, end: SimTime) -> Level {
        self.settle(end.as_ps());
        if end.as_ps() >= self.measured_from {
            self.max = self.max.max(self.value);
        }
        Level {
            last: self.value,
            integral: self.integral + self.beyond.integral(),
            max: self.max,
            series: self.points.map(|points| Series { points, end: end.as_ps() }),
        }
    }
}

/// What was held beyond the levels reported.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beyond {
    /// Blocks times ticks.
    pub(super) block_ticks: u128,
    /// What a block counts for.
    pub(super) of_block: u64,
}

impl Beyond {
    /// More of the same.
    pub(super) fn add(&mut self, other: Beyond) {
        self.block_ticks += other.block_ticks;
        self.of_block = other.of_block;
    }

    /// Value times picoseconds, those of a block rounded down.
    pub(super) fn integral(&self) -> u128 {
        (self.block_ticks >> Growth::TICK_BITS) * u128::from(self.of_block)
    }
}

/// A level after the run.
#[derive(Clone, Debug, Default)]
pub(super) struct Level {
    /// The value at the end.
    pub(super) last: u64,
    /// Value times picoseconds, over the time that is measured.
    pub(super) integral: u128,
    /// The largest value that held in it.
    pub(super) max: u64,
    /// Every change of the run, where kept.
    pub(super) series: Option<Series>,
}

/// A piecewise constant level from 0 to the end of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// From when on which value, rising in time, the first at 0; neighbours differ.
    points: Vec<(u64, u64)>,
    end: u64,
}

/// A stretch of time over which a level is constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// When it begins.
    pub from: SimTime,
    /// When it ends: the next begins, the time asked for ends, or the run does.
    pub to: SimTime,
    /// The level; of one instant where the two are equal.
    pub value: u64,
}

impl Series {
    /// Its stretches between two times, both inclusive, as far as the run reaches; empty when it does not. A change
    /// right at the later time gives a last stretch of one instant.
    pub fn pieces(&self, from: SimTime, to: SimTime) -> impl Iterator<Item = Piece> {
        let (from, to) = (from.as_ps(), to.as_ps().min(self.end));
        let first = self.points.partition_point(|(at, _)| *at <= from).saturating_sub(1);
        let points = if from <= to { &self.points[first..] } else { &[] };
        points.iter().enumerate().take_while(move |(_, (at, _))| *at <= to).map(
            move |(index, (at, value))| Piece {
                from: SimTime::from_ps((*at).max(from)),
                to: SimTime::from_ps(points.get(index + 1).map_or(to, |(next, _)| (*next).min(to))),
                value: *value,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ps(ps: u64) -> SimTime {
        SimTime::from_ps(ps)
    }

    #[test]
    fn what_holds_for_no_time_at_all_does_not_count() {
        let mut track = Track::new(true, SimTime::ZERO);
        track.set(ps(10), 3);
        track.set(ps(20), 9);
        track.set(ps(20), 3);
        track.set(ps(30), 1);
        let level = track.finish(ps(40));
        assert_eq!(level.max, 3);
        assert_eq!(level.integral, 3 * 20 + 10);
        assert_eq!(level.series.expect("points were asked for").points, [(0, 0), (10, 3), (30, 1)]);
    }

    #[test]
    fn what_was_before_the_warmup_ended_is_left_out() {
        let changes = [(10, 9), (20, 5), (40, 7), (45, 2)];
        for (warmup, max, integral) in
            [(0, 9, 90 + 100 + 35 + 10), (20, 7, 145), (30, 7, 95), (40, 7, 45), (48, 2, 4)]
        {
            let mut track = Track::new(true, ps(warmup));
            for (at, value) in changes {
                track.set(ps(at), value);
            }
            let level = track.finish(ps(50));
            assert_eq!((level.max, level.integral, level.last), (max, integral, 2), "from {warmup}");
            let series = level.series.expect("points were asked for");
            assert_eq!(series.points, [(0, 0), (10, 9), (20, 5), (40, 7), (45, 2)], "a recording is whole");
        }
    }

    #[test]
    fn a_run_that_ends_in_the_warmup_holds_nothing() {
        let mut track = Track::new(false, ps(100));
        track.set(ps(10), 5);
        let level = track.finish(ps(50));
        assert_eq!((level.max, level.integral), (0, 0));
    }

    #[test]
    fn the_value_at_the_last_instant_counts_for_the_maximum() {
        let mut track = Track::new(true, SimTime::ZERO);
        track.set(ps(10), 5);
        let level = track.finish(ps(10));
        assert_eq!((level.max, level.last, level.integral), (5, 5, 0));
        let series = level.series.expect("points were asked for");
        let values: Vec<u64> = series.pieces(ps(0), ps(99)).map(|piece| piece.value).collect();
        assert_eq!(values, [0, 5]);
    }

    #[test]
    fn pieces_are_clipped_to_the_time_asked_for() {
        let series = Series { points: vec![(0, 0), (10, 1), (20, 2)], end: 30 };
        let pieces = |from, to| -> Vec<(u64, u64, u64)> {
            series.pieces(ps(from), ps(to)).map(|p| (p.from.as_ps(), p.to.as_ps(), p.value)).collect()
        };
        assert_eq!(pieces(5, 15), [(5, 10, 0), (10, 15, 1)]);
        assert_eq!(pieces(10, 20), [(10, 20, 1), (20, 20, 2)]);
        assert_eq!(pieces(12, 12), [(12, 12, 1)]);
        assert_eq!(pieces(25, 99), [(25, 30, 2)]);
        assert_eq!(pieces(31, 99), []);
    }
}
