//! The runs of a case to its result.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::{NotRun, RunResult, Work};
use crate::check::{
    CaseResult, Ending, Golden, Member, Suite, catch, explain, failure, golden, repeat_command, snapshot_name,
};
use crate::diagnostics::Diagnostic;
use crate::engine::hardware::attained::uncalibrated;
use crate::expect::{Verdict, judge_seeds};
use crate::report::{saturation_note, uncalibrated_note};

impl<R> Work<'_, R> {
    /// The result of a case, all its seeds done.
    pub(super) fn sum_up(
        &self,
        suite_index: usize,
        member: &Member,
        ended: BTreeMap<u64, RunResult>,
    ) -> CaseResult {
        let suite = &self.suites[suite_index];
        let scenario = &suite.cases[member.case].scenario;
        let mut result = CaseResult::of(suite_index, member.case, suite);
        result.uncalibrated = uncalibrated(scenario).into_iter().map(str::to_owned).collect();
        let mut verdicts: Vec<Vec<(u64, Verdict)>> = vec![Vec::new(); scenario.expectations.len()];
        let mut snapshot = None;
        for (seed, run) in ended {
            match run {
                RunResult::NotRun(reason) => {
                    result.repeat = Some(repeat_command(suite, result.case, seed, self.options.overrides));
                    return not_run(suite, result, reason);
                }
                RunResult::Judged(run) => {
                    for (all, verdict) in verdicts.iter_mut().zip(run.verdicts) {
                        all.push((seed, verdict));
                    }
                    result.saturation = result.saturation.max(run.saturation);
                    snapshot = snapshot.or(run.snapshot);
                    result.problems.extend(run.unwritable);
                }
            }
        }
        let judged = scenario.expectations.iter().zip(&verdicts);
        result.expectations =
            judged.map(|(expectation, verdicts)| judge_seeds(expectation, verdicts)).collect();
        if let Some(text) = snapshot {
            result.golden = self.compare(suite, member, &text);
        }
        self.explain(suite, result)
    }

    pub(super) fn compare(&self, suite: &Suite, member: &Member, text: &str) -> Golden {
        // The file may have changed since the stop, or is run anew.
        if self.options.stop.load(Ordering::Relaxed) {
            return Golden::Off;
        }
        let compiled = &suite.cases[member.case];
        let line = compiled.expectations.first().map_or(1, |span| suite.sources.line_column(*span).0);
        let case = &compiled.scenario.case;
        let tolerance = compiled.scenario.run.snapshot_tolerance.get();
        let subject = golden::Subject {
            id: &case.to_string(),
            file: &case.file,
            line,
            seed: member.seeds.start,
            tolerance,
        };
        self.snapshots(suite).compare(&snapshot_name(case), subject, text)
    }

    /// Why expectations do not hold; where the explanation itself fails there is none, and the verdicts remain.
    fn notes(&self, suite: &Suite, result: &CaseResult) -> Vec<Vec<String>> {
        if !self.options.explain || self.options.stop.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let (stepping, stop) = (self.options.stepping, self.options.stop);
        catch(|| explain::explain(self.host, suite, result.case, &result.expectations, stepping, stop))
            .unwrap_or_default()
    }

    /// Says what failed, and how to repeat it.
    fn explain(&self, suite: &Suite, mut result: CaseResult) -> CaseResult {
        let compiled = &suite.cases[result.case];
        let expectations = compiled.scenario.expectations.iter().zip(&compiled.expectations);
        let repeat = |seed| repeat_command(suite, result.case, seed, self.options.overrides);
        let mut unmet = Vec::new();
        let mut notes = self.notes(suite, &result).into_iter();
        for (judgement, (expectation, span)) in result.expectations.iter().zip(expectations) {
            let mut notes = notes.next().unwrap_or_default();
            notes.extend(uncalibrated_note(&compiled.scenario));
            notes.extend(result.saturation.and_then(saturation_note));
            if let Some(failure) = failure::unmet(expectation, judgement, *span) {
                unmet.push(failure.with_notes(notes).with_repeat(Some(&repeat(judgement.deciding_seed))));
            }
        }
        if let Some(first) = unmet.first_mut() {
            let answers = self.answers.lock().expect("no panic while the lock is held");
            if let Some(holds) = answers.get(&(result.suite, result.case)) {
                *first = first.clone().with_help(holds.clone());
            }
        }
        result.repeat = unmet.first().and_then(Diagnostic::repeat).map(str::to_owned);
        result.diagnostics.extend(unmet);
        result.snapshot_failure = failure::golden(&result.golden, suite, &result.id);
        result.ending = CaseResult::judge(&result.expectations, &result.golden);
        if !result.problems.is_empty() {
            result.ending = Ending::Unreadable;
        }
        result
    }
}

fn not_run(suite: &Suite, mut result: CaseResult, reason: NotRun) -> CaseResult {
    let compiled = &suite.cases[result.case];
    result.uncalibrated.clear();
    result.ending = match reason {
        NotRun::NotSimulated => {
            result.diagnostics.clone_from(&compiled.not_simulated);
            Ending::Wrong
        }
        NotRun::Failed(error) => {
            result.diagnostics.push(failure::no_run(suite, result.case, &error));
            if error.is_unreadable() { Ending::Unreadable } else { Ending::Wrong }
        }
        NotRun::Crashed(message) => Ending::Crashed(message),
        NotRun::Skipped => Ending::Skipped,
    };
    result
}
