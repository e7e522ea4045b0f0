//! `vidur`: the traces of Vidur and Splitwise.

use super::{Clock, Entry, not_simulated};
use crate::model::Spec;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec {
        name: "vidur",
        summary: "the CSV of Vidur and Splitwise: arrived_at in s, num_prefill_tokens, num_decode_tokens",
        params: &[],
        simulated: false,
    },
    clock: Clock::Run,
    open: not_simulated,
};
