//! Where a leap ends: what its steps come to, and what the last of them ends.

use super::{Begun, Grown, Leap, Leaper};
use crate::engine::gaps::Gaps;
use crate::engine::replicas::continuous::blocks::Share;
use crate::engine::replicas::continuous::held::Taken;
use crate::engine::replicas::continuous::job::{Job, Leg};
use crate::engine::replicas::continuous::replica::{Outbox, Transition};
use crate::engine::ticks::{Ticks, ticks_at, to_time_ceil};
use crate::units::SimTime;

impl Leaper {
    /// Accounts for the leap in hand and carries out what its last step ends.
    pub(super) fn land(&mut self, outbox: &mut Outbox) {
        let Some(Leap { series, n_steps, ends, .. }) = &self.leap else { return };
        let (n_steps, ends) = (*n_steps, *ends);
        if self.limits.ahead {
            self.started = to_time_ceil(ends - series.term(n_steps - 1));
        }
        let taken = self.ring.taken_over(series, n_steps);
        if taken.blocks > 0 && outbox.changes.is_some() {
            self.list_taken_until(n_steps, taken.blocks, outbox);
        }
        self.listed.begin_leap();
        self.count_steps(n_steps, ends - self.clock, taken, outbox);
        self.leap = None;
        self.clock = ends;
        self.blocks.take(taken.blocks - self.grown.blocks);
        self.grown = Grown::default();
        self.ring.turn(n_steps);
        self.context += n_steps * u64::from(self.n_decodes);
        if let Some(begun) = self.begun.take() {
            let computed = begun.computed + begun.chunk * n_steps as u32;
            self.paused.push(Begun { computed, chunk: 0, ..begun });
        }
        for position in 0..self.resumed.len() {
            self.measure_first(self.resumed[position], outbox);
        }
        self.resumed.clear();
        let first = outbox.reports.len();
        self.end_phases(outbox);
        if outbox.reports.len() > first + 1 {
            outbox.reports[first..].sort_unstable();
        }
    }

    /// Ends the prompts and the decodes that the last step completes, in the order of admission, in which the cache
    /// remembers what they leave.
    fn end_phases(&mut self, outbox: &mut Outbox) {
        let finished = self.members.pop_finished(self.n_steps);
        let others_finish = finished.is_some() && self.members.next_finish() == Some(self.n_steps);
        match (&self.completing[..], finished) {
            ([], None) => {}
            ([], Some(id)) if !others_finish => self.finish(id, outbox),
            (&[id], None) => {
                self.completing.clear();
                self.complete(id, outbox);
            }
            _ => self.end_several(finished, outbox),
        }
    }

    fn end_several(&mut self, finished: Option<u32>, outbox: &mut Outbox) {
        let mut ends: Vec<u32> = std::mem::take(&mut self.completing);
        ends.extend(finished);
        while let Some(id) = self.members.pop_finished(self.n_steps) {
            ends.push(id);
        }
        // An entry of one that was preempted may name another's end.
        ends.dedup();
        ends.sort_unstable_by_key(|id| self.members.admission(*id));
        for id in ends {
            if self.members.get(id).decodes_since.is_some() {
                self.finish(id, outbox);
            } else {
                self.complete(id, outbox);
            }
        }
    }

    /// Counts the first steps of the leap, which last so long in all, what they take, and the gaps between the tokens of
    /// those that decode in them.
    #[inline]
    pub(super) fn count_steps(&mut self, n_steps: u64, lasts: Ticks, taken: Taken, outbox: &mut Outbox) {
        self.n_steps += n_steps;
        self.held.pass(lasts, taken);
        if let (Some(gaps), Some(leap)) = (&mut outbox.gaps, &self.leap) {
            for (workload, &requests) in (0..).zip(&self.measured).filter(|(_, requests)| **requests > 0) {
                gaps.extend(leap.series.gaps(n_steps, workload, requests));
            }
        }
    }

