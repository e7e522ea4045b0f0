//! What went wrong in a run, as diagnostics: drawn at the line that said otherwise.

use std::fmt::Write as _;

use super::{Golden, Judgement, Suite, case_label};
use crate::analysis::Overrides;
use crate::diagnostics::{Code, Diagnostic};
use crate::expect::Status;
use crate::model::Expectation;
use crate::report::number::percent;
use crate::report::verdicts::numbers;
use crate::source::Span;
use crate::workload::TrafficError;

/// An expectation that does not hold, or has nothing to measure.
pub(super) fn unmet(
    expectation: &Expectation,
    judgement: &Judgement,
    span: Span,
    repeat: &str,
) -> Option<Diagnostic> {
    let verdict = &judgement.worst;
    let text = &expectation.text;
    let diagnostic = match judgement.status {
        Status::Pass => return None,
        Status::Fail => {
            let numbers = numbers(verdict);
            let found = numbers.as_ref().map_or_else(String::new, |numbers| {
                format!(": expected a limit of `{}`, found `{}`", numbers.limit, numbers.value)
            });
            let label = numbers.map_or_else(
                || "does not hold".to_owned(),
                |numbers| match numbers.relative_margin {
                    Some(share) => format!("margin {} ({share})", numbers.margin),
                    None => format!("margin {}", numbers.margin),
                },
            );
            Diagnostic::error(NOT_MET, format!("`{text}` does not hold{found}"), span, label)
        }
        Status::NoData => {
            Diagnostic::error(NO_DATA, format!("`{text}` has no data to judge"), span, "nothing was measured")
        }
    };
    let help = [
        verdict.detail.clone(),
        over_runs(judgement, expectation),
        Some(format!("repeat it with: {repeat}")),
    ];
    Some(diagnostic.with_help(help.into_iter().flatten().collect::<Vec<_>>().join("\n")))
}

/// How many runs hold, where there are several.
fn over_runs(judgement: &Judgement, expectation: &Expectation) -> Option<String> {
    let Judgement { held, runs, worst_seed, .. } = judgement;
    let needed = match expectation.in_runs {
        Some(share) => format!(", {} are needed", percent(share)),
        None => String::new(),
    };
    (*runs > 1).then(|| {
        format!("holds in {held} of {runs} runs{needed}; the worst is seed {worst_seed}, shown here")
    })
}

/// A trace that cannot be read, drawn at the statement that names it.
pub(super) fn no_traffic(suite: &Suite, case: usize, error: &TrafficError) -> Diagnostic {
    let place = match (error.line, error.column) {
        (Some(line), Some(column)) => format!(":{line}:{column}"),
        (Some(line), None) => format!(":{line}"),
        (None, _) => String::new(),
    };
    let TrafficError { path, message, .. } = error;
    let text = &suite.sources.get(suite.source).text;
    let literal = format!("\"{path}\"");
    let (start, end) = text.find(&literal).map_or((0, 0), |start| (start, start + literal.len()));
    let at = |byte: usize| u32::try_from(byte).expect("scenarios are below 8 MiB");
    let span = Span { source: suite.source, start: at(start), end: at(end) };
    let _ = case;
    Diagnostic::error(BAD_TRACE, format!("`{path}{place}`: {message}"), span, "this trace")
}

/// A snapshot that is missing or differs; drawn where the file begins.
pub(super) fn golden(golden: &Golden, suite: &Suite, id: &str) -> Option<Diagnostic> {
    let begin = Span { source: suite.source, start: 0, end: 0 };
    let (code, message, pending) = match golden {
        Golden::Off | Golden::Same | Golden::Written(_) | Golden::Broken(_) => return None,
        Golden::Missing { pending, .. } => (SNAPSHOT_MISSING, format!("`{id}` has no snapshot"), pending),
        Golden::Changed { pending, .. } => {
            (SNAPSHOT_CHANGED, format!("`{id}` gives other numbers than its snapshot"), pending)
        }
    };
    let accept = format!("accept the new numbers with: kvs check {} --update", quoted(&suite.name));
    let help = match pending {
        Some(path) => format!("{accept}\nor look at them first in `{}`", crate::host::display(path)),
        None => accept,
    };
    Some(Diagnostic::error(code, message, begin, "this file").with_help(help))
}

/// The command that runs just this case under just this seed.
#[must_use]
pub fn repeat_command(suite: &Suite, case: usize, seed: u64, overrides: &Overrides) -> String {
    let mut command = format!("kvs run {}", quoted(&suite.name));
    let scenario = &suite.cases[case].scenario;
    if suite.cases.len() > 1 {
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

/// A word of a shell command.
fn quoted(word: &str) -> String {
    let plain = !word.is_empty()
        && word
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "/._-=:,+@%".contains(character));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

const BAD_TRACE: Code = Code("E0411");
const NOT_MET: Code = Code("E0801");
const NO_DATA: Code = Code("E0802");
const SNAPSHOT_CHANGED: Code = Code("E0803");
const SNAPSHOT_MISSING: Code = Code("E0804");
