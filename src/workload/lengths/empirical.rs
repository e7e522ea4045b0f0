//! `empirical`: values as observed, from a quantile table or a file.

use super::{MAX, MIN};
use crate::model::{Bound, Form, Param, Spec};

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "empirical",
    summary: "values as observed: a quantile table `p0 1 p50 120 p100 4000`, linear in between, or a file",
    params: &[
        Param::optional(
            "pNN",
            Form::QuantilesOfPlace,
            Bound::NotNegative,
            "NN % of the values lie below it; `p0` and `p100` are the extremes",
        ),
        Param::optional("from", Form::File, Bound::Any, "a file of values, one a line, drawn alike"),
        MIN,
        MAX,
    ],
    simulated: false,
};
