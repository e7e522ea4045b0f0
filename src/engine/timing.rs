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

/// The longest step a base may ask for, an hour, and the most a token or a request, and a token of cache may add: with
/// more, the sum over a leap of 2^31 steps would not fit the 128 bits it is counted in.
const MOST_OF_STEP: f64 = 3600.0;
const AT_MOST_A_SECOND: Bound = Bound::Between(0.0, 1.0);
const MOST_OF_CONTEXT: f64 = 0.001;

static LINEAR: Spec = Spec {
    name: "linear",
    summary: "a step takes what your own coefficients say (continuous)",
    params: &[
        Param::required("base", STEP_TIME, Bound::Between(1e-9, MOST_OF_STEP), "every step"),
        Param::optional("per_prompt_token", STEP_TIME, AT_MOST_A_SECOND, "each prompt token in it").or("0 s"),
        Param::optional("per_request", STEP_TIME, AT_MOST_A_SECOND, "each request in it").or("0 s"),
        Param::optional(
            "per_context_token",
            STEP_TIME,
            Bound::Between(0.0, MOST_OF_CONTEXT),
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
