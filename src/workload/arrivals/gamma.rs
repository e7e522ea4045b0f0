//! `gamma`: a renewal process with gamma gaps, burstier than Poisson for `cv` above 1.

use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "gamma",
    summary: "gamma-distributed gaps; give either `cv` or `burstiness`",
    params: &[
        Param::optional(
            "cv",
            Form::Quantity(Dimension::NUMBER),
            Bound::Between(0.01, 100.0),
            "standard deviation of the gaps over their mean; 1 is Poisson",
        ),
        Param::optional(
            "burstiness",
            Form::Quantity(Dimension::NUMBER),
            Bound::Between(0.0001, 10_000.0),
            "the gamma shape, 1/cv^2, as vLLM's benchmarks write it; 1 is Poisson, below 1 is burstier",
        ),
    ],
    simulated: false,
};
