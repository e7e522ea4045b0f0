//! `bursty`: Poisson arrivals that switch between a busy and a quiet rate.

use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "bursty",
    summary: "Poisson arrivals in bursts: busy and quiet periods of exponential length, the mean rate kept",
    params: &[
        Param::required(
            "on",
            Form::Quantity(Dimension::TIME),
            Bound::Positive,
            "mean length of a busy period",
        ),
        Param::required(
            "off",
            Form::Quantity(Dimension::TIME),
            Bound::Positive,
            "mean length of a quiet period",
        ),
        Param::optional(
            "quiet",
            Form::Quantity(Dimension::NUMBER),
            Bound::Between(0.0, 1.0),
            "the rate in quiet periods as a share of the rate in busy ones",
        )
        .or("0%"),
    ],
    simulated: false,
};
