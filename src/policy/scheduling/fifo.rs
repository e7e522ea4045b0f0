//! `scheduling fifo`: first come, first served.

use super::{Entry, Scheduler, Waiting};
use crate::model::{Choice, Spec, Workload};

pub(super) static ENTRY: Entry = Entry { spec: Spec::new("fifo", "first come, first served"), build };

fn build(_choice: &Choice, _workloads: &[Workload]) -> Box<dyn Scheduler> {
    Box::new(Fifo)
}

struct Fifo;

impl Scheduler for Fifo {
    fn key(&mut self, _waiting: Waiting) -> u64 {
        0
    }

    fn is_first_come_first_served(&self) -> bool {
        true
    }
}
