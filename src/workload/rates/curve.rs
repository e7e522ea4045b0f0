//! `curve`: a rate in steps that repeats.

use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "curve",
    summary: "steps of equal length that repeat, on the run's clock, scaled to a mean",
    params: &[
        Param::positional(
            "weights",
            Form::List(Dimension::NUMBER),
            Bound::NotNegative,
            "the rates, relative to each other",
        ),
        Param::required("every", Form::Quantity(Dimension::TIME), Bound::Positive, "the length of a step"),
        Param::required(
            "mean",
            Form::Quantity(Dimension::REQUEST_RATE),
            Bound::Positive,
            "the mean over all steps",
        ),
    ],
    simulated: false,
};
