//! `constant`: always the same value.

use crate::model::{Bound, Form, Param, Spec};

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "constant",
    summary: "always the same value, which may be 0",
    params: &[Param::positional("value", Form::OfPlace, Bound::NotNegative, "the value")],
    simulated: true,
};
