//! `scheduling shortest_remaining`: the request with the fewest tokens left.
//!
//! Assumes that output lengths are known; a bound on what prediction of lengths can gain. Long requests may starve.

use super::{Entry, Scheduler, Waiting};
use crate::model::{Choice, Spec, Workload};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("shortest_remaining", "the request with the fewest tokens left first, prompt and output"),
    build: Some(build),
};

fn build(_choice: &Choice, _workloads: &[Workload]) -> Box<dyn Scheduler> {
    Box::new(ShortestRemaining)
}

struct ShortestRemaining;

impl Scheduler for ShortestRemaining {
    fn key(&mut self, waiting: Waiting) -> u64 {
        waiting.remaining
    }
}
