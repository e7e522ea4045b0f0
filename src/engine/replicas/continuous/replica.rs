//! What the simulation asks of a replica, however it makes its steps.
//!
//! Two do the same: [`Stepper`](super::stepper::Stepper), a plain loop over the batch, step by step, and
//! [`Leaper`](super::leaper::Leaper), which sums the steps between two changes of the batch.

use std::rc::Rc;

use super::blocks::Blocks;
use super::changes::Changes;
use super::cost::{Growth, StepTiming};
use super::held::Unreported;
use super::job::{Job, Leg};
use super::waiting::Waiting;
use crate::engine::gaps::Gaps;
use crate::engine::prefix::Content;
use crate::units::SimTime;
use crate::workload::Stretch;

/// What limits the batches of a replica.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Requests that run at once. Never more than tokens, so that every decode gets one, and prompts at least one
    /// where there are any.
    pub(super) max_requests: u32,
    /// Tokens in a step.
    pub(super) max_tokens: u32,
    /// Whether a batch is fixed when the step before it starts.
    pub(super) ahead: bool,
    /// Whether running work is preempted for higher priorities.
    pub(super) preempts_by_priority: bool,
    /// Whether every block that is taken is reported, in order of time: then no leap goes past one.
    pub(super) reports_growth: bool,
}

impl Limits {
    /// Steps until a batch can know of a request that joins at the start of one: that one and, where batches are made
    /// ahead, the next.
    pub(super) fn least_steps(&self) -> u64 {
        1 + u64::from(self.ahead)
    }
}

/// What a replica starts with.
pub(super) struct Setup {
    pub(super) limits: Limits,
    pub(super) blocks: Blocks,
    pub(super) waiting: Waiting,
    pub(super) timing: Rc<dyn StepTiming>,
    /// That of the timing.
    pub(super) growth: Rc<Growth>,
    pub(super) block_bytes: u64,
}

/// A transition of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Report {
    pub(super) number: u64,
    pub(super) transition: Transition,
    pub(super) slot: u32,
}

/// What happens to a request. In the order in which it does in one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Transition {
    /// Its prefill is complete.
    Prefilled,
    /// It has all its tokens, and has given everything back.
    Finished,
    /// It has the tokens of its leg; its cache stays until it is released.
    Parked,
    /// It was preempted, and waits again.
    Preempted,
    /// The first chunk of its prompt executes.
    Started {
        /// Leading tokens found in the cache.
        cached: u32,
    },
    /// It came with its cache, and gets its next token.
    Resumed,
}

impl Transition {
    /// How a request leaves that has all tokens of its leg.
    pub(super) fn end_of(job: &Job) -> Transition {
        if job.leg == Leg::Prefill { Transition::Parked } else { Transition::Finished }
    }

    pub(super) fn of(self, job: &Job) -> Report {
        Report { number: job.number, transition: self, slot: job.slot }
    }
}

/// What a replica reports.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// In order.
    pub(super) reports: Vec<Report>,
    /// Gaps between tokens, where there is an interest in them.
    pub(super) gaps: Option<Vec<Gaps>>,
    /// The requests among those reported that go on elsewhere.
    pub(super) jobs: Vec<Job>,
    /// Blocks that decodes took in the middle of leaps, and other changes of what replicas hold, where records are
    /// followed.
    pub(super) changes: Option<Changes>,
}

/// What occupies a replica.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Occupancy {
    /// Waiting for a place in the batch.
    pub(super) waiting: u32,
    /// Running, with their prefill not complete; whether or not the present step has a chunk of it.
    pub(super) prompts: u32,
    /// Getting a token in the present step.
    pub(super) decodes: u32,
    /// Blocks held when the batch last changed, or something was reserved or released.
    pub(super) blocks: u64,
    /// Blocks that decodes have taken since, as far as this is known.
    pub(super) grown: u64,
}

/// Runs steps.
pub(super) trait Replica {
    fn new(setup: Setup) -> Self;

    /// Its turn comes: what that will read may be fetched from memory.
    #[inline]
    fn fetch(&self) {}

    /// A request was routed here; others may share its tokens where it has a content.
    fn join(&mut self, job: Job, content: Option<Box<[Stretch]>>, now: SimTime);

    /// Blocks for requests that come with their cache, none where there is no place; `after_starts` where the steps of this
    /// instant have started. There are more only once a request has left.
    fn room_for_moved(&mut self, now: SimTime, after_starts: bool) -> u64;

    /// Keeps both for it, directly after asking.
    fn reserve(&mut self, job: &Job, now: SimTime, after_starts: bool, outbox: &mut Outbox);

    /// The cache of a parked request is needed no longer.
    fn release(&mut self, slot: u32, now: SimTime, outbox: &mut Outbox);

    /// How many leading tokens of a content are in the cache.
    fn cached(&mut self, content: &Content<'_>, now: SimTime) -> u64;

    /// When the steps in hand are over.
    fn next_time(&self) -> SimTime;

    /// Ends the steps that are over.
    fn end(&mut self, now: SimTime, outbox: &mut Outbox);

    /// Starts the next step where none runs; `after_starts` where steps have started in this instant already.
    fn start(&mut self, now: SimTime, after_starts: bool, outbox: &mut Outbox);

    /// Measuring begins at `at`, before anything happens then: what the step in hand took until there does not count.
    fn measure_from(&mut self, at: SimTime);

    /// The run is over: accounts for the steps that ended no later than `at`.
    fn stop(&mut self, at: SimTime, outbox: &mut Outbox);

    /// What occupies it now.
    fn occupancy(&self) -> Occupancy;

    /// What has passed with blocks that were not reported, since it was last asked.
    fn take_unreported(&mut self) -> Unreported;

    /// How many more blocks it holds than are listed, or fewer, those left out that the leap in hand takes: they are listed
    /// with that.
    fn take_unlisted(&mut self) -> i64;

    /// Blocks held just before `now`, before anything ends there.
    fn held_before(&self, now: SimTime) -> u64;

    /// Lists the blocks that the leap in hand has taken before `now` and that are not listed yet. Where a leap ends the
    /// rest of its blocks is listed too.
    fn list_taken(&mut self, now: SimTime, outbox: &mut Outbox);

    /// Steps that have ended.
    fn n_steps(&self) -> u64;

    /// Panics with a sentence where its books do not balance.
    fn check(&self);
}
