//! What the simulation asks of a replica, however it gets through its steps.
//!
//! Two do the same: [`Stepper`](super::stepper::Stepper), a plain loop over the batch, step by step, and
//! [`Leaper`](super::leaper::Leaper), which sums the steps between two changes of the batch.

use std::rc::Rc;

use super::blocks::Blocks;
use super::cost::StepTiming;
use super::held::Untold;
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
    /// Whether running work gives way to higher priorities.
    pub(super) preempts_by_priority: bool,
    /// Whether somebody follows every block that is taken, in order of time: then no leap goes past one.
    pub(super) tells_growth: bool,
}

impl Limits {
    /// Steps until a batch can know of somebody who joins at the start of one: that one and, where batches are made
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
}

/// Something that happened to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Told {
    pub(super) number: u64,
    pub(super) what: What,
    pub(super) slot: u32,
}

/// What happened. In the order in which it does to one request in one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// Its prompt is through.
    Prefilled,
    /// It has all its tokens, and has given everything back.
    Finished,
    /// It has the tokens of its leg; its cache stays until it is released.
    Parked,
    /// It gave way, and waits again.
    Preempted,
    /// The first chunk of its prompt executes.
    Started {
        /// Leading tokens found in the cache.
        cached: u32,
    },
    /// It came with its cache, and gets its next token.
    Resumed,
}

impl What {
    /// How a request leaves that has all tokens of its leg.
    pub(super) fn end_of(job: &Job) -> What {
        if job.leg == Leg::Prefill { What::Parked } else { What::Finished }
    }

    pub(super) fn of(self, job: &Job) -> Told {
        Told { number: job.number, what: self, slot: job.slot }
    }
}

/// What a replica has to tell.
#[derive(Debug, Default)]
pub(super) struct Out {
    /// In order.
    pub(super) told: Vec<Told>,
    /// Gaps between tokens, where somebody wants to know.
    pub(super) gaps: Option<Vec<Gaps>>,
    /// The requests among those told of that go on elsewhere.
    pub(super) jobs: Vec<Job>,
}

/// What a replica does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Doing {
    /// Waiting for a place in the batch.
    pub(super) waiting: u32,
    /// Running, with their prompt not through; whether or not the present step has a chunk of it.
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

    /// A request was routed here; others may share its tokens where it has a content.
    fn join(&mut self, job: Job, content: Option<Box<[Stretch]>>, now: SimTime);

    /// Whether there are a place and blocks for one that comes with its cache; `after_starts` where the steps of this
    /// instant have started.
    fn has_room(&mut self, job: &Job, now: SimTime, after_starts: bool) -> bool;

    /// Keeps both for it, directly after asking.
    fn reserve(&mut self, job: &Job, now: SimTime, after_starts: bool, out: &mut Out);

    /// The cache of a parked request is needed no longer.
    fn release(&mut self, slot: u32, now: SimTime, out: &mut Out);

    /// How many leading tokens of a content are in the cache.
    fn cached(&mut self, content: &Content<'_>, now: SimTime) -> u64;

    /// When the steps in hand are through.
    fn next_time(&self) -> SimTime;

    /// Ends the steps that are through, if they are.
    fn end(&mut self, now: SimTime, out: &mut Out);

    /// Starts the next step where none runs; `after_starts` where steps have started in this instant already.
    fn start(&mut self, now: SimTime, after_starts: bool, out: &mut Out);

    /// Measuring begins at `at`, before anything happens then: what the step in hand took until there does not count.
    fn measure_from(&mut self, at: SimTime);

    /// The run is over: accounts for the steps that ended no later than `at`.
    fn stop(&mut self, at: SimTime, out: &mut Out);

    /// What it does now.
    fn doing(&self) -> Doing;

    /// What has passed with blocks that were not told, since it was last asked.
    fn untold(&mut self) -> Untold;

    /// Blocks held just before `now`, before anything ends there.
    fn held_before(&self, now: SimTime) -> u64;

    /// Never fewer blocks than are held until something happens here.
    fn will_hold(&self) -> u64;

    /// Steps that have ended.
    fn n_steps(&self) -> u64;

    /// Panics with a sentence where its books do not balance.
    fn check(&self);
}
