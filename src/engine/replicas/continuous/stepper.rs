//! One step at a time: a plain loop over every request in the batch.
//!
//! This is what a step does, in the order in which it does it, and stays as the oracle of [`super::leaper`]. A batch
//! is made in three moves: running decodes take the blocks they need, in order of admission, and where none is left
//! the latest admitted is preempted; prompts get chunks in the order of the scheduling policy, those begun before those
//! waiting of equal key, which are admitted while tokens, places and blocks last, unless a request was preempted; every
//! request advances. Invariant: every decode is in the step, and a prompt that gets a chunk and is not complete with it
//! has the last tokens of the step: of the prompts begun, those of higher key, and later ones of equal key, get none.

use std::rc::Rc;

use super::blocks::{Blocks, Plan, Share};
use super::cost::{Batch, StepTiming};
use super::held::{Held, Taken, Unreported};
use super::job::{Job, Leg};
use super::replica::{Limits, Occupancy, Outbox, Replica, Setup, Transition};
use super::waiting::Waiting;
use crate::engine::agenda::NEVER;
use crate::engine::gaps::Gaps;
use crate::engine::prefix::Content;
use crate::engine::ticks::{Ticks, ticks_at, to_time_ceil};
use crate::units::SimTime;
use crate::workload::Stretch;

/// One replica.
pub(super) struct Stepper {
    limits: Limits,
    timing: Rc<dyn StepTiming>,
    blocks: Blocks,
    waiting: Waiting,
    /// In order of admission.
    running: Vec<Member>,
    /// When the last step ended.
    clock: Ticks,
    /// When the present step ends.
    ends: Option<Ticks>,
    /// When the present step, or the last one, started.
    started: SimTime,
    /// Places of requests that finished with the last step, where the batch after it was fixed before.
    n_leaving: u32,
    /// The present step.
    batch: Batch,
    n_steps: u64,
    held: Held,
    /// Blocks of it that are listed for records.
    listed: u64,
    /// Places of requests that come with their cache, from the reservation to the end.
    n_reserved: u32,
}

/// A request in the batch.
#[derive(Clone, Copy, Debug)]
struct Member {
    job: Job,
    /// Tokens to compute before it decodes.
    target: u32,
    /// Tokens in the cache, those of the present step included.
    computed: u32,
    /// Blocks it holds.
    share: Share,
    /// Prompt tokens in the present step; none for a decode, nor for a prompt that others go before.
    chunk: u32,
    /// Whether it was admitted to the step that is being made.
    is_new: bool,
}

impl Member {
    fn decodes(&self) -> bool {
        self.computed >= self.target
    }

    fn tokens_in_step(&self) -> u32 {
        if self.decodes() { 1 } else { self.chunk }
    }

    /// Whether the step that is being made completes its prefill.
    fn completes(&self) -> bool {
        self.chunk > 0 && self.computed + self.chunk == self.target
    }
}

impl Replica for Stepper {
    fn new(setup: Setup) -> Stepper {
        let Setup { limits, blocks, waiting, timing, growth: _, block_bytes: _ } = setup;
        Stepper {
            limits,
            timing,
            blocks,
            waiting,
            running: Vec::new(),
            clock: 0,
            ends: None,
            started: SimTime::ZERO,
            n_leaving: 0,
            batch: Batch::default(),
            n_steps: 0,
            held: Held::default(),
            listed: 0,
            n_reserved: 0,
        }
    }

    fn join(&mut self, job: Job, content: Option<Box<[Stretch]>>, now: SimTime) {
        self.blocks.expect(job.slot, content);
        self.waiting.join(job, now);
    }

    fn next_time(&self) -> SimTime {
        self.ends.map_or(NEVER, to_time_ceil)
    }

