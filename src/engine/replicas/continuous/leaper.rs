//! Many steps at once: all those between two changes of the batch, in closed form.
//!
//! A run of steps that keep their members is called a leap. It ends at the first step after which a request finishes,
//! at the last one before blocks run out or the last chunk of a prompt is made, or where a request that has joined
//! meanwhile may be admitted: where a prompt goes on in chunks, only one that goes before it. Prompts that are begun form
//! a stack: what goes before the top is put on it, and none below gets a chunk until those above are complete. What a step
//! does is said in [`super::stepper`]; here the same is done for a batch that is known by its sums: how many decode, the
//! tokens they have in the cache, how many take a block at each step modulo the size of a block ([`Ring`]), and the step
//! at which each finishes (a heap).
//!
//! Invariant: a request's record changes when it is admitted, when its prefill is complete and when it leaves, never in
//! a leap. Ending a leap early is always right, only slower: what happens at its end is what a step would do there.

mod batch;
mod ending;
mod fetching;
mod leap;
mod members;
mod ring;

use std::rc::Rc;

use self::leap::Leap;
use self::members::Members;
use self::ring::{FEW_STEPS, Ring};
use super::blocks::{Blocks, Plan};
use super::changes::Steps;
use super::cost::{Batch, Growth, StepTiming};
use super::held::{Held, Taken, Unreported};
use super::job::{Job, Leg};
use super::replica::{Limits, Occupancy, Outbox, Replica, Setup};
use super::waiting::Waiting;
use crate::engine::agenda::NEVER;
use crate::engine::prefix::Content;
use crate::engine::ticks::{Ticks, ticks_at, to_time_ceil};
use crate::units::SimTime;
use crate::workload::Stretch;

/// One replica. What every turn reads is together, in few lines of a cache; what is seldom read ends it.
#[repr(C)]
pub(super) struct Leaper {
    leap: Option<Leap>,
    /// When the last leap ended.
    clock: Ticks,
    held: Held,
    n_steps: u64,
    /// Tokens that decodes have in the cache.
    context: u64,
    /// Requests that decode.
    n_decodes: u32,
    /// Places of requests that finished with the last step, where the batch after it was fixed before.
    n_leaving: u32,
    limits: Limits,
    /// Whether a request joined that may be admitted before the leap ends.
    has_news: bool,
    grown: Grown,
    listed: Listed,
    block_bytes: u64,
    timing: Rc<dyn StepTiming>,
    /// As all replicas of the group share it.
    growth: Rc<Growth>,
    ring: Ring,
    members: Members,
    waiting: Waiting,
    /// The prompt that goes on after the present step, which has a chunk of it.
    begun: Option<Begun>,
    /// Prompts that are begun and without a chunk in the present step, by falling key and falling admission; between
    /// two leaps all that are begun.
    paused: Vec<Begun>,
    /// Prompts that the present step completes.
    completing: Vec<u32>,
    /// Requests that came with their cache and get the first token here in the present step, which is a leap of its own:
    /// their gap did not begin with a step of this replica.
    resumed: Vec<u32>,
    /// Decodes by workload that count for gaps; empty where gaps are not observed.
    measured: Vec<u32>,
    /// The chunks in the first step of the leap, without decodes.
    chunks: Batch,
    blocks: Blocks,
    /// When the last step of the last leap started.
    started: SimTime,
    /// Places of requests that come with their cache, from the reservation to the end.
    n_reserved: u32,
}

/// How far a leap has taken its blocks: the first step's before it begins, the others' when they are looked at, or at its
/// end.
#[derive(Clone, Copy, Debug, Default)]
struct Grown {
    n_steps: u64,
    /// Those of the first step left out.
    blocks: u64,
}

/// How much is listed for records.
#[derive(Clone, Copy, Debug, Default)]
struct Listed {
    /// Steps of the leap in hand.
    n_steps: u64,
    /// What they take, the first left out.
    taken: u64,
    /// In all.
    blocks: u64,
}

