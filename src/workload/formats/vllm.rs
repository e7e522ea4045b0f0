//! `vllm`: results of vLLM's serving benchmark.

use super::{Clock, Entry, not_simulated};
use crate::model::Spec;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec {
        name: "vllm",
        summary: "the JSON that vLLM's serving benchmark saves with its details",
        params: &[],
        simulated: false,
    },
    clock: Clock::Recorded,
    open: not_simulated,
};
