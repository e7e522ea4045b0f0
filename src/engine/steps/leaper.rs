//! Many steps at once: all those between two changes of the batch, in closed form.
//!
//! A run of steps that keep their members is called a leap. It ends at the first step after which somebody finishes,
//! at the last one before blocks run out or the last chunk of a prompt is made, or where who has joined meanwhile
//! may be admitted: where a prompt goes on in chunks, only who stands before it. Prompts that are begun form a stack:
//! who stands before the top is put on it, and nobody below gets a chunk until those above are through. What a step does is said in [`super::stepper`]; here the same is done for a batch that is known
//! by its sums: how many decode, the tokens they have in the cache, how many take a block at each step modulo the size
//! of a block ([`Ring`]), and the step at which each finishes (a heap).
//!
//! Invariant: a request's record changes when it is admitted, when its prompt is through and when it leaves, never in
//! a leap. Ending a leap early is always right, only slower: what happens at its end is what a step would do there.

mod batch;
mod members;
mod ring;

use std::rc::Rc;

use self::members::Members;
use self::ring::Ring;
use super::blocks::{Blocks, Plan, Share};
use super::cost::{Batch, Growth, Series, StepTiming, Ticks, ticks_at, told};
use super::gaps::Gaps;
use super::held::{Held, Taken, Untold};
use super::job::Job;
use super::replica::{Doing, Limits, Out, Replica, Setup, What};
use super::waiting::Waiting;
use crate::engine::agenda::NEVER;
use crate::engine::prefix::Content;
use crate::units::SimTime;
use crate::workload::Stretch;

/// One replica.
pub(super) struct Leaper {
    limits: Limits,
    timing: Rc<dyn StepTiming>,
    growth: Growth,
    blocks: Blocks,
    waiting: Waiting,
    members: Members,
    ring: Ring,
    /// Who decodes.
    n_decodes: u32,
    /// Tokens they have in the cache.
    context: u64,
    /// The prompt that goes on behind the present step, which has a chunk of it.
    begun: Option<Begun>,
    /// Prompts that are begun and without a chunk in the present step, by falling key and falling admission; between
    /// two leaps all that are begun.
    paused: Vec<Begun>,
    /// Prompts that the present step gets through.
    completing: Vec<u32>,
    /// The chunks in the first step of the leap, without decodes.
    chunks: Batch,
    /// Decodes by workload that count for gaps; empty where nobody wants to know.
    measured: Vec<u32>,
    /// When the last leap ended.
    clock: Ticks,
    leap: Option<Leap>,
    /// When the last step of the last leap started.
    started: SimTime,
    /// Places of those who finished with the last step, where the batch after it was fixed before.
    n_leaving: u32,
    /// Whether somebody joined who may be admitted before the leap ends.
    has_news: bool,
    n_steps: u64,
    held: Held,
    grown: Grown,
}

/// How far a leap has taken its blocks: the first step's before it begins, the others' when somebody looks, or at its
/// end.
#[derive(Clone, Copy, Debug, Default)]
struct Grown {
    n_steps: u64,
    /// Those of the first step left out.
    blocks: u64,
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

/// Steps that keep their members.
#[derive(Debug)]
struct Leap {
    series: Series,
    n_steps: u64,
    ends: Ticks,
    /// Blocks that all its steps but the first take.
    takes: u64,
    /// As told.
    ends_at: SimTime,
    /// Whether somebody who joins may make it end earlier: not where it has been cut, or is as short as a cut makes it.
    may_be_cut: bool,
}

impl Leap {
    /// The first `n_steps` of a series that begins at `clock`; all but the first take so many blocks.
    fn new(series: Series, n_steps: u64, clock: Ticks, takes: u64, may_be_cut: bool) -> Leap {
        let ends = clock + series.sum(n_steps);
        Leap { series, n_steps, ends, ends_at: told(ends), takes, may_be_cut }
    }

    /// How many steps end no later than `at`, as times are told, where the first starts at `clock`.
    fn steps_until(&self, clock: Ticks, at: SimTime) -> u64 {
        let limit = ticks_at(at);
        if self.ends <= limit {
            return self.n_steps;
        }
        match limit.checked_sub(clock) {
            None => 0,
            Some(limit) => self.series.first_above(limit) - 1,
        }
    }
}

impl Replica for Leaper {
    fn new(setup: Setup) -> Leaper {
        let Setup { limits, blocks, waiting, timing } = setup;
        Leaper {
            limits,
            growth: timing.growth(),
            timing,
            ring: Ring::new(blocks.size()),
            blocks,
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
        }
    }

    fn join(&mut self, job: Job, content: Option<Box<[Stretch]>>, now: SimTime) {
        self.blocks.expect(job.slot, content);
        if !self.has_news && self.leap.as_ref().is_some_and(|leap| leap.may_be_cut) {
            let may_come = self.limits.preempts_by_priority
                || (!self.waiting.is_behind(job.key)
                    && self.begun.is_none_or(|begun| job.key < begun.key)
                    && self.would_fit(&job));
            self.has_news = may_come;
        }
        self.waiting.join(job, now);
    }