impl Listed {
    /// The blocks of the last leap are held.
    fn begin_leap(&mut self) {
        (self.n_steps, self.taken) = (0, 0);
    }
}

/// A prompt in chunks.
#[derive(Clone, Copy, Debug)]
struct Begun {
    id: u32,
    /// Of its request.
    key: u64,
    /// Tokens in the cache before the present step.
    computed: u32,
    /// Tokens in each step of the leap; none where it is paused.
    chunk: u32,
}

impl Replica for Leaper {
    fn new(setup: Setup) -> Leaper {
        let Setup { limits, blocks, waiting, timing, growth, block_bytes } = setup;
        Leaper {
            limits,
            growth,
            timing,
            ring: Ring::new(blocks.size()),
            blocks,
            block_bytes,
            waiting,
            members: Members::default(),
            n_decodes: 0,
            context: 0,
            begun: None,
            paused: Vec::new(),
            completing: Vec::new(),
            chunks: Batch::default(),
            measured: Vec::new(),
            clock: 0,
            leap: None,
            started: SimTime::ZERO,
            n_leaving: 0,
            has_news: false,
            n_steps: 0,
            held: Held::default(),
            grown: Grown::default(),
            listed: Listed::default(),
            resumed: Vec::new(),
            n_reserved: 0,
        }
    }

    fn join(&mut self, job: Job, content: Option<Box<[Stretch]>>, now: SimTime) {
        self.blocks.expect(job.slot, content);
        if !self.has_news && self.leap.as_ref().is_some_and(|leap| leap.may_be_cut) {
            let may_come = self.limits.preempts_by_priority
                || job.leg == Leg::Decode
                || (!self.waiting.has_to_wait(job.key)
                    && self.begun.is_none_or(|begun| job.key < begun.key)
                    && self.would_fit(&job));
            self.has_news = may_come;
        }
        self.waiting.join(job, now);
    }

    #[inline]
    fn fetch(&self) {
        self.glance();
    }

    fn next_time(&self) -> SimTime {
        self.leap.as_ref().map_or(NEVER, |leap| leap.ends_at)
    }

    fn end(&mut self, now: SimTime, outbox: &mut Outbox) {
        if self.next_time() <= now {
            self.land(outbox);
        }
    }

    #[inline]
    fn start(&mut self, now: SimTime, after_starts: bool, outbox: &mut Outbox) {
        if self.leap.is_none() || self.has_news {
            self.start_step(now, after_starts, outbox);
        }
    }

    fn stop(&mut self, at: SimTime, outbox: &mut Outbox) {
        let Some(leap) = &self.leap else { return };
        self.held.stop(at);
        let n_steps = leap.steps_until(self.clock, at);
        let lasts = leap.series.sum(n_steps);
        let taken = self.ring.taken_over(&leap.series, n_steps);
        self.count_steps(n_steps, lasts, taken, outbox);
        self.leap = None;
        let ended = self.clock + lasts;
        if to_time_ceil(ended) < at {
            // The step that runs has taken its blocks.
            self.held.grow(self.ring.taken(n_steps.max(1), n_steps + 1));
            self.held.pass(ticks_at(at) - ended, Taken::default());
        }
    }

    fn measure_from(&mut self, at: SimTime) {
        let passed = self.leap.as_ref().map_or(0, |leap| self.grown_until(leap, at));
        self.held.measure_without(passed);
    }

    fn room_for_moved(&mut self, now: SimTime, after_starts: bool) -> u64 {
        if self.n_reserved >= self.limits.max_requests {
            return 0;
        }
        self.grow_to(self.n_started(now, after_starts));
        self.blocks.room_for_moved()
    }

    fn reserve(&mut self, job: &Job, now: SimTime, after_starts: bool, outbox: &mut Outbox) {
        // It was counted on for later steps.
        self.cut(now, after_starts, outbox);
        self.n_reserved += 1;
        self.held.reserve(self.blocks.reserve(job), now);
    }

