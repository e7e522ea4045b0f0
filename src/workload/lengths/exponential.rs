//! `exponential mean M`: memoryless, cv 1.

use super::{MAX, MIN};
use crate::model::{Bound, Form, Param, Spec};

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "exponential",
    summary: "memoryless: most values small, cv 1",
    params: &[Param::required("mean", Form::OfPlace, Bound::Positive, "the mean before clamping"), MIN, MAX],
    simulated: true,
};
