//! Rates: how many requests come, over time.
//!
//! A rate is known by its cumulative and the inverse of that; an arrival process at unit rate is warped through
//! them. `stages` count from the workload's `start` and end it; what repeats (`diurnal`, `curve`) follows the
//! run's clock.

mod constant;
mod curve;
mod diurnal;
mod from;
mod stages;

use crate::model::Spec;

/// The entry meant where `rate` is followed by a quantity instead of a name: `rate 5 req/s`.
pub const UNNAMED: &str = "constant";

static ENTRIES: &[&Spec] = &[&constant::SPEC, &diurnal::SPEC, &stages::SPEC, &curve::SPEC, &from::SPEC];

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    ENTRIES.iter().copied()
}
