//! Inline rows: cells to requests, each wrong cell reported at its place.
//!
//! Rows are blank-separated cells under columns; the first row may name the columns. Invariant: rows leave here in
//! order of arrival, equal times in the order written.

use std::collections::BTreeMap;

use super::error;
use crate::analysis::language::context::Context;
use crate::analysis::language::suggest::nearest;
use crate::model::TraceRow;
use crate::source::Span;
use crate::syntax::ast::{Cell, Row};
use crate::units::{SimTime, Tokens};
use crate::workload::formats::columns::{COLUMNS, Column, USUAL, fewest_cells, is_streaming, missing};
use crate::workload::formats::{self, BadCell};

/// Reads the rows of a trace; `header` is where a missing row is reported.
pub(super) fn lower(rows: &[Row], header: Span, ctx: &mut Context<'_>) -> Option<Vec<TraceRow>> {
    let (columns, rows) = match rows.split_first() {
        Some((first, rest)) if first.cells.first().is_some_and(|cell| cell.text == "columns") => {
            (named_columns(first, ctx), rest)
        }
        _ => (Some(USUAL.to_vec()), rows),
    };
    if rows.is_empty() {
        ctx.report(error::no_rows(header));
        return None;
    }
    let columns = columns?;
    let mut requests = Vec::new();
    let mut sound = true;
    for (number, row) in rows.iter().enumerate() {
        match request(row, &columns, number + 1, ctx) {
            Some(request) => requests.push(request),
            None => sound = false,
        }
    }
    note_repeated_id(rows, &columns, ctx);
    requests.sort_by_key(|request| request.arrival);
    sound.then_some(requests)
}

/// `columns arrival_s prompt gen`: each once, and all that a request needs.
fn named_columns(row: &Row, ctx: &mut Context<'_>) -> Option<Vec<Column>> {
    let mut found: Vec<(Column, Span)> = Vec::new();
    let mut sound = true;
    for cell in &row.cells[1..] {
        let Some(column) = Column::named(&cell.text) else {
            let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
            let near = nearest(&cell.text, names.iter().copied());
            ctx.report(error::unknown_column(cell, &near, &names));
            sound = false;
            continue;
        };
        if let Some((_, first)) = found.iter().find(|(other, _)| other.says_what(column)) {
            ctx.report(error::column_twice(cell, *first));
            sound = false;
            continue;
        }
        found.push((column, cell.span));
    }
    let found: Vec<Column> = found.into_iter().map(|(column, _)| column).collect();
    let missing = missing(&found);
    // A column that was misspelt is not missing as well.
    if sound && !missing.is_empty() {
        ctx.report(error::columns_missing(row.span, &missing));
        sound = false;
    }
    sound.then_some(found)
}

/// One row; a row without an `id` column is called by its number.
fn request(row: &Row, columns: &[Column], number: usize, ctx: &mut Context<'_>) -> Option<TraceRow> {
    let least = fewest_cells(columns);
    if row.cells.len() < least {
        let missing: Vec<&str> = columns[row.cells.len()..least].iter().map(|column| column.name()).collect();
        ctx.report(error::too_few_cells(row, least, &missing));
        return None;
    }
    if let Some(surplus) = row.cells.get(columns.len()) {
        ctx.report(error::too_many_cells(row, columns.len(), surplus));
        return None;
    }
    let mut request = TraceRow {
        id: number.to_string(),
        arrival: SimTime::ZERO,
        prompt: Tokens::default(),
        output: Tokens::default(),
    };
    let mut sound = true;
    for (cell, column) in row.cells.iter().zip(columns) {
        sound &= read(cell, *column, &mut request, ctx).is_some();
    }
    sound.then_some(request)
}

fn read(cell: &Cell, column: Column, request: &mut TraceRow, ctx: &mut Context<'_>) -> Option<()> {
    match column {
        Column::Id => request.id.clone_from(&cell.text),
        Column::ArrivalMs => request.arrival = arrival(cell, "milliseconds", 9, ctx)?,
        Column::ArrivalSeconds => request.arrival = arrival(cell, "seconds", 12, ctx)?,
        Column::Prompt => request.prompt = tokens(cell, "prompt", ctx)?,
        Column::Gen => request.output = tokens(cell, "gen", ctx)?,
        Column::Streaming if is_streaming(&cell.text) => {}
        Column::Streaming => {
            ctx.report(error::bad_cell(cell, "`streaming`", "0 or 1", "0"));
            return None;
        }
    }
    Some(())
}

fn arrival(cell: &Cell, unit: &str, exponent: usize, ctx: &mut Context<'_>) -> Option<SimTime> {
    let time = formats::decimal_time(&cell.text, exponent)
        .and_then(|ps| u64::try_from(ps).map_err(|_| BadCell::TooLarge));
    let diagnostic = match time {
        Ok(ps) => return Some(SimTime::from_ps(ps)),
        Err(BadCell::NoNumber) => {
            error::bad_cell(cell, "the arrival", &format!("a number of {unit}"), "12.5")
        }
        Err(BadCell::Negative) => {
            let help = "times count from the start of the run: write `0` or more";
            error::cell_out_of_range(cell, "the arrival", "must not be negative", help)
        }
        Err(BadCell::TooLarge) => {
            let help = "is the column in another unit? there is `arrival_s` too";
            error::cell_out_of_range(cell, "the arrival", "must be below 213 days", help)
        }
    };
    ctx.report(diagnostic);
    None
}

fn tokens(cell: &Cell, column: &str, ctx: &mut Context<'_>) -> Option<Tokens> {
    let what = format!("`{column}`");
    let diagnostic = match formats::tokens(&cell.text) {
        Ok(tokens) => return Some(tokens),
        Err(BadCell::NoNumber) => error::bad_cell(cell, &what, "a whole number of tokens", "500"),
        Err(BadCell::Negative) => {
            error::cell_out_of_range(cell, &what, "must not be negative", "write `0` or more")
        }
        Err(BadCell::TooLarge) => {
            error::cell_out_of_range(cell, &what, "must be below 2^31", "write at most `2147483647`")
        }
    };
    ctx.report(diagnostic);
    None
}

/// Ids may repeat, since nothing refers to them, but hardly ever on purpose.
fn note_repeated_id(rows: &[Row], columns: &[Column], ctx: &mut Context<'_>) {
    let Some(position) = columns.iter().position(|column| *column == Column::Id) else { return };
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for cell in rows.iter().filter_map(|row| row.cells.get(position)) {
        match seen.get(cell.text.as_str()) {
            Some(first) => return ctx.report(error::repeated_id(cell, *first)),
            None => seen.insert(&cell.text, cell.span),
        };
    }
}