    fn end(&mut self, now: SimTime, outbox: &mut Outbox) {
        let Some(ends) = self.ends.take_if(|ends| to_time_ceil(*ends) <= now) else { return };
        self.held.pass(ends - self.clock, Taken::default());
        self.clock = ends;
        self.n_steps += 1;
        let first = outbox.reports.len();
        for member in self.running.iter_mut().filter(|member| member.decodes()) {
            emit(member, self.clock, outbox);
            if member.job.generated == member.job.output {
                outbox.reports.push(Transition::end_of(&member.job).of(&member.job));
                if member.job.leg == Leg::Prefill {
                    self.blocks.park(&member.job, member.share, u64::from(member.computed));
                    outbox.jobs.push(member.job);
                } else {
                    self.blocks.give_back(member.job.slot, member.share, u64::from(member.computed));
                    self.n_reserved -= u32::from(member.job.leg == Leg::Decode);
                }
                self.n_leaving += u32::from(self.limits.ahead);
            }
        }
        outbox.reports[first..].sort_unstable();
        let n_running = self.running.len();
        self.running.retain(|member| member.job.generated < member.job.output);
        if self.running.len() < n_running {
            self.held.set_reported(self.blocks.held());
        }
    }

    fn start(&mut self, now: SimTime, _after_starts: bool, outbox: &mut Outbox) {
        if self.ends.is_some() {
            return;
        }
        // What a batch fixed when the last step started could know of.
        self.waiting.let_in(if self.limits.ahead { self.started } else { now });
        self.make_batch(outbox);
        if self.running.is_empty() {
            // Nothing was fixed: what is known now counts.
            self.waiting.let_in(NEVER);
            self.settle();
            self.make_batch(outbox);
        }
        self.settle();
        self.batch = Batch::default();
        if self.running.is_empty() {
            return;
        }
        if to_time_ceil(self.clock) < now {
            self.clock = ticks_at(now);
        }
        self.run_batch();
        self.started = now;
        self.ends = Some(self.clock + self.timing.cost(&self.batch).total());
        debug_assert!(self.next_time() > now, "a step takes at least a picosecond");
    }

    fn stop(&mut self, at: SimTime, _outbox: &mut Outbox) {
        if self.ends.is_some() && to_time_ceil(self.clock) < at {
            self.held.stop(at);
            self.held.pass(ticks_at(at) - self.clock, Taken::default());
        }
    }

    fn measure_from(&mut self, at: SimTime) {
        let passed = match self.ends {
            Some(ends) if to_time_ceil(self.clock) < at => {
                Ticks::from(self.held.grown()) * (ticks_at(at).min(ends) - self.clock)
            }
            _ => 0,
        };
        self.held.measure_without(passed);
    }

    fn room_for_moved(&mut self, _now: SimTime, _after_starts: bool) -> u64 {
        if self.n_reserved < self.limits.max_requests { self.blocks.room_for_moved() } else { 0 }
    }

    fn reserve(&mut self, job: &Job, now: SimTime, _after_starts: bool, _outbox: &mut Outbox) {
        self.n_reserved += 1;
        self.held.reserve(self.blocks.reserve(job), now);
    }

    fn release(&mut self, slot: u32, _now: SimTime, _outbox: &mut Outbox) {
        self.blocks.release_parked(slot);
        self.held.set_reported(self.blocks.held());
    }

    fn cached(&mut self, content: &Content<'_>, _now: SimTime) -> u64 {
        self.blocks.cached(content)
    }

    fn occupancy(&self) -> Occupancy {
        Occupancy {
            waiting: self.waiting.len() as u32,
            prompts: self.running.len() as u32 - self.batch.decodes,
            decodes: self.batch.decodes,
            blocks: self.held.reported(),
            grown: self.held.grown(),
        }
    }

    fn take_unreported(&mut self) -> Unreported {
        self.held.take_unreported()
    }

    fn take_unlisted(&mut self) -> i64 {
        let before = std::mem::replace(&mut self.listed, self.held.now());
        self.listed as i64 - before as i64
    }

    fn held_before(&self, _now: SimTime) -> u64 {
        self.held.now()
    }

    fn list_taken(&mut self, _now: SimTime, _outbox: &mut Outbox) {}

    fn n_steps(&self) -> u64 {
        self.n_steps
    }

