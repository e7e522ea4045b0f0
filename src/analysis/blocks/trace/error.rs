//! E04xx: mistakes in traces.

use crate::analysis::language::suggest::{alternatives, did_you_mean};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::workloads;
use crate::source::Span;
use crate::syntax::ast::{Cell, Row};

/// `trace { }`
pub(super) fn no_rows(header: Span) -> Diagnostic {
    Diagnostic::error(&workloads::EMPTY_TRACE, "a trace without rows", header, "no row in it")
        .with_help("write a row for each request: `r1 0 500 200` (id, arrival in ms, prompt, gen)")
}

/// `columns id arival_ms prompt gen`
pub(super) fn unknown_column(cell: &Cell, near: &[&str], names: &[&str]) -> Diagnostic {
    let help = did_you_mean(near).unwrap_or_else(|| format!("a column is {}", alternatives(names)));
    Diagnostic::error(
        &workloads::INVALID_COLUMNS,
        format!("unknown column `{}`", cell.text),
        cell.span,
        "no such column",
    )
    .with_help(help)
}

/// `columns id arrival_ms arrival_s prompt gen`
pub(super) fn column_twice(cell: &Cell, first: Span) -> Diagnostic {
    let message = format!("column `{}` says again what another column says", cell.text);
    Diagnostic::error(&workloads::INVALID_COLUMNS, message, cell.span, "second time")
        .with_label(first, "first time")
        .with_help("leave out one of the two")
}

/// `columns id arrival_ms prompt`
pub(super) fn columns_missing(span: Span, missing: &[&str]) -> Diagnostic {
    let list: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("the trace lacks the column {}", list.join(", "));
    Diagnostic::error(&workloads::INVALID_COLUMNS, message, span, "not among these").with_help(
        "every request needs an arrival, a prompt and an output: `columns id arrival_ms prompt gen`",
    )
}

/// `r1 0 many 200`
pub(super) fn bad_cell(cell: &Cell, what: &str, expected: &str, example: &str) -> Diagnostic {
    let message = format!("{what} expects {expected}, found `{}`", cell.text);
    let diagnostic =
        Diagnostic::error(&workloads::INVALID_CELL, message, cell.span, format!("not {expected}"));
    let digits = cell.text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    if !digits.is_empty() && digits != cell.text && digits.parse::<f64>().is_ok() {
        return diagnostic.with_help(format!("cells carry no unit: write `{digits}`"));
    }
    diagnostic.with_help(format!("write {expected}, as `{example}`"))
}

/// `r1 -5 100 200`
pub(super) fn cell_out_of_range(cell: &Cell, what: &str, rule: &str, help: &str) -> Diagnostic {
    let message = format!("{what} {rule}, found `{}`", cell.text);
    Diagnostic::error(&workloads::INVALID_CELL, message, cell.span, rule).with_help(help)
}

/// `r1 0 100`
pub(super) fn too_few_cells(row: &Row, expected: usize, missing: &[&str]) -> Diagnostic {
    let list: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("a row has {expected} cells, found {}", row.cells.len());
    Diagnostic::error(
        &workloads::WRONG_CELL_COUNT,
        message,
        row.span,
        format!("{} {} missing", list.join(", "), if list.len() == 1 { "is" } else { "are" }),
    )
    .with_help("a row is `id arrival_ms prompt gen`, or what a `columns` row in front names")
}

/// `r1 0 100 200 0 7`
pub(super) fn too_many_cells(row: &Row, expected: usize, surplus: &Cell) -> Diagnostic {
    let message = format!("a row has at most {expected} cells, found {}", row.cells.len());
    Diagnostic::error(&workloads::WRONG_CELL_COUNT, message, surplus.span, "one cell too many")
        .with_help("a row is `id arrival_ms prompt gen [streaming]`, or what a `columns` row in front names")
}

/// Two rows called `r1`
pub(super) fn repeated_id(cell: &Cell, first: Span) -> Diagnostic {
    let message = format!("two rows are called `{}`", cell.text);
    Diagnostic::note(&workloads::DUPLICATE_REQUEST_ID, message, cell.span, "second time")
        .with_label(first, "first time")
        .with_help("they are two requests; give them two ids to tell them apart in the event log")
}

/// `slice 5 min`
pub(super) fn slice_without_end(text: &str, span: Span) -> Diagnostic {
    let message = format!("`slice` expects a span of trace time, found `{text}`");
    Diagnostic::error(&workloads::INVALID_SLICE, message, span, "one time, not two")
        .with_help(format!("write from and to: `slice 0 s .. {text}`"))
}

/// `slice 25 min .. 5 min`
pub(super) fn empty_slice(text: &str, span: Span) -> Diagnostic {
    let message = format!("the slice `{text}` is empty: it must end after it begins");
    Diagnostic::error(&workloads::INVALID_SLICE, message, span, "holds nothing").with_help("swap the two")
}