    /// Blocks beyond those reported, each times the ticks for which it is held from the beginning of a leap up to `at`.
    pub(super) fn grown_until(&self, leap: &Leap, at: SimTime) -> Ticks {
        let n_steps = leap.steps_until(self.clock, at);
        let lasts = leap.series.sum(n_steps);
        let taken = self.ring.taken_over(&leap.series, n_steps);
        let area = Ticks::from(self.held.grown()) * lasts + taken.area;
        let ended = self.clock + lasts;
        if to_time_ceil(ended) >= at {
            return area;
        }
        // The step that runs has taken its blocks.
        let running = self.ring.taken(n_steps.max(1), n_steps + 1);
        area + Ticks::from(self.held.grown() + taken.blocks + running) * (ticks_at(at) - ended)
    }

    /// A prefill is complete: its step has sampled a token.
    fn complete(&mut self, id: u32, outbox: &mut Outbox) {
        let n_steps = self.n_steps;
        let member = self.members.get_mut(id);
        outbox.reports.push(Transition::Prefilled.of(&member.job));
        if let Some(gaps) = outbox.gaps.as_mut().filter(|_| member.job.generated > 0 && member.job.measured) {
            gaps.push(Gaps::single(member.job.workload, self.clock - member.job.last_token));
        }
        let left = member.job.output - member.job.generated - 1;
        let (target, job) = (member.target, member.job);
        if left == 0 {
            member.decodes_since = Some(n_steps);
            self.leave(id, u64::from(target), outbox);
            return;
        }
        self.members.begin_decode(id, n_steps);
        self.n_decodes += 1;
        self.context += u64::from(target);
        self.ring.add(target);
        self.measure(&job, outbox, |measured| *measured += 1);
    }

    /// One that came with its cache has a token here: its gap began elsewhere.
    fn measure_first(&mut self, id: u32, outbox: &mut Outbox) {
        let job = self.members.get(id).job;
        if let Some(gaps) = outbox.gaps.as_mut().filter(|_| job.measured) {
            gaps.push(Gaps::single(job.workload, self.clock - job.last_token));
        }
        self.measure(&job, outbox, |measured| *measured += 1);
    }

    /// A decode has its last token.
    fn finish(&mut self, id: u32, outbox: &mut Outbox) {
        let (tokens, job) = self.stop_decoding(id);
        self.measure(&job, outbox, |measured| *measured -= 1);
        self.leave(id, tokens, outbox);
    }

    fn leave(&mut self, id: u32, tokens: u64, outbox: &mut Outbox) {
        let job = Job { last_token: self.clock, ..self.members.get(id).job_after(self.n_steps) };
        let member = self.members.remove(id);
        outbox.reports.push(Transition::end_of(&job).of(&job));
        let share = Share { holding: member.holding, in_all: self.blocks.for_tokens(tokens) };
        if job.leg == Leg::Prefill {
            self.blocks.park(&job, share, tokens);
            outbox.jobs.push(job);
        } else {
            self.blocks.give_back(job.slot, share, tokens);
            self.n_reserved -= u32::from(job.leg == Leg::Decode);
        }
        self.n_leaving += u32::from(self.limits.ahead);
        self.held.set_reported(self.blocks.held());
    }

    /// Takes a decode out of the sums; the tokens it has in the cache.
    pub(super) fn stop_decoding(&mut self, id: u32) -> (u64, Job) {
        let member = self.members.get(id);
        let tokens = member.tokens(self.n_steps);
        self.n_decodes -= 1;
        self.context -= tokens;
        self.ring.remove(tokens);
        (tokens, member.job)
    }

    pub(super) fn measure(&mut self, job: &Job, outbox: &Outbox, change: impl Fn(&mut u32)) {
        if outbox.gaps.is_some() && job.measured {
            let workload = usize::from(job.workload);
            if self.measured.len() <= workload {
                self.measured.resize(workload + 1, 0);
            }
            change(&mut self.measured[workload]);
        }
    }
}
