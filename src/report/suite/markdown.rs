//! A page for people in Markdown: the step summary of a CI job, or a comment.

use std::fmt::Write as _;

use super::{CaseReport, Results, Status, SuiteFormat};
use crate::expect;
use crate::report::markdown::{cell, code, fenced, prose};

pub(super) static FORMAT: SuiteFormat = SuiteFormat {
    name: "markdown",
    summary: "a summary with every failure, for step summaries and pull requests",
    draws: false,
    write: |results, _, into| into.write_all(markdown(results).as_bytes()),
};

fn markdown(results: &Results) -> String {
    let mut text = format!("## kvs: {}\n\n{}\n", results.sentence(), results.provenance());
    let mut line = |words: String| writeln!(text, "{words}").expect("writing to a string cannot fail");
    results.uncalibrated().into_iter().chain(results.saturated()).for_each(|note| line(format!("\n{note}")));
    let unwell = || {
        results
            .cases
            .iter()
            .filter(|case| !matches!(case.status, Status::Passed | Status::New | Status::Skipped))
    };
    if unwell().next().is_some() {
        line("\n| case | | value | limit | margin |\n|---|---|---|---|---|".to_owned());
        unwell().flat_map(rows).for_each(&mut line);
    }
    for case in unwell() {
        line(details(case));
    }
    for diagnostic in &results.diagnostics {
        let place = &diagnostic.place;
        let at = code(&format!("{}:{}", place.file, place.line));
        line(format!("\n- {at} **{}** {}", diagnostic.code, prose(&diagnostic.message)));
    }
    for problem in &results.problems {
        line(format!("\n- {}", prose(problem)));
    }
    text
}

/// A row for each thing that failed in a case.
fn rows(case: &CaseReport) -> Vec<String> {
    let id = cell(&code(&case.id));
    let mut rows = Vec::new();
    for expectation in
        case.expectations.iter().filter(|expectation| expectation.status != expect::Status::Pass)
    {
        let numbers = match &expectation.shown {
            Some(shown) => {
                let share = shown.share.as_ref().map_or_else(String::new, |share| format!(" ({share})"));
                format!("{} | {} | {}{share}", shown.value, shown.limit, shown.margin)
            }
            None => format!("{} | |", expectation.status.name()),
        };
        rows.push(format!("| {id} | {} | {numbers} |", cell(&code(&expectation.expect))));
    }
    if case.snapshot.is_failure() {
        rows.push(format!("| {id} | snapshot {} | | | |", case.snapshot.status.name()));
    }
    if rows.is_empty() {
        rows.push(format!("| {id} | {} | | | |", case.status.name()));
    }
    rows
}

fn details(case: &CaseReport) -> String {
    let mut text = format!("\n<details><summary>{}</summary>\n", prose(&case.id));
    for diagnostic in &case.diagnostics {
        write!(text, "\n{}\n", fenced("text", &diagnostic.lines().join("\n")))
            .expect("writing to a string cannot fail");
    }
    for problem in &case.problems {
        write!(text, "\n{}\n", fenced("text", problem)).expect("writing to a string cannot fail");
    }
    if let Some(difference) = &case.snapshot.difference {
        write!(text, "\n{}\n", fenced("diff", difference)).expect("writing to a string cannot fail");
    }
    text.push_str("\n</details>");
    text
}
