//! `mooncake`: the traces of Mooncake.

use super::{Clock, Entry, not_simulated};
use crate::model::Spec;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec {
        name: "mooncake",
        summary: "the JSON lines of the Mooncake traces: timestamp in ms, input_length, output_length, hash_ids",
        params: &[],
        simulated: false,
    },
    clock: Clock::Run,
    open: not_simulated,
};
