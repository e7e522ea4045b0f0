//! `joint from "file"`: prompt and output drawn together, as observed.

use crate::model::{Bound, Form, Param, Spec};

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "joint",
    summary: "pairs of prompt and output as observed, drawn alike from a file",
    params: &[Param::required("from", Form::File, Bound::Any, "a file with the columns `prompt` and `gen`")],
    simulated: false,
};
