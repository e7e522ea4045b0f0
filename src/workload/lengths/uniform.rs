//! `uniform a .. b`: every value between two limits alike.

use super::{MAX, MIN};
use crate::model::{Bound, Form, Param, Spec};

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "uniform",
    summary: "every value from the first to the second alike, both included",
    params: &[
        Param::positional(
            "range",
            Form::RangeOfPlace,
            Bound::NotNegative,
            "the lowest and the highest value",
        ),
        MIN,
        MAX,
    ],
    simulated: true,
};
