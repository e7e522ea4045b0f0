//! `mixture [w dist, …]`: one of several distributions, by weight.

use super::{MAX, MIN};
use crate::model::{Bound, Form, Param, Spec};

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "mixture",
    summary: "one of several distributions, drawn by weight",
    params: &[
        Param::positional(
            "parts",
            Form::Weighted,
            Bound::Positive,
            "weights, relative to each other, and distributions",
        ),
        MIN,
        MAX,
    ],
    simulated: false,
};
