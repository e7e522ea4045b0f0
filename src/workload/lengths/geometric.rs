//! `geometric mean M`: a count with the same chance to end at every step.

use super::{MAX, MIN};
use crate::model::{Bound, Form, Param, Spec};

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "geometric",
    summary: "1, 2, 3, … with the same chance to end at every step",
    params: &[
        Param::required("mean", Form::OfPlace, Bound::AtLeast(1.0), "the mean before clamping"),
        MIN,
        MAX,
    ],
    simulated: false,
};
