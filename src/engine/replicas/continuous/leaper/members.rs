//! The requests that run: a slab, the order of admission, and when each decode ends.
//!
//! Leaving is cheap: an entry of the order or of the heap that belongs to no member any more is passed over when its turn
//! comes. Invariant: an entry belongs to a member only if both name the same admission, or the same end. Of the heap, only
//! preemptions leave such entries: without any no member need be looked at to find the next end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::engine::prefix::Holding;
use crate::engine::replicas::continuous::job::Job;

/// The requests that run.
#[derive(Debug, Default)]
pub(super) struct Members {
    slots: Vec<Option<Member>>,
    /// The number of each one's admission, none in a free slot. Apart: entries of the order that are over are found without
    /// a look at members.
    admissions: Vec<u64>,
    free: Vec<u32>,
    /// Admissions in order, with some that are over.
    order: Vec<Entry>,
    /// Steps after which decodes finish, with some that were preempted.
    finishes: BinaryHeap<Reverse<Finish>>,
    /// How many of those there are at most.
    n_left_over: u32,
    n_admitted: u64,
}

/// In place of the number of an admission: the first is 1.
const NO_ADMISSION: u64 = 0;

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
}

impl Member {
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
        let member = Some(Member { job, target, holding, decodes_since: None });
        let id = if let Some(id) = self.free.pop() {
            self.slots[id as usize] = member;
            self.admissions[id as usize] = admission;
            id
        } else {
            self.slots.push(member);
            self.admissions.push(admission);
            self.slots.len() as u32 - 1
        };
        if self.order.len() >= 2 * self.len() as usize + 16 {
            let admissions = &self.admissions;
            self.order.retain(|entry| belongs(admissions, *entry));
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
        self.admissions[id as usize] = NO_ADMISSION;
        self.slots[id as usize].take().expect("a member is removed once")
    }

    /// The number of a member's admission.
    pub(super) fn admission(&self, id: u32) -> u64 {
        self.admissions[id as usize]
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
            if belongs(&self.admissions, *entry) {
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
            .filter(|entry| belongs(&self.admissions, **entry))
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

    /// A decode does not come to its end: it is preempted.
    pub(super) fn forget_finish(&mut self) {
        self.n_left_over += 1;
    }

    /// The step after which a request finishes next.
    #[inline]
    pub(super) fn next_finish(&mut self) -> Option<u64> {
        if self.n_left_over > 0 {
            self.pass_over();
        }
        self.finishes.peek().map(|Reverse(finish)| finish.step())
    }

    /// Takes entries that belong to no member off the top of the heap.
    fn pass_over(&mut self) {
        while self.n_left_over > 0 {
            let Some(&Reverse(finish)) = self.finishes.peek() else {
                self.n_left_over = 0;
                return;
            };
            let member = self.slots[finish.id() as usize].as_ref();
            if member.and_then(Member::finishes_at) == Some(finish.step()) {
                return;
            }
            self.finishes.pop();
            self.n_left_over -= 1;
        }
    }

    /// One that finishes with the step of that number.
    #[inline]
    pub(super) fn pop_finished(&mut self, step: u64) -> Option<u32> {
        let next = self.next_finish()?;
        debug_assert!(next >= step, "no leap goes past a finish");
        if next > step {
            return None;
        }
        self.finishes.pop().map(|Reverse(finish)| finish.id())
    }

    /// Reads where members come and go, and the one that finishes with the step of that number.
    #[inline]
    pub(super) fn glance(&self, step: u64) -> u64 {
        let place = u64::from(self.free.last().copied().unwrap_or_default());
        let latest = self.order.last().map_or(0, |entry| entry.admission);
        let first = self.finishes.peek().map(|Reverse(finish)| *finish);
        let finished = first.filter(|finish| finish.step() <= step).map(|finish| self.glance_at(finish.id()));
        place + latest + self.admissions.first().copied().unwrap_or_default() + finished.unwrap_or_default()
    }

    /// Reads both ends of a member.
    #[inline]
    pub(super) fn glance_at(&self, id: u32) -> u64 {
        let member = self.slots.get(id as usize).and_then(Option::as_ref);
        member.map_or(0, |member| member.job.number + u64::from(member.target) + member.holding.blocks())
    }
}

fn belongs(admissions: &[u64], entry: Entry) -> bool {
    admissions[entry.id as usize] == entry.admission
}
