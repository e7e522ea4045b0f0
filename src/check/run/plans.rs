//! Plans among the cases: solved one after the other, each on all threads.

use std::sync::atomic::Ordering;

use super::{Recorder, Work};
use crate::check::plan::{self, Question, Solved, Unsolved};
use crate::check::{CaseResult, Ending, Group, Member, Suite, failure, plan_command};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::verdicts;
use crate::report::{PlanOutcome, PlanReport, plan_sentence, plan_snapshot, plan_why};

impl<R: Recorder> Work<'_, R> {
    /// Solves the plan of a group.
    pub(super) fn solve(&self, group: &Group) {
        let suite = &self.suites[group.suite];
        for member in &group.members {
            let skipped =
                self.is_stopped() || (self.options.fail_fast && self.failed.load(Ordering::Relaxed));
            if !skipped {
                self.listener.started(suite, member.case);
            }
            let solved = match suite.plan(member.case) {
                Some(plan) if !skipped => {
                    let (host, options) = (self.host, self.options);
                    plan::solve(Question { host, suite, plan, seeds: &member.seeds, options })
                }
                _ => Err(Unsolved::Stopped),
            };
            member.seeds.clone().for_each(|_| self.listener.run_ended());
            let result = self.sum_up_plan(group.suite, member, solved);
            if result.ending != Ending::Passed {
                self.failed.store(true, Ordering::Relaxed);
            }
            if result.ending != Ending::Skipped || !self.is_stopped() {
                self.ordered.push(result);
            }
        }
    }

    fn sum_up_plan(
        &self,
        suite_index: usize,
        member: &Member,
        solved: Result<Solved, Unsolved>,
    ) -> CaseResult {
        let suite = &self.suites[suite_index];
        let mut result = CaseResult::of(suite_index, member.case, suite);
        result.repeat = Some(plan_command(suite, member.case, self.options.overrides));
        match solved {
            Err(Unsolved::Stopped) => {
                result.ending = Ending::Skipped;
                result.repeat = None;
            }
            Err(Unsolved::Crashed(message)) => result.ending = Ending::Crashed(message),
            Err(Unsolved::Failed(error)) => {
                result.ending = if error.is_unreadable() { Ending::Unreadable } else { Ending::Wrong };
                result.diagnostics.push(failure::no_run(suite, member.case, &error));
            }
            Ok(Solved { report, judgements }) => {
                result.expectations = judgements;
                if self.snapshots(suite).active() {
                    result.golden = self.compare(suite, member, &plan_snapshot(&report));
                }
                self.judge_plan(suite, &mut result, &report);
                self.keep_answer(suite_index, member.case, &report);
                result.plan = Some(Box::new(report));
            }
        }
        result
    }

    /// Says what failed: that there is no answer, and what the answer does not hold.
    fn judge_plan(&self, suite: &Suite, result: &mut CaseResult, report: &PlanReport) {
        let compiled = &suite.cases[result.case];
        let name = suite.plan(result.case).expect("a plan was solved").name;
        let sentence = plan_sentence(report);
        result.ending = CaseResult::judge(&result.expectations, &result.golden);
        let verdict = match report.outcome {
            PlanOutcome::NothingHolds => Some((&verdicts::NOTHING_HOLDS, "nothing in the range holds")),
            PlanOutcome::RangeTooSmall => Some((&verdicts::RANGE_TOO_SMALL, "the range is too small")),
            PlanOutcome::Answer | PlanOutcome::Frontier => None,
        };
        let why =
            report.nearest.iter().chain(&report.next_better).map(|candidate| plan_why(report, candidate));
        let notes: Vec<String> = why.collect();
        if let Some((code, label)) = verdict {
            let message = format!("plan `{}`: {sentence}", report.plan);
            result.diagnostics.push(Diagnostic::error(code, message, name, label).with_notes(notes.clone()));
            result.ending = Ending::Failed;
        }
        if report.outcome != PlanOutcome::NothingHolds {
            let expectations = compiled.scenario.expectations.iter().zip(&compiled.expectations);
            for (judgement, (expectation, span)) in result.expectations.iter().zip(expectations) {
                let mut notes_of_one = vec![format!("the answer: {sentence}")];
                notes_of_one.extend(notes.iter().cloned());
                let unmet = failure::unmet(expectation, judgement, *span);
                result.diagnostics.extend(unmet.map(|unmet| unmet.with_notes(notes_of_one)));
            }
        }
        result.snapshot_failure = failure::golden(&result.golden, suite, &result.id);
        if result.ending == Ending::Passed {
            result.repeat = None;
        }
    }

    /// For the case that the plan starts from, should it fail.
    fn keep_answer(&self, suite_index: usize, case: usize, report: &PlanReport) {
        let answer = report.answers.first().filter(|_| report.outcome == PlanOutcome::Answer);
        if let Some((answer, base)) = answer.zip(self.suites[suite_index].base_of_plan(case)) {
            let holds =
                format!("holds with {}, says the plan `{}`", report.label(&answer.parameters), report.plan);
            let mut answers = self.answers.lock().expect("no panic while the lock is held");
            answers.entry((suite_index, base)).or_insert(holds);
        }
    }
}
