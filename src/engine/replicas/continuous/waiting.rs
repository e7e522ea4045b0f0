//! Requests queued on one replica, in the order of the scheduling policy.
//!
//! A preempted request goes before those of equal key. With `schedule_ahead 1` a batch is fixed one step before it
//! runs, so a request that joins during a step is set aside until a batch is made that could have known of it. Invariant: those
//! aside are in the order of joining.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::job::Job;
use crate::units::SimTime;

/// A queue at O(log n) a request, O(1) when first come first served.
#[derive(Debug)]
pub(super) struct Waiting {
    line: Line,
    /// Joined too late for the batches made so far, with the time of joining; only where batches are made ahead.
    aside: VecDeque<(SimTime, Job)>,
    ahead: bool,
}

#[derive(Debug)]
enum Line {
    /// All keys are equal.
    InOrder(VecDeque<Job>),
    /// By key, then by rank: the n-th to join has rank n, the n-th to return rank -n.
    ByKey { heap: BinaryHeap<Reverse<Keyed>>, n_joined: i64, n_returned: i64 },
}

#[derive(Debug)]
struct Keyed {
    rank: i64,
    job: Job,
}

impl Keyed {
    fn order(&self) -> (u64, i64) {
        (self.job.key, self.rank)
    }
}

impl PartialEq for Keyed {
    fn eq(&self, other: &Keyed) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Keyed {}

impl PartialOrd for Keyed {
    fn partial_cmp(&self, other: &Keyed) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Keyed {
    fn cmp(&self, other: &Keyed) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl Waiting {
    /// Empty; `ahead` where batches are made one step before they run.
    pub(super) fn new(first_come_first_served: bool, ahead: bool) -> Waiting {
        let line = if first_come_first_served {
            Line::InOrder(VecDeque::new())
        } else {
            Line::ByKey { heap: BinaryHeap::new(), n_joined: 0, n_returned: 0 }
        };
        Waiting { line, aside: VecDeque::new(), ahead }
    }

    /// A request joins.
    pub(super) fn join(&mut self, job: Job, now: SimTime) {
        if self.ahead {
            self.aside.push_back((now, job));
        } else {
            self.line.push(job);
        }
    }

    /// One that was preempted comes back, before those of equal key.
    pub(super) fn requeue(&mut self, job: Job) {
        match &mut self.line {
            Line::InOrder(line) => line.push_front(job),
            Line::ByKey { heap, n_returned, .. } => {
                *n_returned += 1;
                heap.push(Reverse(Keyed { rank: -*n_returned, job }));
            }
        }
    }

    /// Lets those in line that joined no later than `time`.
    #[inline]
    pub(super) fn let_in(&mut self, time: SimTime) {
        while let Some(&(_, job)) = self.aside.front().filter(|(joined, _)| *joined <= time) {
            self.aside.pop_front();
            self.line.push(job);
        }
    }

    /// The next, among those in line.
    pub(super) fn peek(&self) -> Option<&Job> {
        match &self.line {
            Line::InOrder(line) => line.front(),
            Line::ByKey { heap, .. } => heap.peek().map(|Reverse(keyed)| &keyed.job),
        }
    }

    /// Takes the next out.
    pub(super) fn pop(&mut self) -> Option<Job> {
        match &mut self.line {
            Line::InOrder(line) => line.pop_front(),
            Line::ByKey { heap, .. } => heap.pop().map(|Reverse(keyed)| keyed.job),
        }
    }

    /// Whether a request that joins now would wait for another in line or aside.
    pub(super) fn has_to_wait(&self, key: u64) -> bool {
        match &self.line {
            Line::InOrder(line) => !(line.is_empty() && self.aside.is_empty()),
            Line::ByKey { .. } => {
                let ahead = |job: &Job| job.key <= key;
                self.peek().is_some_and(ahead) || self.aside.iter().any(|(_, job)| ahead(job))
            }
        }
    }

    /// Whether a request in line or aside goes before a prompt of that key.
    pub(super) fn goes_before(&self, key: u64) -> bool {
        match &self.line {
            Line::InOrder(_) => false,
            Line::ByKey { .. } => {
                let is_before = |job: &Job| job.key < key;
                self.peek().is_some_and(is_before) || self.aside.iter().any(|(_, job)| is_before(job))
            }
        }
    }

    /// Whether a request is set aside.
    pub(super) fn has_aside(&self) -> bool {
        !self.aside.is_empty()
    }

    /// Reads the next.
    #[inline]
    pub(super) fn glance(&self) -> u64 {
        self.len() as u64 + self.peek().map_or(0, |job| job.number)
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        let in_line = match &self.line {
            Line::InOrder(line) => line.len(),
            Line::ByKey { heap, .. } => heap.len(),
        };
        in_line + self.aside.len()
    }
}

impl Line {
    fn push(&mut self, job: Job) {
        match self {
            Line::InOrder(line) => line.push_back(job),
            Line::ByKey { heap, n_joined, .. } => {
                *n_joined += 1;
                heap.push(Reverse(Keyed { rank: *n_joined, job }));
            }
        }
    }
}