    fn release(&mut self, slot: u32, now: SimTime, outbox: &mut Outbox) {
        // A waiting request may have it in the next step but the one fixed before.
        if self.limits.ahead || self.waiting.len() > 0 {
            self.cut(now, false, outbox);
        }
        self.blocks.release_parked(slot);
        self.held.set_reported(self.blocks.held());
    }

    fn cached(&mut self, content: &Content<'_>, now: SimTime) -> u64 {
        self.grow_to(self.n_started(now, false));
        self.blocks.cached(content)
    }

    fn occupancy(&self) -> Occupancy {
        Occupancy {
            waiting: self.waiting.len() as u32,
            prompts: self.members.len() - self.n_decodes,
            decodes: self.n_decodes,
            blocks: self.held.reported(),
            grown: self.held.grown(),
        }
    }

    fn take_unreported(&mut self) -> Unreported {
        self.held.take_unreported()
    }

    fn take_unlisted(&mut self) -> i64 {
        let held = self.held.now() + self.listed.taken;
        let before = std::mem::replace(&mut self.listed.blocks, held);
        held as i64 - before as i64
    }

    fn held_before(&self, now: SimTime) -> u64 {
        self.held.now() + self.ring.taken(1, self.n_started(now, false))
    }

    fn list_taken(&mut self, now: SimTime, outbox: &mut Outbox) {
        let n_started = self.n_started(now, false);
        self.list_taken_until(n_started, self.ring.taken(1, n_started), outbox);
    }

    fn n_steps(&self) -> u64 {
        self.n_steps
    }

    fn check(&self) {
        self.check_sums();
        assert_eq!(self.leap.is_some(), !self.members.is_empty(), "what runs is in a step");
        let is_stuck = self.leap.is_none() && self.waiting.len() > 0;
        assert!(!is_stuck || self.blocks.has_parked(), "no request waits where nothing runs");
    }
}

/// Up to this number of changes they are listed one by one.
const FEW_CHANGES: u64 = 8;

/// The last moment before a time.
fn before(time: SimTime) -> SimTime {
    SimTime::from_ps(time.as_ps().saturating_sub(1))
}

impl Leaper {
    /// Starts the next step unless one runs on.
    fn start_step(&mut self, now: SimTime, after_starts: bool, outbox: &mut Outbox) {
        if !self.is_at_a_boundary(now, after_starts, outbox) {
            return;
        }
        self.waiting.let_in(if self.limits.ahead { self.started } else { now });
        let mut preempted = self.make_batch(outbox);
        if self.members.is_empty() {
            preempted = self.make_batch_of_all(outbox);
        }
        let changes = self.settle() || preempted || self.waiting.has_aside();
        if self.members.is_empty() {
            return;
        }
        if to_time_ceil(self.clock) < now {
            self.clock = ticks_at(now);
        }
        self.leap(changes);
        debug_assert!(self.next_time() > now, "a step takes at least a picosecond");
    }

    /// [`Leaper::make_batch`] where nothing runs: with all that have joined.
    #[inline(never)]
    fn make_batch_of_all(&mut self, outbox: &mut Outbox) -> bool {
        self.waiting.let_in(NEVER);
        self.settle();
        self.waiting.peek().is_some() && self.make_batch(outbox)
    }

    /// Whether a step ends here: none runs, or what joined cuts the leap right here. Elsewhere it may be cut to end
    /// earlier than planned.
    fn is_at_a_boundary(&mut self, now: SimTime, after_starts: bool, outbox: &mut Outbox) -> bool {
        let has_news = std::mem::take(&mut self.has_news);
        let Some(leap) = self.leap.as_mut() else { return true };
        if !has_news {
            return false;
        }
        // The step that runs ends first: the first whose end is reported no earlier than now, or later where the next one
        // has started. Where batches are fixed a step ahead, so does the one after it.
        let ended = leap.steps_until(self.clock, if after_starts { now } else { before(now) });
        let n_steps = ended + self.limits.least_steps();
        if n_steps >= leap.n_steps {
            return false;
        }
        leap.cut(n_steps, self.clock);
        let is_here = leap.ends_at == now;
        if is_here {
            self.land(outbox);
        }
        is_here
    }

