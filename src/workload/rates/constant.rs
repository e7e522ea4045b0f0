//! `rate 5 req/s`: the same rate throughout.

use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "constant",
    summary: "the same rate throughout; the name may be left out: `rate 5 req/s`",
    params: &[Param::positional(
        "rate",
        Form::Quantity(Dimension::REQUEST_RATE),
        Bound::Positive,
        "requests a second",
    )],
    simulated: true,
};
