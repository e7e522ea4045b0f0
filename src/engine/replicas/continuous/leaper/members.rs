//! The requests that run: a slab, the order of admission, and when each decode ends.
//!
//! Leaving is cheap: an entry of the order or of the heap that belongs to no member any more is passed over when its turn
//! comes. Invariant: an entry belongs to a member only if both name the same admission, or the same end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::engine::prefix::Holding;
use crate::engine::replicas::continuous::job::Job;

/// The requests that run.
#[derive(Debug, Default)]
pub(super) struct Members {
    slots: Vec<Option<Member>>,
    free: Vec<u32>,
    /// Admissions in order, with some that are over.
    order: Vec<Entry>,
    /// Steps after which decodes finish, with some that were preempted.
    finishes: BinaryHeap<Reverse<Finish>>,
    n_admitted: u64,
}

/// A request in the batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    /// As it was when admitted.
    pub(super) job: Job,
    /// Tokens to compute before it decodes.
    pub(super) target: u32,
    /// Its leading blocks that others may hold too.
    pub(super) holding: Holding,
    /// The number of the step that finished its prompt.
    pub(super) decodes_since: Option<u64>,
    admission: u64,
}

impl Member {
    /// The number of its admission.
    pub(super) fn admission(&self) -> u64 {
        self.admission
    }

    /// Tokens in the cache of a decode, after `n_steps` of the replica.
    pub(super) fn tokens(&self, n_steps: u64) -> u64 {
        let since = self.decodes_since.expect("only a decode's tokens follow from the number of steps");
        u64::from(self.target) + (n_steps - since)
    }

    /// The number of the step that ends a decode.
    fn finishes_at(&self) -> Option<u64> {
        let left = self.job.output - self.job.generated - 1;
        Some(self.decodes_since? + u64::from(left))
    }

    /// The request as it is after `n_steps`.
    pub(super) fn job_after(&self, n_steps: u64) -> Job {
        let generated = self.decodes_since.map_or(0, |since| n_steps - since + 1);
        Job { generated: self.job.generated + generated as u32, ..self.job }
    }
}

/// A step and a decode that it ends, in one number that is compared at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finish(u128);

impl Finish {
    fn new(step: u64, id: u32) -> Finish {
        Finish(u128::from(step) << u32::BITS | u128::from(id))
    }

    fn step(self) -> u64 {
        (self.0 >> u32::BITS) as u64
    }

    fn id(self) -> u32 {
        self.0 as u32
    }
}

/// One admission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    admission: u64,
    id: u32,
}

impl Members {
    /// Admits a request.
    pub(super) fn admit(&mut self, job: Job, holding: Holding) -> u32 {
        self.n_admitted += 1;
        let admission = self.n_admitted;
        let target = job.n_to_prefill();
        let member = Some(Member { job, target, holding, decodes_since: None, admission });
        let id = if let Some(id) = self.free.pop() {
            self.slots[id as usize] = member;
            id
        } else {
            self.slots.push(member);
            self.slots.len() as u32 - 1
        };
        if self.order.len() >= 2 * self.len() as usize + 16 {
            let slots = &self.slots;
            self.order.retain(|entry| belongs(slots, *entry));
        }
        self.order.push(Entry { admission, id });
        id
    }

    pub(super) fn get(&self, id: u32) -> &Member {
        self.slots[id as usize].as_ref().expect("a member runs until it is removed")
    }

    pub(super) fn get_mut(&mut self, id: u32) -> &mut Member {
        self.slots[id as usize].as_mut().expect("a member runs until it is removed")
    }

    pub(super) fn remove(&mut self, id: u32) -> Member {
        self.free.push(id);
        self.slots[id as usize].take().expect("a member is removed once")
    }

    /// Admissions so far, each numbered by the count at its time.
    pub(super) fn n_admitted(&self) -> u64 {
        self.n_admitted
    }

    pub(super) fn len(&self) -> u32 {
        (self.slots.len() - self.free.len()) as u32
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The latest admitted.
    pub(super) fn latest(&mut self) -> Option<u32> {
        while let Some(entry) = self.order.last() {
            if belongs(&self.slots, *entry) {
                return Some(entry.id);
            }
            self.order.pop();
        }
        None
    }

    /// All, the latest admitted first.
    pub(super) fn latest_first(&self) -> impl Iterator<Item = (u32, &Member)> {
        self.order
            .iter()
            .rev()
            .filter(|entry| belongs(&self.slots, **entry))
            .map(|entry| (entry.id, self.get(entry.id)))
    }

    /// A decode begins after `n_steps`: its prompt is complete, or its cache has come.
    pub(super) fn begin_decode(&mut self, id: u32, n_steps: u64) {
        let member = self.get_mut(id);
        member.decodes_since = Some(n_steps);
        if let Some(step) = member.finishes_at() {
            self.finishes.push(Reverse(Finish::new(step, id)));
        }
    }

    /// The step after which a request finishes next.
    pub(super) fn next_finish(&mut self) -> Option<u64> {
        while let Some(&Reverse(finish)) = self.finishes.peek() {
            let member = self.slots[finish.id() as usize].as_ref();
            if member.and_then(Member::finishes_at) == Some(finish.step()) {
                return Some(finish.step());
            }
            self.finishes.pop();
        }
        None
    }

    /// One that finishes with the step of that number.
    pub(super) fn pop_finished(&mut self, step: u64) -> Option<u32> {
        let next = self.next_finish()?;
        debug_assert!(next >= step, "no leap goes past a finish");
        if next > step {
            return None;
        }
        self.finishes.pop().map(|Reverse(finish)| finish.id())
    }
}

fn belongs(slots: &[Option<Member>], entry: Entry) -> bool {
    slots[entry.id as usize].as_ref().is_some_and(|member| member.admission == entry.admission)
}
