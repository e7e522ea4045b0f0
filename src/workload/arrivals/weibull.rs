//! `weibull`: a renewal process with Weibull gaps.

use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "weibull",
    summary: "Weibull-distributed gaps: heavier-tailed than gamma at the same cv",
    params: &[Param::required(
        "cv",
        Form::Quantity(Dimension::NUMBER),
        Bound::Between(0.01, 100.0),
        "standard deviation of the gaps over their mean; 1 is Poisson",
    )],
    simulated: false,
};
