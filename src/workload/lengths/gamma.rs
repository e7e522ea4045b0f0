//! `gamma mean M cv C`.

use super::{MAX, MIN};
use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "gamma",
    summary: "skewed with an exponential tail, by mean and cv",
    params: &[
        Param::required("mean", Form::OfPlace, Bound::Positive, "the mean before clamping"),
        Param::required(
            "cv",
            Form::Quantity(Dimension::NUMBER),
            Bound::Between(0.01, 100.0),
            "standard deviation over the mean; 1 is exponential",
        ),
        MIN,
        MAX,
    ],
    simulated: false,
};
