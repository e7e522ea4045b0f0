//! `kvs`: blank-separated rows, as in an inline trace.
//!
//! `#` comments run to the end of the line. The columns are `id arrival_ms prompt gen` and, where a row has a fifth
//! cell, `streaming`, which is recorded and has no effect; a first row `columns …` names them in another order.
//! Arrivals are milliseconds on the run's clock, with decimals down to the picosecond, in any order of rows.

use super::cells::{decimal_time, tokens};
use super::{BadRow, Clock, Entry, Reader, Record, Records};
use crate::model::Spec;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec {
        name: "kvs",
        summary: "blank-separated rows `id arrival_ms prompt gen [streaming]`, or as a `columns` row says; `#` comments",
        params: &[],
        simulated: true,
    },
    clock: Clock::Run,
    open: |reader, _| Ok(Box::new(Rows { reader, line: 0, columns: None, began: false, text: Vec::new() })),
};

/// Every column, the required ones first.
const COLUMNS: [&str; 5] = ["id", "arrival_ms", "prompt", "gen", "streaming"];
const N_REQUIRED: usize = 4;
const PS_PER_MS_DIGITS: usize = 9;

struct Rows {
    reader: Reader,
    line: u64,
    /// Of each cell, the index in [`COLUMNS`]; `None` for the usual order.
    columns: Option<Vec<usize>>,
    /// Whether a row was read, `columns` or another.
    began: bool,
    text: Vec<u8>,
}

impl Records for Rows {
    fn next(&mut self) -> Result<Option<Record>, BadRow> {
        loop {
            self.text.clear();
            let count = self
                .reader
                .read_until(b'\n', &mut self.text)
                .map_err(|error| BadRow { line: Some(self.line + 1), ..BadRow::unreadable(&error) })?;
            if count == 0 {
                return Ok(None);
            }
            self.line += 1;
            let text = std::str::from_utf8(&self.text)
                .map_err(|_| bad(self.line, None, "expected UTF-8 text, found other bytes"))?;
            let text = if self.line == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
            let cells = cells(text);
            let Some((_, first)) = cells.first() else { continue };
            if *first == "columns" && !self.began {
                self.columns = Some(columns(self.line, &cells)?);
                self.began = true;
            } else {
                self.began = true;
                return record(self.line, &cells, self.columns.as_deref()).map(Some);
            }
        }
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

fn columns(line: u64, cells: &[(u64, &str)]) -> Result<Vec<usize>, BadRow> {
    let mut columns = Vec::new();
    for &(column, name) in &cells[1..] {
        let known = COLUMNS.iter().position(|known| *known == name).ok_or_else(|| {
            let names = COLUMNS.map(|name| format!("`{name}`")).join(", ");
            bad(line, Some(column), format!("expected one of the columns {names}, found `{name}`"))
        })?;
        if columns.contains(&known) {
            return Err(bad(line, Some(column), format!("expected each column once, found `{name}` again")));
        }
        columns.push(known);
    }
    match (0..N_REQUIRED).find(|required| !columns.contains(required)) {
        Some(missing) => {
            Err(bad(line, None, format!("expected a column `{}`, found none", COLUMNS[missing])))
        }
        None => Ok(columns),
    }
}

fn record(line: u64, cells: &[(u64, &str)], columns: Option<&[usize]>) -> Result<Record, BadRow> {
    let usual: &[usize] = if cells.len() == N_REQUIRED { &[0, 1, 2, 3] } else { &[0, 1, 2, 3, 4] };
    let named = columns;
    let columns = named.unwrap_or(usual);
    if cells.len() != columns.len() {
        let names: Vec<&str> = columns.iter().map(|column| COLUMNS[*column]).collect();
        let expected = match named {
            Some(_) => format!("`{}` cells (`{}`)", columns.len(), names.join(" ")),
            None => "`4` or `5` cells (`id arrival_ms prompt gen [streaming]`)".to_owned(),
        };
        let message = format!("expected {expected}, found `{}`", cells.len());
        let surplus = cells.get(columns.len()).map(|(column, _)| *column);
        return Err(bad(line, surplus, message));
    }
    let cell = |wanted: usize| {
        let place = columns.iter().position(|column| *column == wanted);
        cells[place.expect("every row has the required columns")]
    };
    let within = |column: u64| move |message: String| bad(line, Some(column), message);
    let (id, arrival, prompt, output) = (cell(0), cell(1), cell(2), cell(3));
    Ok(Record {
        line,
        at: decimal_time(arrival.1, PS_PER_MS_DIGITS).map_err(within(arrival.0))?,
        prompt: tokens(prompt.1).map_err(within(prompt.0))?,
        output: tokens(output.1).map_err(within(output.0))?,
        id: Some(id.1.into()),
    })
}

fn bad(line: u64, column: Option<u64>, message: impl Into<String>) -> BadRow {
    BadRow { line: Some(line), column, message: message.into(), unreadable: false }
}