    fn next_time(&self) -> SimTime {
        self.leap.as_ref().map_or(NEVER, |leap| leap.ends_at)
    }

    fn end(&mut self, now: SimTime, out: &mut Out) {
        if self.next_time() <= now {
            self.land(out);
        }
    }

    #[inline]
    fn start(&mut self, now: SimTime, out: &mut Out) {
        if self.leap.is_none() || self.has_news {
            self.start_step(now, out);
        }
    }

    fn stop(&mut self, at: SimTime, out: &mut Out) {
        let Some(leap) = self.leap.take() else { return };
        let n_steps = leap.steps_until(self.clock, at);
        let lasts = leap.series.sum(n_steps);
        self.count_steps(&leap.series, n_steps, lasts, self.ring.taken(1, n_steps), out);
        let ended = self.clock + lasts;
        if told(ended) < at {
            // The step that runs has taken its blocks.
            self.held.grow(self.ring.taken(n_steps.max(1), n_steps + 1));
            self.held.pass(ticks_at(at) - ended, Taken::default());
        }
    }

    fn cached(&mut self, content: &Content<'_>, now: SimTime) -> u64 {
        self.grow_to(self.n_started_before(now));
        self.blocks.cached(content)
    }

    fn doing(&self) -> Doing {
        Doing {
            waiting: self.waiting.len() as u32,
            prompts: self.members.len() - self.n_decodes,
            decodes: self.n_decodes,
            blocks: self.held.told(),
            grown: self.held.grown(),
        }
    }

    fn untold(&mut self) -> Untold {
        self.held.untold()
    }

    fn held_before(&self, now: SimTime) -> u64 {
        self.held.now() + self.ring.taken(1, self.n_started_before(now))
    }

    fn will_hold(&self) -> u64 {
        self.held.now() + self.leap.as_ref().map_or(0, |leap| leap.takes)
    }

    fn n_steps(&self) -> u64 {
        self.n_steps
    }

    fn check(&self) {
        self.check_sums();
        assert_eq!(self.leap.is_some(), !self.members.is_empty(), "whoever runs is in a step");
        assert!(self.leap.is_some() || self.waiting.len() == 0, "nobody waits where nothing runs");
    }
}

/// The last moment before a time.
fn before(time: SimTime) -> SimTime {
    SimTime::from_ps(time.as_ps().saturating_sub(1))
}

impl Leaper {
    /// Starts the next step unless one runs on.
    fn start_step(&mut self, now: SimTime, out: &mut Out) {
        if !self.is_at_a_boundary(now, out) {
            return;
        }
        self.waiting.let_in(if self.limits.ahead { self.started } else { now });
        let mut preempted = self.make_batch_of_some(out);
        if self.members.is_empty() {
            self.waiting.let_in(now);
            self.settle();
            preempted = self.make_batch_of_some(out);
        }
        let changes = self.settle() || preempted || self.waiting.has_aside();
        if self.members.is_empty() {
            return;
        }
        if told(self.clock) < now {
            self.clock = ticks_at(now);
        }
        self.leap(changes);
        debug_assert!(self.next_time() > now, "a step takes at least a picosecond");
    }

    /// [`Leaper::make_batch`], where there is anybody to be in it.
    fn make_batch_of_some(&mut self, out: &mut Out) -> bool {
        !(self.members.is_empty() && self.waiting.peek().is_none()) && self.make_batch(out)
    }

    /// Whether a step ends here: none runs, or what joined cuts the leap right here. Elsewhere it may be cut to end
    /// earlier than planned.
    fn is_at_a_boundary(&mut self, now: SimTime, out: &mut Out) -> bool {
        let Some(leap) = self.leap.as_mut() else { return true };
        if !std::mem::take(&mut self.has_news) {
            return false;
        }
        // The step that runs ends first: the first whose end is told no earlier than now. Where batches are fixed a
        // step ahead, so does the one after it.
        let n_steps = leap.steps_until(self.clock, before(now)) + self.limits.least_steps();
        if n_steps >= leap.n_steps {
            return false;
        }
        *leap = Leap::new(leap.series, n_steps, self.clock, self.ring.taken(1, n_steps), false);
        let is_here = leap.ends_at == now;
        if is_here {
            self.land(out);
        }
        is_here
    }

    /// How many steps of the leap have started before `now`: the one that runs, and those that ended before.
    fn n_started_before(&self, now: SimTime) -> u64 {
        let Some(leap) = &self.leap else { return 0 };
        leap.n_steps.min(leap.steps_until(self.clock, before(now)) + 1)
    }

