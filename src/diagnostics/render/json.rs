//! One diagnostic as a JSON object on a line of its own.

use serde::Serialize;

use super::severity;
use crate::diagnostics::Diagnostic;
use crate::source::{Sources, Span};

/// The fields of a line; lines and columns count from 1, columns in characters, ends are exclusive.
#[derive(Serialize)]
struct Line<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    labels: Vec<Label<'a>>,
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<&'a str>,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Label<'a> {
    text: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
}

pub(super) fn write(diagnostic: &Diagnostic, sources: &Sources, text: &mut String) {
    let labels = diagnostic
        .labels
        .iter()
        .map(|label| Label { text: &label.text, place: place(label.span, sources) })
        .collect();
    let line = Line {
        code: diagnostic.code.0,
        severity: severity(diagnostic.severity),
        message: &diagnostic.message,
        place: place(diagnostic.span(), sources),
        labels,
        help: diagnostic.help.as_deref(),
        repeat: diagnostic.repeat.as_deref(),
    };
    text.push_str(&serde_json::to_string(&line).expect("texts and numbers are always JSON"));
    text.push('\n');
}

fn place(span: Span, sources: &Sources) -> Place<'_> {
    let (line, column) = sources.line_column(span);
    let (end_line, end_column) = sources.line_column(span.behind());
    Place { file: &sources.get(span.source).name, line, column, end_line, end_column }
}
