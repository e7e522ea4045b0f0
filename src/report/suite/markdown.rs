//! A page for people in Markdown: the step summary of a CI job, or a comment.

use std::fmt::Write as _;

use super::{CaseReport, Results, Status, SuiteFormat};

pub(super) static FORMAT: SuiteFormat = SuiteFormat {
    name: "markdown",
    summary: "a summary with every failure, for step summaries and pull requests",
    write: |results, _, into| into.write_all(markdown(results).as_bytes()),
};

fn markdown(results: &Results) -> String {
    let mut text = format!("## kvs: {}\n", results.sentence());
    let mut line = |words: String| writeln!(text, "{words}").expect("writing to a string cannot fail");
    results.uncalibrated().into_iter().chain(results.saturated()).for_each(|note| line(format!("\n{note}")));
    let unwell =
        || results.cases.iter().filter(|case| !matches!(case.status, Status::Passed | Status::Skipped));
    if unwell().next().is_some() {
        line("\n| case | | value | limit | margin |\n|---|---|---|---|---|".to_owned());
        unwell().flat_map(rows).for_each(&mut line);
    }
    for case in unwell() {
        line(details(case));
    }
    for diagnostic in &results.diagnostics {
        let place = &diagnostic.place;
        let message = cell(&diagnostic.message);
        line(format!("\n- `{}:{}` **{}** {message}", place.file, place.line, diagnostic.code));
    }
    for problem in &results.problems {
        line(format!("\n- {}", cell(problem)));
    }
    text
}

/// A row for each thing that failed in a case.
fn rows(case: &CaseReport) -> Vec<String> {
    let id = cell(&code(&case.id));
    let mut rows = Vec::new();
    for expectation in case.expectations.iter().filter(|expectation| expectation.status != "pass") {
        let numbers = match &expectation.shown {
            Some(shown) => {
                let share = shown.share.as_ref().map_or_else(String::new, |share| format!(" ({share})"));
                format!("{} | {} | {}{share}", shown.value, shown.limit, shown.margin)
            }
            None => format!("{} | |", expectation.status),
        };
        rows.push(format!("| {id} | {} | {numbers} |", cell(&code(&expectation.expect))));
    }
    if case.snapshot.is_failure() {
        rows.push(format!("| {id} | snapshot {} | | | |", case.snapshot.status));
    }
    if rows.is_empty() {
        rows.push(format!("| {id} | {} | | | |", case.status.name()));
    }
    rows
}

fn details(case: &CaseReport) -> String {
    let mut text = format!("\n<details><summary>{}</summary>\n", escaped(&case.id));
    for diagnostic in &case.diagnostics {
        write!(text, "\n{}\n", fenced(&diagnostic.lines().join("\n")))
            .expect("writing to a string cannot fail");
    }
    for problem in &case.problems {
        write!(text, "\n{}\n", fenced(problem)).expect("writing to a string cannot fail");
    }
    if let Some(difference) = &case.snapshot.difference {
        write!(text, "\n```diff\n{}\n```\n", difference.trim_end()).expect("writing to a string cannot fail");
    }
    text.push_str("\n</details>");
    text
}

fn fenced(text: &str) -> String {
    format!("```text\n{}\n```", text.trim_end().replace("```", "'''"))
}

/// Code on one line; a text that holds a backtick needs two around it.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
