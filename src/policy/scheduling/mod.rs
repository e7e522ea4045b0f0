//! Which of the requests waiting on a GPU starts first.
//!
//! A scheduling policy gives each request a key when it joins; the lowest key starts first, equal keys in the order
//! of joining. That keeps a queue of any length at O(log n) a request. First come, first served needs no key: a plain
//! queue does.

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
}

type Build = fn(&Choice, &[Workload]) -> Box<dyn Scheduler>;

struct Entry {
    spec: Spec,
    /// `None` where requests start in the order in which they joined.
    build: Option<Build>,
}

static SCHEDULING: &[&Entry] = &[&fifo::ENTRY, &shortest_remaining::ENTRY, &priority::ENTRY, &fair::ENTRY];

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    SCHEDULING.iter().map(|entry| &entry.spec)
}

/// The scheduler a choice names, for these workloads; `None` for first come, first served, where all keys are equal.
#[must_use]
pub fn build(choice: &Choice, workloads: &[Workload]) -> Option<Box<dyn Scheduler>> {
    entry(choice).build.map(|build| build(choice, workloads))
}

/// Whether a choice lets requests start in the order in which they joined.
#[must_use]
pub fn is_first_come_first_served(choice: &Choice) -> bool {
    entry(choice).build.is_none()
}

fn entry(choice: &Choice) -> &'static Entry {
    let entry = SCHEDULING.iter().find(|entry| entry.spec.name == choice.name);
    entry.expect("analysis admits only registered scheduling policies")
}
