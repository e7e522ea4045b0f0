//! `mooncake`: the traces of Mooncake.

use crate::model::Spec;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "mooncake",
    summary: "the JSON lines of the Mooncake traces: timestamp in ms, input_length, output_length, hash_ids as prefix blocks",
    params: &[],
    simulated: false,
};