    /// How many steps of the leap have started: the one that runs, and those that ended before `now`, or at `now` where
    /// steps have started again in this instant.
    fn n_started(&self, now: SimTime, after_starts: bool) -> u64 {
        let Some(leap) = &self.leap else { return 0 };
        let ended = leap.steps_until(self.clock, if after_starts { now } else { before(now) });
        leap.n_steps.min(ended + 1)
    }

    /// Takes the blocks of the first `n_steps` of the leap, as far as they have not been taken.
    fn grow_to(&mut self, n_steps: u64) {
        let before = self.grown.n_steps.max(1);
        if n_steps > before {
            let blocks = self.ring.taken(before, n_steps);
            self.blocks.take(blocks);
            self.grown = Grown { n_steps, blocks: self.grown.blocks + blocks };
        }
    }

    /// Lists the blocks that the first `n_steps` of the leap take, as far as they are not listed: `blocks` without those of
    /// the very first, which are held when the leap begins.
    fn list_taken_until(&mut self, n_steps: u64, blocks: u64, outbox: &mut Outbox) {
        let from = self.listed.n_steps.max(1);
        let new = blocks - self.listed.taken;
        self.listed = Listed { n_steps, taken: blocks, blocks: self.listed.blocks + new };
        let (Some(changes), Some(Leap { series, .. })) = (&mut outbox.changes, &self.leap) else { return };
        if new == 0 {
            return;
        }
        let mut list = |at, blocks| changes.push(at, blocks as i64, self.block_bytes);
        if n_steps <= FEW_STEPS {
            let mut begins = self.clock + series.sum(from);
            self.ring.for_each_in_order(from, n_steps, |step, blocks| {
                if blocks > 0 {
                    list(to_time_ceil(begins), blocks);
                }
                begins += series.term(step);
            });
        } else {
            let steps = Steps { clock: self.clock, series: *series, from, to: n_steps, blocks: new };
            let round = self.ring.counts(from, n_steps);
            // Where few take blocks, it takes less to list them.
            if new > FEW_CHANGES && round.len() as u64 <= 4 * new {
                changes.push_rise(steps, round, self.block_bytes);
            } else {
                self.ring.for_each_that_takes(from, n_steps, |step, blocks| list(steps.begin(step), blocks));
            }
        }
    }

    /// Ends the leap with the step that runs, which may be over.
    fn cut(&mut self, now: SimTime, after_starts: bool, outbox: &mut Outbox) {
        let n_steps = self.n_started(now, after_starts);
        self.grow_to(n_steps);
        if let Some(leap) = &mut self.leap {
            leap.cut(n_steps, self.clock);
            self.end(now, outbox);
        }
    }

    /// Whether a request that joins would be admitted at present: later in the leap there is no more than now.
    fn would_fit(&mut self, job: &Job) -> bool {
        let plan = self.blocks.plan(job);
        self.fits(&plan)
    }

    fn has_place(&self, n_running: u32) -> bool {
        n_running + self.n_leaving < self.limits.max_requests
    }

    fn fits(&self, plan: &Plan) -> bool {
        self.has_place(self.members.len()) && self.blocks.suffice(plan)
    }

    /// A batch has been made: the next one may have what the last step gave back. Whether it gave anything back.
    fn settle(&mut self) -> bool {
        let changes = self.n_leaving > 0 || self.blocks.is_returning();
        self.blocks.settle();
        self.n_leaving = 0;
        changes
    }
}