    fn check(&self) {
        let own = |member: &Member| member.share.in_all - member.share.holding.blocks();
        let own: u64 = self.running.iter().map(own).sum();
        assert_eq!(own, self.blocks.own(), "blocks that are not shared are those of the running");
        #[cfg(debug_assertions)]
        self.blocks.check();
        for member in &self.running {
            assert!(
                u64::from(member.computed) <= member.share.in_all * u64::from(self.blocks.size()),
                "every token in the cache lies in a block"
            );
        }
        let Limits { max_requests, max_tokens, .. } = self.limits;
        assert!(self.running.len() <= max_requests as usize, "no more run than may");
        assert!(
            self.batch.decodes + self.batch.prompt_tokens <= max_tokens,
            "a step has its limit of tokens"
        );
        let begun = || self.running.iter().filter(|member| !member.decodes());
        let first = begun().min_by_key(|member| member.job.key).map(|member| member.job.number);
        let with_chunk = begun().find(|member| member.chunk > 0).map(|member| member.job.number);
        assert!(with_chunk.is_none() || with_chunk == first, "chunks go to prompts in order");
        assert_eq!(self.ends.is_some(), !self.running.is_empty(), "what runs is in a step");
        let is_stuck = self.ends.is_none() && self.waiting.len() > 0;
        assert!(!is_stuck || self.blocks.has_parked(), "no request waits where nothing runs");
    }
}

/// Gives a member the token that its step has sampled.
fn emit(member: &mut Member, now: Ticks, outbox: &mut Outbox) {
    let job = &mut member.job;
    job.generated += 1;
    if let Some(gaps) = outbox.gaps.as_mut().filter(|_| job.generated > 1 && job.measured) {
        gaps.push(Gaps::single(job.workload, now - job.last_token));
    }
    job.last_token = now;
    if member.chunk > 0 {
        outbox.reports.push(Transition::Prefilled.of(job));
    }
}

impl Stepper {
    /// Decides which requests are in the next step, and takes the blocks it needs.
    fn make_batch(&mut self, outbox: &mut Outbox) {
        let mut preempted = Vec::new();
        self.grow(&mut preempted);
        self.give_chunks(&mut preempted);
        let mut changed = !preempted.is_empty();
        for job in preempted {
            outbox.reports.push(Transition::Preempted.of(&job));
            if job.leg == Leg::Decode {
                self.n_reserved -= 1;
                outbox.jobs.push(job);
            } else {
                self.waiting.requeue(job);
            }
        }
        for member in self.running.iter_mut().filter(|member| member.is_new) {
            // Its first chunk has not been computed: what it has was found.
            let is_decode = member.job.leg == Leg::Decode;
            let what =
                if is_decode { Transition::Resumed } else { Transition::Started { cached: member.computed } };
            outbox.reports.push(what.of(&member.job));
            member.is_new = false;
            changed = true;
        }
        if changed {
            self.held.set_reported(self.blocks.held());
        }
    }

    /// A block for every decode whose blocks are full. While they do not suffice the latest admitted is preempted; what
    /// is left takes its blocks after that, so that what was given back goes before what others may find again.
    fn grow(&mut self, preempted: &mut Vec<Job>) {
        let size = self.blocks.size();
        let is_full = |member: &&mut Member| member.decodes() && member.computed.is_multiple_of(size);
        while self.running.iter_mut().filter(is_full).count() as u64 > self.blocks.free() {
            self.preempt(self.running.len() - 1, preempted);
        }
        for member in self.running.iter_mut().filter(is_full) {
            self.blocks.take(1);
            self.held.grow(1);
            member.share.in_all += 1;
        }
    }

    fn preempt(&mut self, index: usize, preempted: &mut Vec<Job>) {
        let member = self.running.remove(index);
        self.blocks.release_preempted(&member.job, member.share, u64::from(member.computed));
        preempted.push(member.job);
    }

    /// What decodes leave of the step's tokens goes to prompts, in the order of the scheduling policy. No request is
    /// admitted to a step that another was preempted for, nor past a head that does not fit.
    fn give_chunks(&mut self, preempted: &mut Vec<Job>) {
        for member in &mut self.running {
            member.chunk = 0;
        }
        let mut admits = preempted.is_empty();
        while self.room() > 0 {
            let begun = self.next_begun();
            let goes_first = |job: &Job| begun.is_none_or(|index| job.key < self.running[index].job.key);
            let head = self.waiting.peek().copied().filter(|job| admits && goes_first(job));
            match (head, begun) {
                (Some(job), _) => admits = self.admit(&job, preempted),
                (None, Some(index)) => self.give_chunk(index),
                (None, None) => return,
            }
        }
    }

