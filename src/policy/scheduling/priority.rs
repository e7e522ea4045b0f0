//! `scheduling priority`: the workload with the highest `priority` first, first come first served within one.

use super::{Entry, Scheduler, Waiting};
use crate::model::{Choice, Spec, Workload};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "priority",
        "the workload with the highest `priority` first; first come, first served within it",
    ),
    build: Some(build),
};

fn build(_choice: &Choice, workloads: &[Workload]) -> Box<dyn Scheduler> {
    // The highest priority gets the lowest key.
    let keys = workloads
        .iter()
        .map(|workload| (i64::from(i32::MAX) - i64::from(workload.priority)) as u64)
        .collect();
    Box::new(Priority { keys })
}

struct Priority {
    /// By workload.
    keys: Vec<u64>,
}

impl Scheduler for Priority {
    fn key(&mut self, waiting: Waiting) -> u64 {
        self.keys[waiting.workload as usize]
    }
}
