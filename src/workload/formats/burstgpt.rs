//! `burstgpt`: the traces of BurstGPT.

use super::{Clock, Entry, not_simulated};
use crate::model::Spec;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec {
        name: "burstgpt",
        summary: "the CSV of BurstGPT: Timestamp in s, Request tokens, Response tokens",
        params: &[],
        simulated: false,
    },
    clock: Clock::Recorded,
    open: not_simulated,
};
