//! `constant`: one request every `1 / rate`.

use crate::model::Spec;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "constant",
    summary: "one request every 1/rate, the first at `start`",
    params: &[],
    simulated: true,
};
