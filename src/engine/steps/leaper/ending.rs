//! Where a leap ends: what its steps come to, and what the last of them gets through.

use super::{Begun, Grown, Leap, Leaper};
use crate::engine::gaps::Gaps;
use crate::engine::steps::blocks::Share;
use crate::engine::steps::cost::Series;
use crate::engine::steps::held::Taken;
use crate::engine::steps::job::{Job, Leg};
use crate::engine::steps::replica::{Out, What};
use crate::engine::ticks::{Ticks, ticks_at, to_time_ceil};
use crate::units::SimTime;

impl Leaper {
    /// Accounts for the leap in hand and carries out what its last step ends.
    pub(super) fn land(&mut self, out: &mut Out) {
        let Some(Leap { series, n_steps, ends, .. }) = self.leap.take() else { return };
        if self.limits.ahead {
            self.started = to_time_ceil(ends - series.term(n_steps - 1));
        }
        let taken = self.ring.taken_over(&series, n_steps);
        self.count_steps(&series, n_steps, ends - self.clock, taken, out);
        self.clock = ends;
        self.blocks.take(taken.blocks - self.grown.blocks);
        self.grown = Grown::default();
        self.ring.turn(n_steps);
        self.context += n_steps * u64::from(self.n_decodes);
        if let Some(begun) = self.begun.take() {
            let computed = begun.computed + begun.chunk * n_steps as u32;
            self.paused.push(Begun { computed, chunk: 0, ..begun });
        }
        let mut resumed = std::mem::take(&mut self.resumed);
        for id in resumed.drain(..) {
            self.measure_first(id, out);
        }
        self.resumed = resumed;
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

    /// Counts steps that last so long in all and what they take, and the gaps between the tokens of those who decode in
    /// them.
    pub(super) fn count_steps(
        &mut self,
        series: &Series,
        n_steps: u64,
        lasts: Ticks,
        taken: Taken,
        out: &mut Out,
    ) {
        self.n_steps += n_steps;
        self.held.pass(lasts, taken);
        if let Some(gaps) = &mut out.gaps {
            for (workload, &requests) in (0..).zip(&self.measured).filter(|(_, requests)| **requests > 0) {
                gaps.extend(series.gaps(n_steps, workload, requests));
            }
        }
    }

    /// Blocks beyond those told, each times the ticks for which it is held from the beginning of a leap up to `at`.
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

    /// One that came with its cache has a token here: its gap began elsewhere.
    fn measure_first(&mut self, id: u32, out: &mut Out) {
        let job = self.members.get(id).job;
        if let Some(gaps) = out.gaps.as_mut().filter(|_| job.measured) {
            gaps.push(Gaps::single(job.workload, self.clock - job.last_token));
        }
        self.measure(&job, out, |measured| *measured += 1);
    }

    /// A decode has its last token.
    fn finish(&mut self, id: u32, out: &mut Out) {
        let (tokens, job) = self.stop_decoding(id);
        self.measure(&job, out, |measured| *measured -= 1);
        self.leave(id, tokens, out);
    }

    fn leave(&mut self, id: u32, tokens: u64, out: &mut Out) {
        let job = Job { last_token: self.clock, ..self.members.get(id).job_after(self.n_steps) };
        let member = self.members.remove(id);
        out.told.push(What::end_of(&job).of(&job));
        let share = Share { holding: member.holding, in_all: self.blocks.for_tokens(tokens) };
        if job.leg == Leg::Prefill {
            self.blocks.park(&job, share, tokens);
            out.jobs.push(job);
        } else {
            self.blocks.give_back(job.slot, share, tokens);
            self.n_reserved -= u32::from(job.leg == Leg::Decode);
        }
        self.n_leaving += u32::from(self.limits.ahead);
        self.held.tell(self.blocks.held());
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

    pub(super) fn measure(&mut self, job: &Job, out: &Out, change: impl Fn(&mut u32)) {
        if out.gaps.is_some() && job.measured {
            let workload = usize::from(job.workload);
            if self.measured.len() <= workload {
                self.measured.resize(workload + 1, 0);
            }
            change(&mut self.measured[workload]);
        }
    }
}
