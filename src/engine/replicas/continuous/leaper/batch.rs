//! Where a leap begins: the batch of its first step, and how many steps keep it.

use super::{Begun, Leap, Leaper};
use crate::engine::replicas::continuous::blocks::{Plan, Share};
use crate::engine::replicas::continuous::cost::{Batch, Series, StepCost};
use crate::engine::replicas::continuous::job::{Job, Leg};
use crate::engine::replicas::continuous::replica::{Outbox, Transition};

impl Leaper {
    /// Decides which requests are in the next step and takes the blocks it needs; whether any was preempted.
    #[inline]
    pub(super) fn make_batch(&mut self, outbox: &mut Outbox) -> bool {
        let mut preempted = Vec::new();
        self.grow(&mut preempted, outbox);
        self.chunks = Batch::default();
        let n_reports = outbox.reports.len();
        self.give_chunks(&mut preempted, outbox);
        let started = outbox.reports.len() > n_reports;
        if started || !preempted.is_empty() {
            self.held.set_reported(self.blocks.held());
        }
        // Preemptions are reported before admissions.
        if preempted.is_empty() {
            return false;
        }
        let reports = preempted.iter().map(|job| Transition::Preempted.of(job));
        outbox.reports.splice(n_reports..n_reports, reports);
        for job in preempted {
            if job.leg == Leg::Decode {
                self.n_reserved -= 1;
                outbox.jobs.push(job);
            } else {
                self.waiting.requeue(job);
            }
        }
        true
    }

    /// A block for every decode whose blocks are full. While they do not suffice the latest admitted is preempted:
    /// the shortest run of latest admissions whose blocks, and whose own needs left out, suffice for the others.
    fn grow(&mut self, preempted: &mut Vec<Job>, outbox: &Outbox) {
        loop {
            let need = self.ring.next();
            if need <= self.blocks.free() {
                self.blocks.take(need);
                self.held.grow(need);
                return;
            }
            let latest = self.members.latest().expect("only what runs needs blocks");
            self.preempt(latest, false, preempted, outbox);
        }
    }

    /// `has_grown`: whether it has taken its block for the step that is being made.
    fn preempt(&mut self, id: u32, has_grown: bool, preempted: &mut Vec<Job>, outbox: &Outbox) {
        let share = self.share(id, has_grown);
        let paused = self.paused.iter().position(|begun| begun.id == id);
        let tokens = match paused {
            Some(position) => u64::from(self.paused.remove(position).computed),
            None => self.members.get(id).tokens(self.n_steps),
        };
        let n_steps = self.n_steps;
        let mut job = self.members.get(id).job_after(n_steps);
        if paused.is_none() {
            self.stop_decoding(id);
            self.members.forget_finish();
            self.measure(&job, outbox, |measured| *measured -= 1);
            job.last_token = self.clock;
        }
        self.members.remove(id);
        self.blocks.release_preempted(&job, share, tokens);
        preempted.push(job);
    }

    fn share(&self, id: u32, has_grown: bool) -> Share {
        let member = self.members.get(id);
        let tokens = match member.decodes_since {
            Some(_) => member.tokens(self.n_steps) + u64::from(has_grown),
            None => u64::from(member.target),
        };
        Share { holding: member.holding, in_all: self.blocks.for_tokens(tokens) }
    }

    /// Gives prompts what decodes leave of the step's tokens, as [`super::super::stepper`] does it. A prompt that is
    /// not complete with its chunk has taken the last of them, so those that may be preempted are paused or decode.
    fn give_chunks(&mut self, preempted: &mut Vec<Job>, outbox: &mut Outbox) {
        let n_before = self.members.n_admitted();
        let mut admits = preempted.is_empty();
        while self.room() > 0 {
            let begun = self.paused.last().map(|begun| begun.key);
            let head = if admits { self.waiting.peek() } else { None };
            if head.is_some_and(|job| begun.is_none_or(|key| job.key < key)) {
                admits = self.admit(n_before, preempted, outbox);
            } else {
                let Some(begun) = self.paused.pop() else { return };
                self.take_chunk(begun);
            }
        }
    }

    /// A chunk in the step that is being made: a prompt's last, or one of those before.
    fn take_chunk(&mut self, mut begun: Begun) {
        let left = self.members.get(begun.id).target - begun.computed;
        begun.chunk = self.room().min(left);
        let completes = begun.chunk == left;
        self.chunks.add_chunk(begun.computed, begun.computed + begun.chunk, completes);
        if completes {
            self.completing.push(begun.id);
            let mut share = self.share(begun.id, true);
            let member = self.members.get_mut(begun.id);
            self.blocks.publish(&member.job, &mut share);
            member.holding = share.holding;
        } else {
            self.begun = Some(begun);
        }
    }

    /// Tokens of the step that is being made that no request has.
    fn room(&self) -> u32 {
        self.limits.max_tokens - self.n_decodes - self.chunks.prompt_tokens
    }

    /// Admits the head of those waiting, if it fits or others are preempted for it; whether it was.
    fn admit(&mut self, n_before: u64, preempted: &mut Vec<Job>, outbox: &mut Outbox) -> bool {
        let Some(job) = self.waiting.peek() else { return false };
        if job.leg == Leg::Decode {
            return self.resume(outbox);
        }
        let mut plan = self.blocks.plan(job);
        if !self.fits(&plan) {
            if !self.limits.preempts_by_priority {
                return false;
            }
            let Some(job) = self.waiting.peek().copied() else { return false };
            if !self.preempt_for(&job, &plan, n_before, preempted, outbox) {
                return false;
            }
            plan = self.blocks.plan(&job);
        }
        let Some(job) = self.waiting.pop() else { return false };
        let share = self.blocks.admit(&plan);
        let computed = plan.cached;
        outbox.reports.push(Transition::Started { cached: computed }.of(&job));
        let key = job.key;
        let id = self.members.admit(job, share.holding);
        self.take_chunk(Begun { id, key, computed, chunk: 0 });
        true
    }

