//! Rates: how many requests come, over time.
//!
//! A rate is known by its cumulative (the requests expected since the workload's start) and the inverse of that; an
//! arrival process at unit rate is warped through them (E. Çinlar, "Introduction to stochastic processes", 1975,
//! chapter 4.7: a Poisson process stays Poisson, any other keeps its burstiness in expected counts). `stages` count
//! from the workload's `start` and end it; what repeats (`diurnal`, `curve`, `from`) follows the run's clock.
//! Invariant: a cumulative never falls, and its inverse never goes back.

mod constant;
mod curve;
mod diurnal;
mod from;
mod ramp;
mod stages;

use super::Misfit;
use crate::model::{Bound, Choice, Spec};
use crate::units::SimTime;

/// Expected requests over time. Times are seconds since the workload's start.
pub trait Rate: Send {
    /// Requests expected up to a time.
    fn cumulative(&self, seconds: f64) -> f64;

    /// When the cumulative reaches `mass`, not before `after`; `None` where it never does.
    fn time_of(&self, mass: f64, after: f64) -> Option<f64>;

    /// Replaces masses that rise by when the cumulative reaches them, each not before the one in front of it and the
    /// first not before `after`. Returns how many it reaches.
    fn times_of(&self, masses: &mut [f64], mut after: f64) -> usize {
        for (reached, place) in masses.iter_mut().enumerate() {
            match self.time_of(*place, after) {
                Some(time) => after = time,
                None => return reached,
            }
            *place = after;
        }
        masses.len()
    }

    /// When it ends the workload, if it does.
    fn end(&self) -> Option<f64> {
        None
    }

    /// Requests a second, where they are the same throughout.
    fn constant(&self) -> Option<f64> {
        None
    }
}

/// A rate that ends the workload at a time, if it does not end it before.
pub(super) struct Until {
    /// What it is up to then.
    pub(super) rate: Box<dyn Rate>,
    /// Seconds since the workload's start.
    pub(super) end: f64,
}

impl Rate for Until {
    fn cumulative(&self, seconds: f64) -> f64 {
        self.rate.cumulative(seconds)
    }

    fn time_of(&self, mass: f64, after: f64) -> Option<f64> {
        self.rate.time_of(mass, after)
    }

    fn times_of(&self, masses: &mut [f64], after: f64) -> usize {
        self.rate.times_of(masses, after)
    }

    fn end(&self) -> Option<f64> {
        Some(self.rate.end().map_or(self.end, |end| end.min(self.end)))
    }

    fn constant(&self) -> Option<f64> {
        self.rate.constant()
    }
}

/// The entry meant where `rate` is followed by a quantity instead of a name: `rate 5 req/s`.
pub const UNNAMED: &str = "constant";

/// Requests a second of any rate: the least is one in 12 days, the most one a picosecond.
pub const PER_SECOND: Bound = Bound::Between(1e-6, MOST_PER_SECOND);

/// The same where a rate may pause.
pub const PER_SECOND_OR_NONE: Bound = Bound::Between(0.0, MOST_PER_SECOND);

const MOST_PER_SECOND: f64 = 1e12;

/// Lengths of steps and periods, in seconds: a millisecond to 200 days, just below the end of the clock.
const STEP: Bound = Bound::Between(0.001, 17_280_000.0);

struct Entry {
    spec: Spec,
    build: fn(&Choice, SimTime) -> Built,
}

type Built = Result<Box<dyn Rate>, Misfit>;

static ENTRIES: &[&Entry] = &[&constant::ENTRY, &diurnal::ENTRY, &stages::ENTRY, &curve::ENTRY, &from::ENTRY];

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    ENTRIES.iter().map(|entry| &entry.spec)
}

/// Rates that are drawn from files, and what reads their numbers.
pub(super) static READERS: &[(&str, super::files::Read)] = &[(from::ENTRY.spec.name, from::read)];

/// The rate a choice names, for a workload that starts at `start`.
///
/// # Errors
/// When its arguments do not determine one.
pub fn build(choice: &Choice, start: SimTime) -> Result<Box<dyn Rate>, Misfit> {
    (entry(choice)?.build)(choice, start)
}

/// Whether the arguments of a choice, each valid by itself, fit together.
///
/// # Errors
/// When they do not.
pub fn check(choice: &Choice) -> Result<(), Misfit> {
    build(choice, SimTime::ZERO).map(drop)
}

fn entry(choice: &Choice) -> Result<&'static Entry, Misfit> {
    let entry = ENTRIES.iter().copied().find(|entry| entry.spec.name == choice.name);
    entry.ok_or_else(|| Misfit::unknown("a rate", choice))
}
