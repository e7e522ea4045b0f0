//! `poisson`: independent arrivals, exponential gaps.

use crate::model::Spec;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "poisson",
    summary: "independent arrivals: exponential gaps, cv 1",
    params: &[],
    simulated: true,
};
