//! `vidur`: the traces of Vidur and Splitwise.

use crate::model::Spec;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "vidur",
    summary: "the CSV of Vidur and Splitwise: arrived_at in s, num_prefill_tokens, num_decode_tokens",
    params: &[],
    simulated: false,
};
