//! `kvs`: space-separated rows, as in an inline trace.
//!
//! `#` comments run to the end of the line. The columns are `id arrival_ms prompt gen` and, where a row has a fifth
//! cell, `streaming`, which is recorded and has no effect; a first row `columns …` names them in another order, leaves
//! out `id` (a row is then called by its number), or takes arrivals in seconds, `arrival_s`. Arrivals count on the
//! run's clock, with decimals down to the picosecond, in any order of rows.

use super::cells::{time_of, tokens_of};
use super::columns::{COLUMNS, Column, USUAL, fewest_cells, is_streaming, missing};
use super::lines::Lines;
use super::{BadRow, Clock, Entry, Record, Records};
use crate::model::Spec;
use crate::units::Tokens;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "kvs",
        "space-separated rows `id arrival_ms prompt gen [streaming]`, or as a `columns` row says; `#` comments",
    ),
    clock: Clock::Run,
    signs: &[],
    open: |reader, _| {
        Ok(Box::new(Rows { lines: Lines::new(reader), columns: USUAL.to_vec(), began: false, n_rows: 0 }))
    },
};

struct Rows {
    lines: Lines,
    columns: Vec<Column>,
    /// Whether a row was read, `columns` or another.
    began: bool,
    /// Rows of requests read.
    n_rows: u64,
}

impl Records for Rows {
    fn next(&mut self) -> Result<Option<Record>, BadRow> {
        while let Some((line, text)) = self.lines.next()? {
            let cells = cells(text);
            let Some((_, first)) = cells.first() else { continue };
            if *first == "columns" && !self.began {
                self.columns = columns(line, &cells)?;
                self.began = true;
            } else {
                self.began = true;
                self.n_rows += 1;
                return record(line, self.n_rows, &cells, &self.columns).map(Some);
            }
        }
        Ok(None)
    }
}

/// The cells of a line with their columns, from 1; a comment is none.
fn cells(text: &str) -> Vec<(u64, &str)> {
    let text = text.split('#').next().unwrap_or("");
    let mut column = 1;
    let mut cells = Vec::new();
    for cell in text.split(char::is_whitespace) {
        if !cell.is_empty() {
            cells.push((column, cell));
        }
        column += cell.chars().count() as u64 + 1;
    }
    cells
}

fn columns(line: u64, cells: &[(u64, &str)]) -> Result<Vec<Column>, BadRow> {
    let mut columns: Vec<Column> = Vec::new();
    for &(place, name) in &cells[1..] {
        let column = Column::named(name).ok_or_else(|| {
            let names = COLUMNS.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            bad(line, Some(place), format!("expected one of the columns {names}, found `{name}`"))
        })?;
        if columns.iter().any(|known| known.says_what(column)) {
            return Err(bad(line, Some(place), format!("expected each column once, found `{name}` again")));
        }
        columns.push(column);
    }
    match missing(&columns).first() {
        Some(missing) => Err(bad(line, None, format!("expected a column `{missing}`, found none"))),
        None => Ok(columns),
    }
}

fn record(line: u64, number: u64, cells: &[(u64, &str)], columns: &[Column]) -> Result<Record, BadRow> {
    let fewest = fewest_cells(columns);
    if !(fewest..=columns.len()).contains(&cells.len()) {
        let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
        let most = columns.len();
        let count = if fewest < most { format!("`{fewest}` or `{most}`") } else { format!("`{most}`") };
        let message = format!("expected {count} cells (`{}`), found `{}`", names.join(" "), cells.len());
        let surplus = cells.get(columns.len()).map(|(column, _)| *column);
        return Err(bad(line, surplus, message));
    }
    let mut record = Record {
        line: Some(line),
        at: 0,
        prompt: Tokens::default(),
        output: Tokens::default(),
        id: None,
        blocks: None,
        dropped: None,
    };
    for (&(place, text), column) in cells.iter().zip(columns) {
        read(text, *column, &mut record).map_err(|message| bad(line, Some(place), message))?;
    }
    // One without a name is called by its number.
    record.id.get_or_insert_with(|| number.to_string().into());
    Ok(record)
}

fn read(text: &str, column: Column, record: &mut Record) -> Result<(), String> {
    match column {
        Column::Id => record.id = Some(text.into()),
        Column::ArrivalMs => record.at = time_of(text, 9)?,
        Column::ArrivalSeconds => record.at = time_of(text, 12)?,
        Column::Prompt => record.prompt = tokens_of(text)?,
        Column::Gen => record.output = tokens_of(text)?,
        Column::Streaming if is_streaming(text) => {}
        Column::Streaming => return Err(format!("expected `0` or `1`, found `{text}`")),
    }
    Ok(())
}

fn bad(line: u64, column: Option<u64>, message: impl Into<String>) -> BadRow {
    BadRow { line: Some(line), column, message: message.into(), unreadable: false }
}
