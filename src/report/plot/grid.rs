//! Time in at most 512 stretches, and levels as their mean and maximum in each.
//!
//! Invariant: the means weighted by time are those of the whole run, however often stretches were doubled.

use serde::Serialize;

use crate::report::number::{Json, rounded};
use crate::units::SimTime;

/// Stretches at most.
const MOST: usize = 512;

/// The stretches of a run.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// In picoseconds.
    step: u64,
}

/// A level as drawn.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Band {
    /// Means of the stretches.
    pub mean: Vec<Json>,
    /// The highest in each.
    pub max: Vec<u64>,
}

impl Default for Grid {
    fn default() -> Grid {
        // A microsecond: shorter runs have no picture worth looking at.
        Grid { step: 1_000_000 }
    }
}

impl Grid {
    pub(super) fn reaches(&self, at: SimTime) -> bool {
        at.as_ps() / self.step < MOST as u64
    }

    pub(super) fn double(&mut self) {
        self.step = self.step.saturating_mul(2);
    }

    pub(super) fn step_ms(&self) -> f64 {
        self.step as f64 / 1e9
    }

    fn stretch(&self, at: u64) -> usize {
        usize::try_from(at / self.step).expect("the grid reaches every time it is asked for")
    }

    /// Adds an amount evenly between two times.
    pub(super) fn spread(&self, into: &mut Vec<f64>, from: SimTime, to: SimTime, amount: f64) {
        let (from, to) = (from.as_ps(), to.as_ps());
        let (first, last) = (self.stretch(from), self.stretch(to));
        if into.len() <= last {
            into.resize(last + 1, 0.0);
        }
        if first == last || from == to {
            into[last] += amount;
            return;
        }
        for (stretch, sum) in into.iter_mut().enumerate().take(last + 1).skip(first) {
            let (begin, end) = self.ends(stretch, to);
            let overlap = end.saturating_sub(begin.max(from));
            *sum += amount * overlap as f64 / (to - from) as f64;
        }
    }

    /// Sums of stretches as rates.
    pub(super) fn per_second(&self, sums: &[f64], end: SimTime) -> Vec<Json> {
        let seconds = |stretch| {
            let (begin, end) = self.ends(stretch, end.as_ps());
            (end - begin).max(1) as f64 / 1e12
        };
        (0..self.stretch(end.as_ps()) + 1)
            .map(|stretch| drawn(sums.get(stretch).copied().unwrap_or(0.0) / seconds(stretch)))
            .collect()
    }

    /// Where a stretch begins and ends, the last one with `to`.
    fn ends(&self, stretch: usize, to: u64) -> (u64, u64) {
        let begin = stretch as u64 * self.step;
        (begin.min(to), begin.saturating_add(self.step).min(to))
    }
}

/// With the digits that a picture shows.
fn drawn(value: f64) -> Json {
    const DIGITS: usize = 5;
    Json::new(rounded(value, DIGITS))
}

/// A level while a run goes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    value: u64,
    since: u64,
    /// Value times picoseconds.
    integrals: Vec<u128>,
    max: Vec<u64>,
}

impl Track {
    /// It holds `value` from `at` on.
    pub(super) fn set(&mut self, grid: &Grid, at: SimTime, value: u64) {
        self.settle(grid, at.as_ps());
        self.value = value;
    }

    /// One part of the sum it is went from `old` to `new`.
    pub(super) fn shift(&mut self, grid: &Grid, at: SimTime, old: u64, new: u64) {
        if old != new {
            self.set(grid, at, self.value - old + new);
        }
    }

    /// What held since it was last set counts; what held for no time does not.
    fn settle(&mut self, grid: &Grid, at: u64) {
        if at <= self.since {
            return;
        }
        let last = grid.stretch(at);
        self.integrals.resize(last + 1, 0);
        self.max.resize(last + 1, 0);
        for stretch in grid.stretch(self.since)..=last {
            let (begin, end) = grid.ends(stretch, at);
            let (begin, value) = (begin.max(self.since), self.value);
            if end > begin {
                self.integrals[stretch] += u128::from(value) * u128::from(end - begin);
                self.max[stretch] = self.max[stretch].max(value);
            }
        }
        self.since = at;
    }

    pub(super) fn halve(&mut self) {
        halve(&mut self.integrals, |one, other| one + other);
        halve(&mut self.max, u64::max);
    }

    pub(super) fn finish(mut self, grid: &Grid, end: SimTime) -> Band {
        self.settle(grid, end.as_ps());
        let mean = |(stretch, integral): (usize, &u128)| {
            let (begin, end) = grid.ends(stretch, end.as_ps());
            drawn(*integral as f64 / (end - begin).max(1) as f64)
        };
        Band { mean: self.integrals.iter().enumerate().map(mean).collect(), max: self.max }
    }
}

/// Joins every two neighbours.
pub(super) fn halve<T: Copy>(values: &mut Vec<T>, join: impl Fn(T, T) -> T) {
    let halved = values.chunks(2).map(|pair| match pair {
        [one, other] => join(*one, *other),
        alone => alone[0],
    });
    *values = halved.collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us(us: u64) -> SimTime {
        SimTime::from_ps(us * 1_000_000)
    }

    #[test]
    fn means_are_weighted_by_time_and_survive_doubling() {
        let mut grid = Grid::default();
        let mut track = Track::default();
        track.set(&grid, us(1), 4);
        track.set(&grid, us(2), 0);
        grid.double();
        track.halve();
        track.set(&grid, us(3), 6);
        let band = track.finish(&grid, us(4));
        assert_eq!(band.mean, [2.0, 3.0, 0.0].map(Json::new));
        assert_eq!(band.max, [4, 6, 0]);
    }

    #[test]
    fn what_is_spread_adds_up() {
        let grid = Grid::default();
        let mut sums = Vec::new();
        grid.spread(&mut sums, SimTime::from_ps(500_000), SimTime::from_ps(2_500_000), 8.0);
        assert_eq!(sums, [2.0, 4.0, 2.0]);
        assert_eq!(grid.per_second(&sums, SimTime::from_ps(2_500_000)), [2e6, 4e6, 4e6].map(Json::new));
    }
}
