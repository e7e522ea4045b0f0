//! What went wrong in a run, as diagnostics: drawn at the line that said otherwise.

use std::fmt::Write as _;

use super::{Golden, RunError, Suite, case_label};
use crate::analysis::Overrides;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::verdicts;
use crate::expect::{Judgement, Status};
use crate::model::Expectation;
use crate::report::verdicts::{numbers, over_runs, reason};
use crate::source::Span;
use crate::workload::TrafficError;

/// An expectation that does not hold, or has nothing to measure.
pub(super) fn unmet(expectation: &Expectation, judgement: &Judgement, span: Span) -> Option<Diagnostic> {
    let verdict = &judgement.deciding;
    let text = &expectation.text;
    let (code, message, first) = match judgement.status {
        Status::Pass => return None,
        Status::Fail => match numbers(&expectation.condition, verdict) {
            Some(numbers) => {
                let share = numbers.relative_margin.map_or_else(String::new, |share| format!(" ({share})"));
                let reason = reason(&expectation.condition, verdict);
                (
                    &verdicts::EXPECTATION_NOT_MET,
                    format!("`{text}` does not hold: {}", reason.unwrap_or_default()),
                    format!("margin {}{share}", numbers.margin),
                )
            }
            None => (
                &verdicts::EXPECTATION_NOT_MET,
                format!("`{text}` does not hold"),
                "does not hold".to_owned(),
            ),
        },
        Status::NoData => {
            (&verdicts::NO_DATA, format!("`{text}` has no data to judge"), "nothing was measured".to_owned())
        }
    };
    let label = [Some(first), verdict.detail.clone(), over_runs(expectation, judgement)];
    let label: Vec<String> = label.into_iter().flatten().collect();
    Some(Diagnostic::error(code, message, span, label.join(", ")))
}

/// A run without an end: at the workload to blame, for a file at its name.
pub(super) fn no_run(suite: &Suite, case: usize, error: &RunError) -> Diagnostic {
    match error {
        RunError::Traffic(traffic) => no_traffic(suite, case, traffic),
        RunError::Standstill { workload, .. } | RunError::BeyondTheClock { workload, .. } => {
            in_workload(suite, case, workload, &error.to_string())
                .unwrap_or_else(|| in_file(suite, format!("workload `{workload}`: {error}")))
        }
    }
}

fn no_traffic(suite: &Suite, case: usize, error: &TrafficError) -> Diagnostic {
    let place = match (error.line, error.column) {
        (Some(line), Some(column)) => format!(":{line}:{column}"),
        (Some(line), None) => format!(":{line}"),
        (None, _) => String::new(),
    };
    let TrafficError { path, message, unreadable, .. } = error;
    let compiled = &suite.cases[case];
    for (workload, header) in compiled.scenario.workloads.iter().zip(&compiled.workloads) {
        let Some((_, looked_for)) = workload.files().into_iter().find(|(written, _)| written == path) else {
            continue;
        };
        let span = place_of_name(suite, *header, path);
        let diagnostic = Diagnostic::error(
            &verdicts::UNUSABLE_TRAFFIC,
            format!("`{path}{place}`: {message}"),
            span,
            "this file",
        );
        return match unreadable {
            true => diagnostic.with_help(format!(
                "the path is relative to the folder of this file, so `{looked_for}` was looked for"
            )),
            false => diagnostic,
        };
    }
    in_workload(suite, case, path, message)
        .unwrap_or_else(|| in_file(suite, format!("`{path}{place}`: {message}")))
}

/// At the header of a workload; `None` where there is none of that name.
fn in_workload(suite: &Suite, case: usize, name: &str, message: &str) -> Option<Diagnostic> {
    let compiled = &suite.cases[case];
    let mut workloads = compiled.scenario.workloads.iter().zip(&compiled.workloads);
    let (_, header) = workloads.find(|(workload, _)| workload.name == name)?;
    let message = format!("workload `{name}`: {message}");
    Some(Diagnostic::error(&verdicts::UNUSABLE_TRAFFIC, message, *header, "this workload"))
}

fn in_file(suite: &Suite, message: String) -> Diagnostic {
    let begin = Span { source: suite.source, start: 0, end: 0 };
    Diagnostic::error(&verdicts::UNUSABLE_TRAFFIC, message, begin, "in this file")
}

/// Where the path of a file is written in its workload, or the header of the workload where it is not found.
fn place_of_name(suite: &Suite, header: Span, path: &str) -> Span {
    let Span { source, start, .. } = header;
    let text = &suite.sources.get(source).text[start as usize..];
    let literal = format!("\"{path}\"");
    let Some(offset) = text.find(&literal) else { return header };
    let at = |byte: usize| start + u32::try_from(byte).expect("scenarios are below 8 MiB");
    Span { source, start: at(offset), end: at(offset + literal.len()) }
}

/// A snapshot that differs, or is missing in CI; it has no place in the file but its beginning.
pub(super) fn golden(golden: &Golden, suite: &Suite, id: &str) -> Option<Diagnostic> {
    let begin = Span { source: suite.source, start: 0, end: 0 };
    let (code, message, pending) = match golden {
        Golden::Off | Golden::Same | Golden::Written(_) | Golden::Broken(_) => return None,
        // Until someone has looked at it, it is new.
        Golden::Missing { pending: Some(_), .. } => return None,
        Golden::Missing { pending, .. } => {
            (&verdicts::SNAPSHOT_MISSING, format!("`{id}` has no snapshot"), pending)
        }
        Golden::Changed { pending, .. } => {
            (&verdicts::SNAPSHOT_CHANGED, format!("`{id}` gives other numbers than its snapshot"), pending)
        }
    };
    let name = quoted(&suite.name);
    let help = match pending {
        Some(_) => {
            format!("decide with `kvs review {name}`, or take the new numbers with `kvs accept {name}`")
        }
        // In CI nothing is pending.
        None => format!("take the new numbers, where the change is made, with: kvs check {name} --update"),
    };
    Some(Diagnostic::error(code, message, begin, "").with_help(help))
}

/// The command that runs just this case under just this seed.
#[must_use]
pub fn repeat_command(suite: &Suite, case: usize, seed: u64, overrides: &Overrides) -> String {
    let mut command = format!("kvs run {}", quoted(&suite.name));
    let scenario = &suite.cases[case].scenario;
    if suite.n_plain_cases() > 1 {
        write!(command, " --only {}", quoted(&case_label(&scenario.case)))
            .expect("writing to a string cannot fail");
    }
    for (key, value) in overrides {
        write!(command, " --set {}", quoted(&format!("{key}={value}")))
            .expect("writing to a string cannot fail");
    }
    if seed != scenario.run.seed || scenario.run.seeds > 1 {
        write!(command, " --seed {seed}").expect("writing to a string cannot fail");
    }
    command
}

/// The command that solves just this plan.
#[must_use]
pub fn plan_command(suite: &Suite, case: usize, overrides: &Overrides) -> String {
    let mut command = format!("kvs plan {}", quoted(&suite.name));
    if let Some(plan) = suite.plan(case).filter(|_| suite.plans.len() > 1) {
        write!(command, " --only {}", quoted(&plan.plan.name)).expect("writing to a string cannot fail");
    }
    for (key, value) in overrides {
        write!(command, " --set {}", quoted(&format!("{key}={value}")))
            .expect("writing to a string cannot fail");
    }
    command
}

/// A word of a shell command.
fn quoted(word: &str) -> String {
    let plain = !word.is_empty()
        && word
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "/._-=:,+@%".contains(character));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
