//! `lognormal`: the logarithm is normal; what lengths of real prompts look like.

use super::{MAX, MIN};
use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "lognormal",
    summary: "skewed with a long tail; give any two of `median`, `mean`, `sigma`, `cv`, `pNN`",
    params: &[
        Param::optional("median", Form::OfPlace, Bound::Positive, "half of the values lie below it"),
        Param::optional("mean", Form::OfPlace, Bound::Positive, "the mean before clamping"),
        Param::optional(
            "sigma",
            Form::Quantity(Dimension::NUMBER),
            Bound::Between(0.0, 10.0),
            "standard deviation of the logarithm",
        ),
        Param::optional(
            "cv",
            Form::Quantity(Dimension::NUMBER),
            Bound::Between(0.0, 1000.0),
            "standard deviation over the mean",
        ),
        Param::optional(
            "pNN",
            Form::QuantilesOfPlace,
            Bound::Positive,
            "NN % of the values lie below it; `p999` is 99.9 %",
        ),
        MIN,
        MAX,
    ],
    simulated: true,
};
