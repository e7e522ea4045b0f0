//! What came of a case, as reports have it: without its sources and its model.

use std::collections::BTreeMap;

use super::{CaseResult, Ending, Golden, Suite};
use crate::diagnostics::Located;
use crate::report::number::Json;
use crate::report::{CaseReport, ExpectationReport, SnapshotReport, SnapshotStatus, Status};

/// What came of a case; `metrics` are those of its first seed.
#[must_use]
pub fn case_report(suite: &Suite, result: &CaseResult, metrics: BTreeMap<String, Json>) -> CaseReport {
    let compiled = &suite.cases[result.case];
    let scenario = &compiled.scenario;
    let expectations = scenario.expectations.iter().zip(&result.expectations).zip(&compiled.expectations);
    let mut diagnostics: Vec<Located> =
        result.diagnostics.iter().map(|diagnostic| Located::of(diagnostic, &suite.sources)).collect();
    diagnostics.extend(result.snapshot_failure.iter().map(|failure| Located::of(failure, &suite.sources)));
    for diagnostic in &mut diagnostics {
        diagnostic.repeat = diagnostic.repeat.take().or_else(|| result.repeat.clone());
    }
    let mut problems: Vec<String> = result.problems.iter().map(ToString::to_string).collect();
    problems.extend(match &result.golden {
        Golden::Broken(problem) => Some(problem.to_string()),
        Golden::Off | Golden::Same | Golden::Missing { .. } | Golden::Changed { .. } | Golden::Written(_) => {
            None
        }
    });
    if let Ending::Crashed(message) = &result.ending {
        problems.push(format!("{}: {message}; this is a bug in kvs", result.id));
    }
    CaseReport {
        file: format!("{}{}", suite.prefix, scenario.case.file),
        index: result.case,
        id: result.id.clone(),
        status: status(&result.ending),
        seed: scenario.run.seed,
        expectations: expectations
            .map(|((expectation, judgement), span)| {
                ExpectationReport::of(expectation, judgement, suite.sources.line_column(*span).0)
            })
            .collect(),
        snapshot: snapshot(&result.golden),
        metrics,
        diagnostics,
        problems,
        repeat: result.repeat.clone(),
        uncalibrated: result.uncalibrated.clone(),
        saturation: result.saturation.map(|saturation| saturation.name().to_owned()),
        plan: result.plan.as_deref().cloned(),
    }
}

pub(super) fn status(ending: &Ending) -> Status {
    match ending {
        Ending::Passed => Status::Passed,
        Ending::New => Status::New,
        Ending::NoData => Status::NoData,
        Ending::Failed => Status::Failed,
        Ending::Wrong => Status::Wrong,
        Ending::Unreadable => Status::Unreadable,
        Ending::Crashed(_) => Status::Crashed,
        Ending::Skipped => Status::Skipped,
    }
}

fn snapshot(golden: &Golden) -> SnapshotReport {
    let (status, difference) = match golden {
        Golden::Off => (SnapshotStatus::Off, None),
        Golden::Same => (SnapshotStatus::Same, None),
        Golden::Written(_) => (SnapshotStatus::Written, None),
        Golden::Missing { new, .. } => (SnapshotStatus::Missing, Some(difference("", new))),
        Golden::Changed { old, new, .. } => (SnapshotStatus::Changed, Some(difference(old, new))),
        Golden::Broken(_) => (SnapshotStatus::Broken, None),
    };
    SnapshotReport { status, difference }
}

/// The lines that differ with one line around them, as `diff -u` has them.
fn difference(old: &str, new: &str) -> String {
    let ended = |text: &str| if text.is_empty() { String::new() } else { format!("{text}\n") };
    let (old, new) = (ended(old), ended(new));
    similar::TextDiff::from_lines(&old, &new).unified_diff().context_radius(1).to_string()
}