    /// The prompt that is begun, has no chunk in the step yet, and goes first: by key, then by order of admission.
    fn next_begun(&self) -> Option<usize> {
        let lacks_chunk = |index: &usize| !self.running[*index].decodes() && self.running[*index].chunk == 0;
        (0..self.running.len()).filter(lacks_chunk).min_by_key(|index| self.running[*index].job.key)
    }

    fn give_chunk(&mut self, index: usize) {
        let room = self.room();
        let member = &mut self.running[index];
        member.chunk = room.min(member.target - member.computed);
        if member.completes() {
            self.blocks.publish(&member.job, &mut member.share);
        }
    }

    /// Tokens left in the step that is being made.
    fn room(&self) -> u32 {
        self.limits.max_tokens - self.running.iter().map(Member::tokens_in_step).sum::<u32>()
    }

    /// Admits the head of those waiting, if it fits or others are preempted for it; whether it was.
    fn admit(&mut self, job: &Job, preempted: &mut Vec<Job>) -> bool {
        if job.leg == Leg::Decode {
            return self.resume(job);
        }
        let mut plan = self.blocks.plan(job);
        if !self.fits(&plan) {
            if !self.preempt_for(job, &plan, preempted) {
                return false;
            }
            plan = self.blocks.plan(job);
        }
        self.waiting.pop();
        let share = self.blocks.admit(&plan);
        let (computed, target) = (plan.cached, job.n_to_prefill());
        self.running.push(Member { job: *job, target, computed, share, chunk: 0, is_new: true });
        self.give_chunk(self.running.len() - 1);
        true
    }

    /// One that came with its cache decodes from now on. It has its blocks, and lacks a place at most.
    fn resume(&mut self, job: &Job) -> bool {
        if !self.has_place(self.running.len()) {
            return false;
        }
        self.waiting.pop();
        let (share, tokens) = (self.blocks.admit_moved(job), job.n_moved());
        let member = Member { job: *job, target: tokens, computed: tokens, share, chunk: 0, is_new: true };
        self.running.push(member);
        true
    }

    fn has_place(&self, n_running: usize) -> bool {
        n_running + (self.n_leaving as usize) < self.limits.max_requests as usize
    }

    fn fits(&self, plan: &Plan) -> bool {
        self.has_place(self.running.len()) && self.blocks.suffice(plan)
    }

    /// Preempts running work of lower priority, the lowest first and the latest admitted among equals, if that makes
    /// the place and the blocks that are missing, whatever is found in the cache; otherwise none. A prompt that
    /// the present step completes is left alone: others may have found it already.
    fn preempt_for(&mut self, job: &Job, plan: &Plan, preempted: &mut Vec<Job>) -> bool {
        if !self.limits.preempts_by_priority {
            return false;
        }
        let lower = |index: &usize| {
            let member = &self.running[*index];
            !member.is_new && !member.completes() && member.job.priority < job.priority
        };
        let mut victims: Vec<usize> = (0..self.running.len()).rev().filter(lower).collect();
        victims.sort_by_key(|index| self.running[*index].job.priority);
        let mut free = self.blocks.free();
        let enough = victims.iter().zip(1..).find_map(|(index, n)| {
            free += self.blocks.would_free(&self.running[*index].share);
            (free >= plan.in_all && self.has_place(self.running.len() - n)).then_some(n)
        });
        let Some(enough) = enough else { return false };
        let numbers: Vec<u64> =
            victims[..enough].iter().map(|index| self.running[*index].job.number).collect();
        for number in numbers {
            let index = self.running.iter().position(|member| member.job.number == number);
            self.preempt(index.expect("a victim runs"), preempted);
        }
        true
    }

    /// Every request advances.
    fn run_batch(&mut self) {
        for member in &mut self.running {
            if member.decodes() {
                member.computed += 1;
                self.batch.add_decode(member.computed);
            } else if member.chunk > 0 {
                let end = member.computed + member.chunk;
                self.batch.add_chunk(member.computed, end, end == member.target);
                member.computed = end;
            }
        }
    }

    /// A batch has been made: the next one may have what the last step gave back.
    fn settle(&mut self) {
        self.blocks.settle();
        self.n_leaving = 0;
    }
}
