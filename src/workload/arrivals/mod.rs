//! Arrival processes: when requests come, apart from how many.
//!
//! A process is drawn at unit rate and warped through the cumulative rate of the workload's `rate`, so burstiness
//! and rate are separate choices. Renewal processes are stationary: the first gap is drawn as seen from a moment
//! that falls anywhere, so the mean rate is kept from the first second on (D. R. Cox, "Renewal theory", 1962,
//! chapter 2). Not for the shape over time: that is [`super::rates`].
//! Invariant: arrivals never go back, and a process draws from no stream but the one handed to it.

mod bursty;
mod constant;
mod gamma;
mod poisson;
mod users;
mod weibull;

use super::Misfit;
use super::rates::Rate;
use crate::model::{Choice, Spec};
use crate::rng::Stream;

/// When requests arrive, without end but for the rate's.
pub trait Process: Send {
    /// The next arrival in seconds since the workload's start; `None` once the rate has ended.
    fn next(&mut self, rate: &dyn Rate, stream: &mut Stream) -> Option<f64>;

    /// The next arrivals, as many as there is room for: those that as many calls of [`next`](Self::next) give. Returns
    /// how many there are; where that is fewer, the rate has ended, and no more may be asked for.
    fn next_block(&mut self, rate: &dyn Rate, stream: &mut Stream, seconds: &mut [f64]) -> usize {
        for (drawn, place) in seconds.iter_mut().enumerate() {
            match self.next(rate, stream) {
                Some(time) => *place = time,
                None => return drawn,
            }
        }
        seconds.len()
    }
}

/// What a choice of `arrivals` means.
pub enum Arrivals {
    /// Requests come by themselves.
    Open(Box<dyn Process>),
    /// A number of users, each of whom sends one request after the other; the nested choice is their think time.
    Closed(u64, Choice),
}

struct Entry {
    spec: Spec,
    build: fn(&Choice) -> Result<Arrivals, Misfit>,
}

static ENTRIES: &[&Entry] =
    &[&constant::ENTRY, &poisson::ENTRY, &gamma::ENTRY, &weibull::ENTRY, &bursty::ENTRY, &users::ENTRY];

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    ENTRIES.iter().map(|entry| &entry.spec)
}

/// Whether a choice is a closed loop, which takes no `rate`.
#[must_use]
pub fn is_closed_loop(name: &str) -> bool {
    name == users::ENTRY.spec.name
}

/// The process a choice names.
///
/// # Errors
/// When its arguments do not determine one.
pub fn build(choice: &Choice) -> Result<Arrivals, Misfit> {
    let entry = ENTRIES.iter().find(|entry| entry.spec.name == choice.name);
    let entry = entry.ok_or_else(|| Misfit::unknown("an arrival process", choice))?;
    (entry.build)(choice)
}

/// Whether the arguments of a choice, each valid by itself, fit together.
///
/// # Errors
/// When they do not.
pub fn check(choice: &Choice) -> Result<(), Misfit> {
    build(choice).map(drop)
}

/// Gaps of mean 1 between the arrivals of a renewal process.
trait Gaps: Send {
    /// From the start to the first arrival, the start falling anywhere in a gap.
    ///
    /// A gap met that way is drawn with a weight proportional to its length, and the rest of it is a uniform share.
    fn first(&self, stream: &mut Stream) -> f64;

    /// From one arrival to the next.
    fn next(&self, stream: &mut Stream) -> f64;
}

/// A renewal process at unit rate.
struct Renewal<G> {
    gaps: G,
    /// Requests expected up to the last arrival.
    mass: f64,
    /// When that was.
    last: Option<f64>,
}

impl<G: Gaps + 'static> Renewal<G> {
    fn open(gaps: G) -> Arrivals {
        Arrivals::Open(Box::new(Renewal { gaps, mass: 0.0, last: None }))
    }
}

impl<G: Gaps> Process for Renewal<G> {
    fn next(&mut self, rate: &dyn Rate, stream: &mut Stream) -> Option<f64> {
        self.mass += match self.last {
            None => self.gaps.first(stream),
            Some(_) => self.gaps.next(stream),
        };
        self.last = Some(rate.time_of(self.mass, self.last.unwrap_or(0.0))?);
        self.last
    }

    /// The expected counts of all arrivals first, then their times.
    fn next_block(&mut self, rate: &dyn Rate, stream: &mut Stream, seconds: &mut [f64]) -> usize {
        let mut is_first = self.last.is_none();
        for place in seconds.iter_mut() {
            self.mass += if is_first { self.gaps.first(stream) } else { self.gaps.next(stream) };
            is_first = false;
            *place = self.mass;
        }
        let drawn = rate.times_of(seconds, self.last.unwrap_or(0.0));
        self.last = seconds[..drawn].last().copied().or(self.last);
        drawn
    }
}
