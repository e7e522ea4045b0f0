//! Distributions of lengths, think times and turns.

mod constant;
mod empirical;
mod exponential;
mod gamma;
mod geometric;
mod joint;
mod lognormal;
mod mixture;
mod uniform;

use crate::model::{Bound, Form, Param, Spec};

/// Values below are raised to it.
const MIN: Param = Param::optional("min", Form::OfPlace, Bound::NotNegative, "lower values are raised to it");
/// Values above are lowered to it.
const MAX: Param =
    Param::optional("max", Form::OfPlace, Bound::NotNegative, "higher values are lowered to it");

static ENTRIES: &[&Spec] = &[
    &constant::SPEC,
    &uniform::SPEC,
    &lognormal::SPEC,
    &exponential::SPEC,
    &gamma::SPEC,
    &geometric::SPEC,
    &mixture::SPEC,
    &empirical::SPEC,
];

static PAIRS: &[&Spec] = &[&joint::SPEC];

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    ENTRIES.iter().copied()
}

/// What a scenario may write behind `lengths`, which replaces `prompt` and `output`: stored as both.
pub fn pairs() -> impl Iterator<Item = &'static Spec> {
    PAIRS.iter().copied()
}
