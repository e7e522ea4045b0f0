//! The timings a scenario may name. A closed set: each batching knows its own.

use super::hardware::attained::{PARAMETERS, SLOWDOWN};
use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

static SHARED: Spec = Spec {
    name: "shared",
    summary: "a GPU's rates are shared equally by its prefills and by its decodes (phases)",
    params: &[],
    simulated: true,
};

static FIXED: Spec = Spec {
    name: "fixed",
    summary: "the original simulator's rule: prefill at full speed, decode slowed by those active at its start (phases)",
    params: &[],
    simulated: true,
};

static ROOFLINE: Spec = Spec {
    name: "roofline",
    summary: "a step takes what the model's FLOPs and bytes take on the GPU (continuous)",
    params: &ROOFLINE_PARAMS,
    simulated: true,
};

static ROOFLINE_PARAMS: [Param; PARAMETERS.len() + 1] = {
    let mut params = [SLOWDOWN; PARAMETERS.len() + 1];
    let mut index = 0;
    while index < PARAMETERS.len() {
        params[index] = PARAMETERS[index].param;
        index += 1;
    }
    params
};

const STEP_TIME: Form = Form::Quantity(Dimension::TIME);

static LINEAR: Spec = Spec {
    name: "linear",
    summary: "a step takes what your own coefficients say (continuous)",
    params: &[
        Param::required("base", STEP_TIME, Bound::AtLeast(1e-9), "every step"),
        Param::optional("per_prompt_token", STEP_TIME, Bound::NotNegative, "each prompt token in it")
            .or("0 s"),
        Param::optional("per_request", STEP_TIME, Bound::NotNegative, "each request in it").or("0 s"),
        Param::optional(
            "per_context_token",
            STEP_TIME,
            Bound::NotNegative,
            "each token of cache read: the context of a decode, everything up to its end for a chunk",
        )
        .or("0 s"),
    ],
    simulated: true,
};

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    [&SHARED, &FIXED, &ROOFLINE, &LINEAR].into_iter()
}
