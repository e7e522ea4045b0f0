//! The timings a scenario may name. A closed set: each batching knows its own.

use super::hardware::attained::{PARAMETERS, SLOWDOWN};
use crate::model::{Bound, Field, Form, Spec};
use crate::units::Dimension;

static SHARED: Spec =
    Spec::new("shared", "a GPU's rates are shared equally by its prefills and by its decodes (phases)");

static FIXED: Spec = Spec::new(
    "fixed",
    "the original simulator's rule: prefill at full speed, decode slowed by those active at its start (phases)",
);

static ROOFLINE: Spec =
    Spec::new("roofline", "a step takes what the model's FLOPs and bytes take on the GPU (continuous)")
        .arguments(&ROOFLINE_PARAMS);

static ROOFLINE_PARAMS: [Field; PARAMETERS.len() + 1] = {
    let mut params = [SLOWDOWN; PARAMETERS.len() + 1];
    let mut index = 0;
    while index < PARAMETERS.len() {
        params[index] = PARAMETERS[index].field;
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

static LINEAR: Spec = Spec::new("linear", "a step takes what your own coefficients say (continuous)")
    .arguments(&[
        Field::required("base", STEP_TIME, "every step").within(Bound::Between(1e-9, MOST_OF_STEP)),
        Field::optional("per_prompt_token", STEP_TIME, "each prompt token in it")
            .within(AT_MOST_A_SECOND)
            .or("0 s"),
        Field::optional("per_request", STEP_TIME, "each request in it").within(AT_MOST_A_SECOND).or("0 s"),
        Field::optional(
            "per_context_token",
            STEP_TIME,
            "each token of cache read: the context of a decode, everything up to its end for a chunk",
        )
        .within(Bound::Between(0.0, MOST_OF_CONTEXT))
        .or("0 s"),
    ]);

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    [&SHARED, &FIXED, &ROOFLINE, &LINEAR].into_iter()
}
