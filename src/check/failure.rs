//! What went wrong in a run, as diagnostics: drawn at the line that said otherwise.

use std::fmt::Write as _;

use super::{Golden, Suite, case_label};
use crate::analysis::Overrides;
use crate::diagnostics::{Code, Diagnostic};
use crate::expect::{Judgement, Status};
use crate::host::display;
use crate::model::{Expectation, Workload, WorkloadSource};
use crate::report::number::percent;
use crate::report::verdicts::numbers;
use crate::source::Span;
use crate::workload::TrafficError;

/// An expectation that does not hold, or has nothing to measure.
pub(super) fn unmet(expectation: &Expectation, judgement: &Judgement, span: Span) -> Option<Diagnostic> {
    let verdict = &judgement.worst;
    let text = &expectation.text;
    let (code, message, first) = match judgement.status {
        Status::Pass => return None,
        Status::Fail => match numbers(verdict) {
            Some(numbers) => {
                let share = numbers.relative_margin.map_or_else(String::new, |share| format!(" ({share})"));
                let (limit, value) = (numbers.limit, numbers.value);
                (
                    NOT_MET,
                    format!("`{text}` does not hold: expected a limit of `{limit}`, found `{value}`"),
                    format!("margin {}{share}", numbers.margin),
                )
            }
            None => (NOT_MET, format!("`{text}` does not hold"), "does not hold".to_owned()),
        },
        Status::NoData => {
            (NO_DATA, format!("`{text}` has no data to judge"), "nothing was measured".to_owned())
        }
    };
    let label = [Some(first), verdict.detail.clone(), over_runs(judgement, expectation)];
    let label: Vec<String> = label.into_iter().flatten().collect();
    Some(Diagnostic::error(code, message, span, label.join(", ")))
}

/// How many runs hold, where there are several.
fn over_runs(judgement: &Judgement, expectation: &Expectation) -> Option<String> {
    let Judgement { held, runs, worst_seed, .. } = judgement;
    let needed = match expectation.in_runs {
        Some(share) => format!(" where {} are needed", percent(share)),
        None => String::new(),
    };
    (*runs > 1).then(|| format!("with seed {worst_seed}, the worst; holds in {held} of {runs} runs{needed}"))
}

/// A trace that cannot be read, drawn at the statement that names it.
pub(super) fn no_traffic(suite: &Suite, case: usize, error: &TrafficError) -> Diagnostic {
    let place = match (error.line, error.column) {
        (Some(line), Some(column)) => format!(":{line}:{column}"),
        (Some(line), None) => format!(":{line}"),
        (None, _) => String::new(),
    };
    let TrafficError { path, message, .. } = error;
    let span = place_of_trace(suite, case, path);
    Diagnostic::error(BAD_TRACE, format!("`{path}{place}`: {message}"), span, "read for this trace")
}

/// Where the file's name stands; else a setting of the trace; else the beginning of the file.
fn place_of_trace(suite: &Suite, case: usize, path: &str) -> Span {
    let compiled = &suite.cases[case];
    let reads =
        |workload: &&Workload| matches!(&workload.source, WorkloadSource::File(file) if file.path == path);
    let block =
        compiled.scenario.workloads.iter().find(reads).map(|workload| format!("trace {}", workload.name));
    let settings = compiled.settings.iter().filter(|setting| Some(&setting.block) == block.as_ref());
    let statement = settings.filter_map(|setting| setting.origin).next();
    let source = statement.map_or(suite.source, |span| span.source);
    let literal = format!("\"{path}\"");
    let at = |byte: usize| u32::try_from(byte).expect("scenarios are below 8 MiB");
    match suite.sources.get(source).text.find(&literal) {
        Some(start) => Span { source, start: at(start), end: at(start + literal.len()) },
        None => statement.unwrap_or(Span { source, start: 0, end: 0 }),
    }
}

/// A snapshot that is missing or differs; it has no place in the file but its beginning.
pub(super) fn golden(golden: &Golden, suite: &Suite, id: &str) -> Option<Diagnostic> {
    let begin = Span { source: suite.source, start: 0, end: 0 };
    let (code, message, pending) = match golden {
        Golden::Off | Golden::Same | Golden::Written(_) | Golden::Broken(_) => return None,
        Golden::Missing { pending, .. } => (SNAPSHOT_MISSING, format!("`{id}` has no snapshot"), pending),
        Golden::Changed { pending, .. } => {
            (SNAPSHOT_CHANGED, format!("`{id}` gives other numbers than its snapshot"), pending)
        }
    };
    let look = pending.as_ref().map_or_else(String::new, |path| {
        format!("look at `{}`, then ", display(path.strip_prefix(&suite.root.folder).unwrap_or(path)))
    });
    let help = format!("{look}accept the new numbers with: kvs check {} --update", quoted(&suite.name));
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

const BAD_TRACE: Code = Code("E0805");
const NOT_MET: Code = Code("E0801");
const NO_DATA: Code = Code("E0802");
const SNAPSHOT_CHANGED: Code = Code("E0803");
const SNAPSHOT_MISSING: Code = Code("E0804");
