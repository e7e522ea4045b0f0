//! `stages`: linear ramps, one after the other; the last one ends the workload.

use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "stages",
    summary: "linear ramps from `start` on, one after the other; they end the workload",
    params: &[
        Param::positional("stages", Form::Stages, Bound::Any, "each `duration -> rate` or `duration hold`"),
        Param::optional(
            "from",
            Form::Quantity(Dimension::REQUEST_RATE),
            Bound::NotNegative,
            "the rate the first stage starts at",
        )
        .or("0 req/s"),
    ],
    simulated: false,
};
