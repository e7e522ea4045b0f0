//! `burstgpt`: the traces of BurstGPT.

use crate::model::Spec;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "burstgpt",
    summary: "the CSV of BurstGPT: Timestamp in s, Request tokens, Response tokens",
    params: &[],
    simulated: false,
};
