//! Which of the requests waiting on a GPU starts first.
//!
//! A scheduling policy gives each request a key when it joins; the lowest key starts first, equal keys in the order
//! of joining. That keeps a queue of any length at O(log n) a request.

mod fair;
mod fifo;
mod priority;
mod shortest_remaining;

use crate::model::{Choice, Spec, Workload};

/// A request that joins a queue.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// The replica it waits on.
    pub replica: u32,
    /// Index of its workload.
    pub workload: u16,
    /// Tokens it still needs, prompt and output.
    pub remaining: u64,
}

/// Orders queues.
pub trait Scheduler {
    /// The request's place: lower starts first.
    fn key(&mut self, waiting: Waiting) -> u64;

    /// A request with this key has started on the replica.
    fn started(&mut self, _replica: u32, _key: u64) {}

    /// Whether all keys are equal, so that a plain queue will do.
    fn is_first_come_first_served(&self) -> bool {
        false
    }
}

struct Entry {
    spec: Spec,
    build: fn(&Choice, &[Workload]) -> Box<dyn Scheduler>,
}

static SCHEDULING: &[&Entry] = &[&fifo::ENTRY, &shortest_remaining::ENTRY, &priority::ENTRY, &fair::ENTRY];

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    SCHEDULING.iter().map(|entry| &entry.spec)
}

/// The scheduler a choice names, for these workloads.
#[must_use]
pub fn build(choice: &Choice, workloads: &[Workload]) -> Box<dyn Scheduler> {
    let entry = SCHEDULING.iter().find(|entry| entry.spec.name == choice.name);
    (entry.expect("analysis admits only registered scheduling policies").build)(choice, workloads)
}
