//! `vllm`: results of vLLM's serving benchmark.

use crate::model::Spec;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "vllm",
    summary: "the JSON that vLLM's serving benchmark saves with --save-detailed",
    params: &[],
    simulated: false,
};
