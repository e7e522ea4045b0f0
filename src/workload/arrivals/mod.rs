//! Arrival processes: when requests come, apart from how many.
//!
//! A process is drawn at unit rate and warped through the cumulative rate of the workload's `rate`, so burstiness
//! and rate are separate choices. Not for the shape over time: that is [`super::rates`].

mod bursty;
mod constant;
mod gamma;
mod poisson;
mod users;
mod weibull;

use crate::model::Spec;

static ENTRIES: &[&Spec] =
    &[&constant::SPEC, &poisson::SPEC, &gamma::SPEC, &weibull::SPEC, &bursty::SPEC, &users::SPEC];

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    ENTRIES.iter().copied()
}
