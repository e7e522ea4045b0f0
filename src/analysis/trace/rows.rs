//! Inline rows: cells to requests, each wrong cell reported at its place.
//!
//! Rows are blank-separated cells under columns; the first row may name the columns. Invariant: rows leave here in
//! order of arrival, equal times in the order written.

use std::collections::BTreeMap;

use super::error;
use crate::analysis::context::Context;
use crate::analysis::suggest::nearest;
use crate::analysis::workload::MAX_TOKENS;
use crate::model::TraceRow;
use crate::source::Span;
use crate::syntax::ast::{Cell, Row};
use crate::units::{SimTime, Tokens};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Id,
    ArrivalMs,
    ArrivalSeconds,
    Prompt,
    Gen,
    Streaming,
}

/// Every column by its name.
static COLUMNS: &[(&str, Column)] = &[
    ("id", Column::Id),
    ("arrival_ms", Column::ArrivalMs),
    ("arrival_s", Column::ArrivalSeconds),
    ("prompt", Column::Prompt),
    ("gen", Column::Gen),
    ("streaming", Column::Streaming),
];

/// The columns of rows that name none; the last may be left out.
static USUAL: &[Column] = &[Column::Id, Column::ArrivalMs, Column::Prompt, Column::Gen, Column::Streaming];

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
        let Some((_, column)) = COLUMNS.iter().find(|(name, _)| *name == cell.text) else {
            let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
            let near = nearest(&cell.text, names.iter().copied());
            ctx.report(error::unknown_column(cell, &near, &names));
            sound = false;
            continue;
        };
        if let Some((_, first)) = found.iter().find(|(other, _)| same_meaning(*other, *column)) {
            ctx.report(error::column_twice(cell, *first));
            sound = false;
            continue;
        }
        found.push((*column, cell.span));
    }
    let has = |wanted: Column| found.iter().any(|(column, _)| same_meaning(*column, wanted));
    let required = [(Column::ArrivalMs, "arrival_ms"), (Column::Prompt, "prompt"), (Column::Gen, "gen")];
    let missing: Vec<&str> =
        required.iter().filter(|(column, _)| !has(*column)).map(|(_, name)| *name).collect();
    // A column that was misspelt is not missing as well.
    if sound && !missing.is_empty() {
        ctx.report(error::columns_missing(row.span, &missing));
        sound = false;
    }
    sound.then(|| found.into_iter().map(|(column, _)| column).collect())
}

/// Both arrival columns say the same thing.
fn same_meaning(one: Column, other: Column) -> bool {
    let arrival = |column| matches!(column, Column::ArrivalMs | Column::ArrivalSeconds);
    one == other || (arrival(one) && arrival(other))
}

/// One row; a row without an `id` column is called by its number.
fn request(row: &Row, columns: &[Column], number: usize, ctx: &mut Context<'_>) -> Option<TraceRow> {
    let least = columns.len() - usize::from(columns.last() == Some(&Column::Streaming));
    if row.cells.len() < least {
        let missing: Vec<&str> = columns[row.cells.len()..least].iter().map(|column| name(*column)).collect();
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

fn name(column: Column) -> &'static str {
    let entry = COLUMNS.iter().find(|(_, other)| *other == column);
    entry.expect("every column has a name").0
}

fn read(cell: &Cell, column: Column, request: &mut TraceRow, ctx: &mut Context<'_>) -> Option<()> {
    match column {
        Column::Id => request.id.clone_from(&cell.text),
        Column::ArrivalMs => request.arrival = arrival(cell, "milliseconds", 1e3, ctx)?,
        Column::ArrivalSeconds => request.arrival = arrival(cell, "seconds", 1.0, ctx)?,
        Column::Prompt => request.prompt = tokens(cell, "prompt", ctx)?,
        Column::Gen => request.output = tokens(cell, "gen", ctx)?,
        Column::Streaming if matches!(cell.text.as_str(), "0" | "1" | "true" | "false") => {}
        Column::Streaming => {
            ctx.report(error::bad_cell(cell, "`streaming`", "0 or 1", "0"));
            return None;
        }
    }
    Some(())
}

fn arrival(cell: &Cell, unit: &str, per_second: f64, ctx: &mut Context<'_>) -> Option<SimTime> {
    let Some(value) = number(&cell.text) else {
        ctx.report(error::bad_cell(cell, "the arrival", &format!("a number of {unit}"), "12.5"));
        return None;
    };
    let time = SimTime::from_secs_f64(value / per_second);
    if time.is_none() {
        let (wrong, help) = if value < 0.0 {
            ("must not be negative", "times count from the start of the run: write `0` or more")
        } else {
            ("must be below 213 days", "is the column in another unit? there is `arrival_s` too")
        };
        ctx.report(error::cell_out_of_range(cell, "the arrival", wrong, help));
    }
    time
}

fn tokens(cell: &Cell, column: &str, ctx: &mut Context<'_>) -> Option<Tokens> {
    let what = format!("`{column}`");
    let Some(value) = number(&cell.text).filter(|value| libm::trunc(*value) == *value) else {
        ctx.report(error::bad_cell(cell, &what, "a whole number of tokens", "500"));
        return None;
    };
    if value < 0.0 {
        ctx.report(error::cell_out_of_range(cell, &what, "must not be negative", "write `0` or more"));
        return None;
    }
    if value > f64::from(MAX_TOKENS) {
        ctx.report(error::cell_out_of_range(cell, &what, "must be below 2^31", "write at most `2147483647`"));
        return None;
    }
    Some(Tokens::new(value as u32))
}

/// A number as the language writes it, with an optional sign; no unit.
fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|letter: char| letter.is_ascii_digit())
        && digits
            .chars()
            .all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '_' | 'e' | 'E' | '-' | '+'));
    let value: f64 = text.replace('_', "").parse().ok().filter(|_| plain)?;
    value.is_finite().then_some(value)
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
