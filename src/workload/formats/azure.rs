//! `azure`: the traces of the Azure public dataset.

use crate::model::Spec;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "azure",
    summary: "the CSV of the Azure LLM inference traces of 2023 and 2024: TIMESTAMP, ContextTokens, GeneratedTokens",
    params: &[],
    simulated: true,
};
