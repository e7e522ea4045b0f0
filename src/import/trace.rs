//! `trace.txt`: `id arrival_ms prompt gen streaming`, in any order.

use super::error;
use super::lines::{Cell, lines};
use crate::diagnostics::Diagnostic;
use crate::source::{SourceId, Sources};

/// A request, cells as written.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) arrival_ms: String,
    pub(super) prompt: u32,
    pub(super) output: u32,
}

pub(super) fn read(source: SourceId, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Vec<Row> {
    let mut rows = Vec::new();
    let n_before = diagnostics.len();
    for line in lines(source, sources) {
        match row(&line) {
            Ok(row) => rows.push(row),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
        diagnostics.extend(line.get(5).map(|extra| error::left_over(extra)));
    }
    if rows.is_empty() && diagnostics.len() == n_before {
        diagnostics.push(error::empty_trace(source));
    }
    rows
}

fn row(line: &[Cell<'_>]) -> Result<Row, Diagnostic> {
    let [id, arrival, prompt, output, ..] = line else {
        return Err(error::short_line(line[0].span, "id arrival_ms prompt gen [streaming]"));
    };
    let milliseconds = arrival.text.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
    if milliseconds.is_none() {
        return Err(error::wrong_value(arrival, "arrival_ms", "a time in milliseconds, zero or more"));
    }
    let tokens = |cell: &Cell<'_>, column: &str| {
        cell.text.parse::<u32>().map_err(|_| error::wrong_value(cell, column, "a whole number of tokens"))
    };
    Ok(Row {
        id: id.text.to_owned(),
        arrival_ms: arrival.text.to_owned(),
        prompt: tokens(prompt, "prompt")?,
        output: tokens(output, "gen")?,
    })
}
