//! `csv`: any CSV whose columns the scenario names.
//!
//! `unit` says how arrivals are written: as numbers of a unit, or as timestamps of a calendar. The earliest row is
//! time 0.

use super::cells::{exponent_of, scientific_time_of, tokens_of};
use super::instant::instant;
use super::table::Table;
use super::{BadRow, Clock, Entry, Reader, Record, Records};
use crate::model::{Arg, Choice, Field, Form, Spec};
use crate::workload::Misfit;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("csv", "any CSV with a header, its columns named").arguments(&[
        Field::required("arrival", Form::Text, "the column of arrival times"),
        Field::required("prompt", Form::Text, "the column of prompt tokens"),
        Field::required("output", Form::Text, "the column of output tokens"),
        Field::optional(
            "id",
            Form::Text,
            "the column of ids; they may repeat, but the event log cannot tell such requests apart",
        ),
        Field::optional(
            "unit",
            Form::Word(&["s", "ms", "us", "ns", "ps", TIMESTAMP]),
            "the unit of arrival times; `timestamp` for dates as `2023-11-16 18:17:03.97`",
        )
        .or("s"),
    ]),
    clock: Clock::Recorded,
    signs: &[],
    open,
};

const TIMESTAMP: &str = "timestamp";

struct Rows {
    table: Table,
    has_ids: bool,
    /// Of the unit of arrivals, in picoseconds; `None` for timestamps.
    exponent: Option<usize>,
}

fn open(reader: Reader, choice: &Choice) -> Result<Box<dyn Records>, BadRow> {
    let missing = |name| BadRow::misfit(Misfit::missing(choice, name));
    let text = |name| match choice.arg(name) {
        Some(Arg::Text(text)) => Ok(text.as_str()),
        _ => Err(missing(name)),
    };
    let mut columns = vec![text("arrival")?, text("prompt")?, text("output")?];
    let has_ids = choice.arg("id").is_some();
    if has_ids {
        columns.push(text("id")?);
    }
    let exponent = match choice.arg("unit") {
        Some(Arg::Word(unit)) if unit == TIMESTAMP => None,
        Some(Arg::Word(unit)) => Some(exponent_of(unit).ok_or_else(|| missing("unit"))?),
        _ => return Err(missing("unit")),
    };
    Ok(Box::new(Rows { table: Table::new(reader, &columns)?, has_ids, exponent }))
}

impl Records for Rows {
    fn next(&mut self) -> Result<Option<Record>, BadRow> {
        let exponent = self.exponent;
        let Some(row) = self.table.next()? else { return Ok(None) };
        let at = |text: &str| match exponent {
            Some(exponent) => scientific_time_of(text, exponent),
            None => instant(text),
        };
        Ok(Some(Record {
            line: Some(row.line()),
            at: row.value(0, at)?,
            prompt: row.value(1, tokens_of)?,
            output: row.value(2, tokens_of)?,
            id: self.has_ids.then(|| row.text(3).into()),
            blocks: None,
            dropped: None,
        }))
    }
}