    /// One that came with its cache decodes from now on, as if its last token had been sampled here just now. It has its
    /// blocks, and lacks a place at most.
    fn resume(&mut self, outbox: &mut Outbox) -> bool {
        if !self.has_place(self.members.len()) {
            return false;
        }
        let Some(job) = self.waiting.pop() else { return false };
        let share = self.blocks.admit_moved(&job);
        let tokens = job.n_moved();
        outbox.reports.push(Transition::Resumed.of(&job));
        let id = self.members.admit(Job { generated: job.generated - 1, ..job }, share.holding);
        self.members.begin_decode(id, self.n_steps);
        self.n_decodes += 1;
        self.context += u64::from(tokens);
        self.ring.add(tokens);
        self.resumed.push(id);
        true
    }

    /// As [`super::super::stepper`] does it.
    fn preempt_for(
        &mut self,
        job: &Job,
        plan: &Plan,
        n_before: u64,
        preempted: &mut Vec<Job>,
        outbox: &Outbox,
    ) -> bool {
        let completes = |id: u32| self.completing.contains(&id);
        let lower = self.members.latest_first().filter(|(id, member)| {
            self.members.admission(*id) <= n_before && !completes(*id) && member.job.priority < job.priority
        });
        let mut victims: Vec<(i32, u32)> = lower.map(|(id, member)| (member.job.priority, id)).collect();
        victims.sort_by_key(|(priority, _)| *priority);
        let mut free = self.blocks.free();
        let enough = victims.iter().zip(1..).find_map(|((_, id), n)| {
            free += self.blocks.would_free(&self.share(*id, true));
            (free >= plan.in_all && self.has_place(self.members.len() - n)).then_some(n as usize)
        });
        let Some(enough) = enough else { return false };
        for (_, id) in &victims[..enough] {
            self.preempt(*id, true, preempted, outbox);
        }
        true
    }

    /// Begins a leap. `changes`: whether more may be admitted to the second step than to the first.
    pub(super) fn leap(&mut self, changes: bool) {
        let cost = self.timing.cost(&self.batch());
        let n_steps = self.steps_alike(changes);
        if n_steps == 1 {
            self.leap = Some(Leap::single(cost.total(), self.clock));
            return;
        }
        let growth = self.step_growth();
        let n_steps = Series::exact(cost, growth, n_steps);
        let series = Series::new(cost, growth, n_steps);
        let may_be_cut = n_steps > self.limits.least_steps();
        self.leap = Some(Leap::new(series, n_steps, self.clock, may_be_cut));
    }

    fn batch(&self) -> Batch {
        Batch {
            decodes: self.n_decodes,
            sampled: self.n_decodes + self.chunks.sampled,
            decode_context: self.context + u64::from(self.n_decodes),
            ..self.chunks
        }
    }

    /// What each step of a leap costs more than the one before.
    fn step_growth(&self) -> StepCost {
        let decodes = self.growth.decode_context * u64::from(self.n_decodes);
        let Some(begun) = &self.begun else { return decodes };
        let chunk = u64::from(begun.chunk);
        decodes + self.growth.chunk_context * chunk + self.growth.chunk_pairs * (chunk * chunk)
    }

    /// How many steps from here on keep their members and their chunks.
    fn steps_alike(&mut self, changes: bool) -> u64 {
        let could_place = self.has_place(self.members.len()) || self.limits.preempts_by_priority;
        // Past a prompt that takes all tokens, only those that go before it.
        let could_go = match &self.begun {
            None => self.waiting.len() > 0,
            Some(begun) => self.waiting.goes_before(begun.key),
        };
        let is_unlike = !self.completing.is_empty() || !self.resumed.is_empty();
        if is_unlike || (changes && could_place && could_go) {
            return 1;
        }
        let mut n_steps = match self.members.next_finish() {
            Some(step) => step - self.n_steps,
            None => u64::MAX,
        };
        if let Some(begun) = &self.begun {
            let left = self.members.get(begun.id).target - begun.computed;
            n_steps = n_steps.min(u64::from(left.div_ceil(begun.chunk)) - 1);
        }
        let may_take = if self.limits.reports_growth { 0 } else { self.blocks.free() };
        // The first step has its blocks.
        1 + self.ring.lasts(1, n_steps - 1, may_take)
    }

    /// Panics where the sums are not those over the members.
    pub(super) fn check_sums(&self) {
        let mut sums = (0, 0, 0);
        for (id, member) in self.members.latest_first() {
            let share = self.share(id, self.leap.is_some());
            sums.0 += share.in_all - share.holding.blocks();
            if member.decodes_since.is_some() {
                sums.1 += 1;
                sums.2 += member.tokens(self.n_steps);
            }
        }
        let (blocks, decodes, context) = sums;
        let own = self.blocks.own() - self.grown.blocks;
        assert_eq!(blocks, own, "blocks that are not shared are those of the running");
        #[cfg(debug_assertions)]
        self.blocks.check();
        assert_eq!(
            (decodes, context),
            (self.n_decodes, self.context),
            "decodes and their context are counted"
        );
        assert_eq!(u64::from(decodes), self.ring.len(), "every decode is in the ring");
        assert!(self.members.len() <= self.limits.max_requests, "no more run than may");
        let prompts = (self.completing.len() + self.paused.len()) as u32 + u32::from(self.begun.is_some());
        assert_eq!(decodes + prompts, self.members.len(), "what does not decode has a prompt to compute");
    }
}
