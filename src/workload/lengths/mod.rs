//! Distributions of lengths, think times and turns.
//!
//! Draws are real numbers in base units. Where tokens or turns are counted, a draw is rounded to the nearest whole
//! number, halves up. Laws that come arbitrarily close to 0 (`lognormal`, `exponential`, `gamma`) give at least one
//! token or turn unless `min 0` is written; those that state their values (`constant`, `uniform`, `empirical`) give
//! what is stated, 0 included. `min` and `max` clamp, never redraw: a draw says whether they did, so that a report
//! can show the share. Invariant: a distribution keeps no memory of its draws.

mod constant;
mod empirical;
mod exponential;
mod gamma;
mod geometric;
mod joint;
mod lognormal;
mod mixture;
mod observed;
mod quantile;
mod uniform;

pub use joint::sides;
pub use quantile::quantile_of;

pub(super) use joint::is_joint;

use super::Misfit;
use crate::model::{Bound, Choice, Field, Form, Spec};
use crate::rng::Stream;
use crate::units::Tokens;

/// A law values are drawn from.
pub trait Distribution: Send {
    /// The next value.
    fn draw(&self, stream: &mut Stream) -> Draw;

    /// Lengths for as many requests as there is room for, the values that as many calls of [`draw`](Self::draw) give.
    fn draw_lengths(&self, stream: &mut Stream, lengths: &mut [Length]) {
        for length in lengths {
            *length = Length::from(self.draw(stream));
        }
    }
}

/// A value drawn from a law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// In base units, not negative.
    pub value: f64,
    /// How often `min` or `max` have changed it: those of a mixture after those of its part.
    pub n_clamped: u32,
}

impl Draw {
    /// A value that no limit has changed.
    #[inline]
    const fn of(value: f64) -> Draw {
        Draw { value, n_clamped: 0 }
    }
}

/// A prompt or an output as drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Length {
    /// How many tokens.
    pub tokens: Tokens,
    /// How often `min` or `max` have changed it.
    pub n_clamped: u32,
}

impl From<Draw> for Length {
    #[inline]
    fn from(draw: Draw) -> Length {
        Length { tokens: whole_tokens(draw.value), n_clamped: draw.n_clamped }
    }
}

/// What a distribution is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthUse {
    /// Prompt or output tokens.
    Tokens,
    /// Seconds.
    Time,
    /// Requests of a session.
    Turns,
}

impl LengthUse {
    /// The least value of a law that comes arbitrarily close to 0.
    const fn least(self) -> f64 {
        match self {
            LengthUse::Tokens | LengthUse::Turns => 1.0,
            LengthUse::Time => 0.0,
        }
    }
}

struct Entry {
    spec: Spec,
    build: fn(&Choice, LengthUse) -> Built,
}

type Built = Result<Box<dyn Distribution>, Misfit>;

static ENTRIES: &[&Entry] = &[
    &constant::ENTRY,
    &uniform::ENTRY,
    &lognormal::ENTRY,
    &exponential::ENTRY,
    &gamma::ENTRY,
    &geometric::ENTRY,
    &mixture::ENTRY,
    &empirical::ENTRY,
];

static PAIRS: &[&Entry] = &[&joint::ENTRY];

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    ENTRIES.iter().map(|entry| &entry.spec)
}

/// What a scenario may write after `lengths`, which replaces `prompt` and `output`: stored as both.
pub fn pairs() -> impl Iterator<Item = &'static Spec> {
    PAIRS.iter().map(|entry| &entry.spec)
}

/// Laws that are drawn from files, and what reads their numbers.
pub(super) static READERS: &[(&str, super::files::Read)] =
    &[(empirical::ENTRY.spec.name, empirical::read), (joint::ENTRY.spec.name, joint::read)];

/// The law a choice names. One of a file that was not read has its place taken by a constant: enough to see whether
/// its arguments fit.
///
/// # Errors
/// When its arguments do not determine one.
pub fn build(choice: &Choice, place: LengthUse) -> Result<Box<dyn Distribution>, Misfit> {
    let entry = ENTRIES.iter().chain(PAIRS).find(|entry| entry.spec.name == choice.name);
    let entry = entry.ok_or_else(|| Misfit::unknown("a distribution", choice))?;
    (entry.build)(choice, place)
}

/// Whether the arguments of a choice, each valid by itself, determine a law.
///
/// # Errors
/// When they do not.
pub fn check(choice: &Choice) -> Result<(), Misfit> {
    build(choice, LengthUse::Tokens).map(drop)
}

/// The most tokens of a prompt or an output, so that the two together stay below 2^32.
pub const MAX_TOKENS: u32 = (1 << 31) - 1;

/// A draw as a number of tokens: rounded to the nearest, halves up; never above [`MAX_TOKENS`].
#[must_use]
#[inline]
pub fn whole_tokens(value: f64) -> Tokens {
    // The cast truncates, and saturates at the limits of u32.
    Tokens::new(((value + 0.5) as u32).min(MAX_TOKENS))
}

/// Values below are raised to it.
const MIN: Field =
    Field::optional("min", Form::OfPlace, "lower values are raised to it").within(Bound::NotNegative);
/// Values above are lowered to it.
const MAX: Field =
    Field::optional("max", Form::OfPlace, "higher values are lowered to it").within(Bound::NotNegative);

/// A law with the limits its choice states.
struct Limited<D> {
    law: D,
    /// Not counted as clamping.
    least: f64,
    min: f64,
    max: f64,
}

impl<D: Distribution> Distribution for Limited<D> {
    #[inline]
    fn draw(&self, stream: &mut Stream) -> Draw {
        let Draw { value, n_clamped } = self.law.draw(stream);
        if value < self.min || value > self.max {
            return Draw { value: value.max(self.min).min(self.max), n_clamped: n_clamped + 1 };
        }
        Draw { value: value.max(self.least), n_clamped }
    }
}

/// Puts the `min` and `max` of a choice around its law; `least` holds where there is no `min`.
fn limited<D: Distribution + 'static>(
    choice: &Choice,
    law: D,
    least: f64,
) -> Result<Box<dyn Distribution>, Misfit> {
    let (min, max) = (choice.number("min"), choice.number("max"));
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        return Err(Misfit::new(
            format!("`min` must not be above `max`, found `{min}` and `{max}`"),
            "swap the two, or leave one out",
        ));
    }
    let max = max.unwrap_or(f64::INFINITY);
    let least = if min.is_some() { 0.0 } else { least.min(max) };
    Ok(Box::new(Limited { law, least, min: min.unwrap_or(0.0), max }))
}