    /// Accounts for the leap in hand and carries out what its last step ends.
    fn land(&mut self, out: &mut Out) {
        let Some(Leap { series, n_steps, ends, takes, .. }) = self.leap.take() else { return };
        if self.limits.ahead {
            self.started = told(ends - series.term(n_steps - 1));
        }
        self.count_steps(&series, n_steps, ends - self.clock, takes, out);
        self.clock = ends;
        self.blocks.take(takes - self.grown.blocks);
        self.grown = Grown::default();
        self.ring.turn(n_steps);
        self.context += n_steps * u64::from(self.n_decodes);
        if let Some(begun) = self.begun.take() {
            let computed = begun.computed + begun.chunk * n_steps as u32;
            self.paused.push(Begun { computed, chunk: 0, ..begun });
        }
        let first = out.told.len();
        self.end_phases(out);
        if out.told.len() > first + 1 {
            out.told[first..].sort_unstable();
        }
    }

    /// Ends the prompts and the decodes that the last step gets through, in the order of admission, in which the cache
    /// remembers what they leave.
    fn end_phases(&mut self, out: &mut Out) {
        match self.completing[..] {
            [] => {
                while let Some(id) = self.members.pop_finished(self.n_steps) {
                    self.finish(id, out);
                }
                return;
            }
            [id] if self.members.next_finish() != Some(self.n_steps) => {
                self.completing.clear();
                self.complete(id, out);
                return;
            }
            _ => {}
        }
        let mut ends: Vec<u32> = std::mem::take(&mut self.completing);
        while let Some(id) = self.members.pop_finished(self.n_steps) {
            ends.push(id);
        }
        ends.sort_unstable_by_key(|id| self.members.get(*id).admission());
        for id in ends {
            if self.members.get(id).decodes_since.is_some() {
                self.finish(id, out);
            } else {
                self.complete(id, out);
            }
        }
    }

    /// Counts steps that last so long in all and take so many blocks, those of the first left out, and the gaps between
    /// the tokens of those who decode in them.
    fn count_steps(&mut self, series: &Series, n_steps: u64, lasts: Ticks, takes: u64, out: &mut Out) {
        self.n_steps += n_steps;
        let area = if takes == 0 { 0 } else { self.ring.area_over(series, n_steps) };
        self.held.pass(lasts, Taken { blocks: takes, area });
        if let Some(gaps) = &mut out.gaps {
            for (workload, &requests) in (0..).zip(&self.measured).filter(|(_, requests)| **requests > 0) {
                gaps.extend(Gaps::of_steps(workload, requests, series, n_steps));
            }
        }
    }

    /// A prompt is through: its step has sampled a token.
    fn complete(&mut self, id: u32, out: &mut Out) {
        let n_steps = self.n_steps;
        let member = self.members.get_mut(id);
        out.told.push(What::Prefilled.of(&member.job));
        if let Some(gaps) = out.gaps.as_mut().filter(|_| member.job.generated > 0 && member.job.measured) {
            gaps.push(Gaps::single(member.job.workload, self.clock - member.job.last_token));
        }
        let left = member.job.output - member.job.generated - 1;
        member.decodes_since = Some(n_steps);
        let (target, job) = (member.target, member.job);
        if left == 0 {
            self.leave(id, u64::from(target), out);
            return;
        }
        self.members.finishes_at(id, n_steps + u64::from(left));
        self.n_decodes += 1;
        self.context += u64::from(target);
        self.ring.add(target);
        self.measure(&job, out, |measured| *measured += 1);
    }

    /// A decode has its last token.
    fn finish(&mut self, id: u32, out: &mut Out) {
        let (tokens, job) = self.stop_decoding(id);
        self.measure(&job, out, |measured| *measured -= 1);
        self.leave(id, tokens, out);
    }

    fn leave(&mut self, id: u32, tokens: u64, out: &mut Out) {
        let member = self.members.remove(id);
        out.told.push(What::Finished.of(&member.job));
        let share = Share { holding: member.holding, in_all: self.blocks.for_tokens(tokens) };
        self.blocks.give_back(&member.job, share, tokens);
        self.n_leaving += u32::from(self.limits.ahead);
        self.held.tell(self.blocks.held());
    }

    /// Takes a decode out of the sums; the tokens it has in the cache.
    fn stop_decoding(&mut self, id: u32) -> (u64, Job) {
        let member = self.members.get(id);
        let tokens = member.tokens(self.n_steps);
        self.n_decodes -= 1;
        self.context -= tokens;
        self.ring.remove(tokens);
        (tokens, member.job)
    }

    fn measure(&mut self, job: &Job, out: &Out, change: impl Fn(&mut u32)) {
        if out.gaps.is_some() && job.measured {
            let workload = usize::from(job.workload);
            if self.measured.len() <= workload {
                self.measured.resize(workload + 1, 0);
            }
            change(&mut self.measured[workload]);
        }
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

    /// Whether a request that joins would be admitted as things stand: later in the leap there is no more than now.
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
