//! A line for each case that is done, its failures, and the last line.
//!
//! For the view while they run see `live`.

use std::time::Duration;

use anstyle::Style;

use super::difference::difference;
use super::output::{BAD, DOUBTFUL, FAINT, GOOD, Output, STRONG};
use crate::check::{CaseResult, Ending, Golden, Suite, Tally};
use crate::diagnostics::Diagnostic;
use crate::expect::Status;
use crate::metrics::Saturation;
use crate::report::{one_line, plan_sentence};

/// The line of a case that is done.
pub(super) fn case_line(result: &CaseResult) -> String {
    let (style, word) = match &result.ending {
        Ending::Passed => (GOOD, "pass"),
        Ending::New => (GOOD, "new"),
        Ending::NoData => (DOUBTFUL, "no data"),
        Ending::Failed => (BAD, "FAIL"),
        Ending::Wrong => (BAD, "WRONG"),
        Ending::Unreadable => (BAD, "I/O"),
        Ending::Crashed(_) => (BAD, "CRASH"),
        Ending::Skipped => (FAINT, "not run"),
    };
    let facts = facts(result);
    let facts = if facts.is_empty() { facts } else { format!("  {FAINT}{facts}{FAINT:#}") };
    format!("{style}{word:>7}{style:#}  {}{facts}", one_line(&result.id))
}

/// How many expectations hold, and what else is to be known.
fn facts(result: &CaseResult) -> String {
    let mut facts = Vec::new();
    let n_expectations = result.expectations.len();
    let n_met = result.expectations.iter().filter(|judged| judged.status == Status::Pass).count();
    let noun = if n_expectations == 1 { "expectation" } else { "expectations" };
    match &result.ending {
        Ending::Wrong | Ending::Crashed(_) | Ending::Skipped => {}
        Ending::Unreadable if n_expectations == 0 => {}
        _ if n_expectations == 0 => facts.push("nothing expected".to_owned()),
        Ending::Passed => facts.push(format!("{n_expectations} {noun}")),
        Ending::New => {
            let hold = if n_expectations == 1 { "holds" } else { "hold" };
            facts.push(format!("{n_expectations} {noun} {hold}"));
        }
        // Of a case that failed for its snapshot all of them may hold.
        Ending::Failed | Ending::NoData | Ending::Unreadable => {
            facts.push(format!("{n_met} of {n_expectations} {noun}"));
        }
    }
    facts.extend(result.plan.as_deref().map(plan_sentence));
    match &result.golden {
        Golden::Off | Golden::Same => {}
        Golden::Missing { pending: Some(_), .. } => facts.push("snapshot pending".to_owned()),
        Golden::Missing { pending: None, .. } => facts.push("snapshot missing".to_owned()),
        Golden::Changed { .. } => facts.push("snapshot differs".to_owned()),
        Golden::Written(_) => facts.push("snapshot written".to_owned()),
        Golden::Broken(_) => facts.push("snapshot unreadable".to_owned()),
    }
    facts.extend(
        result.saturation.filter(|found| *found != Saturation::Stable).map(|found| found.name().to_owned()),
    );
    if !result.uncalibrated.is_empty() {
        facts.push(format!("uncalibrated on {}", result.uncalibrated.join(", ")));
    }
    facts.join(", ")
}

/// What was printed about the file at hand; its cases have much in common.
#[derive(Default)]
pub(super) struct Printed {
    suite: usize,
    diagnostics: Vec<Diagnostic>,
    how_to_accept: bool,
}

/// A case's failures: at their lines, then how its numbers differ from the snapshot. What is wrong with every case of
/// a file, and what to do about its snapshots, is printed once.
pub(super) fn print_failures(output: &Output, suite: &Suite, result: &CaseResult, printed: &mut Printed) {
    if printed.suite != result.suite {
        *printed = Printed { suite: result.suite, ..Printed::default() };
    }
    let mut list = result.diagnostics.clone();
    if matches!(result.ending, Ending::Wrong | Ending::Unreadable) {
        list.retain(|diagnostic| !printed.diagnostics.contains(diagnostic));
        printed.diagnostics.extend(list.iter().cloned());
    }
    // What has a command of its own keeps it.
    for diagnostic in list.iter_mut().filter(|diagnostic| diagnostic.repeat().is_none()) {
        *diagnostic = diagnostic.clone().with_repeat(result.repeat.as_ref());
    }
    output.diagnostics(&list, &suite.sources);
    if let Some(mut failure) = result.snapshot_failure.clone() {
        if std::mem::replace(&mut printed.how_to_accept, true) && !output.is_for_programs() {
            failure.help = None;
        }
        output.unplaced(&failure, &suite.sources);
    }
    for problem in &result.problems {
        output.problem(problem);
    }
    match &result.golden {
        Golden::Broken(problem) => output.problem(problem),
        Golden::Changed { old, new, .. } => output.detail(&difference(old, new)),
        Golden::Off | Golden::Same | Golden::Missing { .. } | Golden::Written(_) => {}
    }
    if let Ending::Crashed(message) = &result.ending {
        output.crash(&result.id, message);
    }
    if matches!(result.ending, Ending::Failed | Ending::NoData | Ending::Crashed(_)) {
        for repeat in result.repeats() {
            output.progress(&format!("         repeat with: {STRONG}{repeat}{STRONG:#}"));
        }
    }
}

/// The last line of a command that was interrupted before its first run.
pub(super) fn interrupted_line(elapsed: Duration) -> String {
    format!("{BAD}interrupted{BAD:#} in {STRONG}{:.2} s{STRONG:#}\n", elapsed.as_secs_f64())
}

/// `18 passed, 1 failed, 0 no data in 0.41 s`, and whatever else happened; Ctrl-C left `n_left` cases.
pub(super) fn summary_line(
    tally: &Tally,
    n_broken_files: usize,
    n_left: Option<usize>,
    seconds: f64,
) -> String {
    let (passed, failed, no_data) =
        (tally.of(&Ending::Passed), tally.of(&Ending::Failed), tally.of(&Ending::NoData));
    let counted = |count: usize, style: Style, what: &str| {
        if count > 0 { format!("{style}{count} {what}{style:#}") } else { format!("{count} {what}") }
    };
    let mut parts = vec![
        counted(passed, GOOD, "passed"),
        counted(failed, BAD, "failed"),
        counted(no_data, DOUBTFUL, "no data"),
    ];
    let of = |count: usize, one: &str, many: &str, what: &str| {
        format!("{} {what}", if count == 1 { one } else { many })
    };
    let wrong = tally.of(&Ending::Wrong);
    let unreadable = tally.of(&Ending::Unreadable);
    let others = [
        (tally.of(&Ending::New), GOOD, "new".to_owned()),
        (wrong, BAD, of(wrong, "case", "cases", "with errors")),
        (unreadable, BAD, of(unreadable, "case", "cases", "with I/O errors")),
        (tally.crashed(), BAD, "crashed".to_owned()),
        (tally.of(&Ending::Skipped) + n_left.unwrap_or(0), FAINT, "not run".to_owned()),
        (n_broken_files, BAD, of(n_broken_files, "file", "files", "with errors")),
    ];
    let others = others.iter().filter(|(count, ..)| *count > 0);
    parts.extend(others.map(|(count, style, what)| counted(*count, *style, what)));
    if n_left.is_some() {
        parts.push(format!("{BAD}interrupted{BAD:#}"));
    }
    let line = parts.join(", ");
    format!("{line} in {STRONG}{seconds:.2} s{STRONG:#}\n")
}
