//! The table as columns: a row a case, what varies on the left, coloured by margin.

use anstyle::{AnsiColor, Style};

use super::layout::{Cell, Column};
use super::{Key, Row, Sweep};
use crate::expect::{Judgement, Status};
use crate::metrics::Saturation;
use crate::report::line::one_line;
use crate::report::{number::Scale, suite};
use crate::statistics::Spread;

/// What holds.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// What holds narrowly, or could not be judged.
pub(super) const NARROW: Style = AnsiColor::Yellow.on_default();
/// What fails.
pub(super) const BAD: Style = AnsiColor::Red.on_default();
/// The best case.
pub(super) const BEST: Style = Style::new().bold();

/// Margins below are narrow.
const COMFORTABLE: f64 = 0.1;

/// The columns of the table.
pub(super) fn columns(sweep: &Sweep) -> Vec<Column> {
    let rows: Vec<&Row> = sweep.rows.iter().collect();
    let mut columns = keys(sweep, &rows);
    let remarks = remarks(sweep);
    if remarks.iter().any(|remark| !remark.is_empty()) {
        columns.push(column("", false, remarks.into_iter().map(plain).collect()));
    }
    columns.extend((0..sweep.expectations.len()).map(|index| of_expectation(sweep, index)));
    let shown = sweep.figures.iter().enumerate().filter(|(_, figure)| figure.is_shown);
    columns.extend(shown.map(|(index, _)| of_figure(sweep, index)));
    columns
}

/// The columns that say which case a row is.
pub(super) fn keys(sweep: &Sweep, rows: &[&Row]) -> Vec<Column> {
    let best = sweep.best().map(|index| &sweep.rows[index].id);
    let key = |key: Key<'_>| {
        let cells: Vec<Cell> = rows
            .iter()
            .map(|row| Cell {
                text: one_line(key.of(row)).into_owned(),
                style: if best == Some(&row.id) { BEST } else { Style::new() },
                ..Cell::default()
            })
            .collect();
        let are_numbers =
            cells.iter().all(|cell| cell.text.starts_with(|first: char| first.is_ascii_digit()));
        Column { is_key: true, ..column(key.name(), are_numbers, cells) }
    };
    sweep.keys().into_iter().map(key).collect()
}

fn of_expectation(sweep: &Sweep, index: usize) -> Column {
    let scale = sweep.scale_of_expectation(index);
    let cells = sweep.rows.iter().map(|row| match &row.judged[index] {
        Some(judged) => Cell {
            mark: mark(judged.status),
            text: value_text(row, index, judged, scale),
            style: style(judged),
        },
        None => Cell::default(),
    });
    column(&sweep.expectations[index].text, true, cells.collect())
}

fn of_figure(sweep: &Sweep, index: usize) -> Column {
    let scale = sweep.scale_of_figure(index);
    let cells = sweep.rows.iter().map(|row| match row.figure(index) {
        Some(spread) => plain(spread_text(spread, scale)),
        None if row.has_run() => plain("-".to_owned()),
        None => Cell::default(),
    });
    column(&sweep.figures[index].name, true, cells.collect())
}

/// The value of an expectation: of one run, or the mean over several with its interval.
fn value_text(row: &Row, expectation: usize, judged: &Judgement, scale: Scale) -> String {
    match (row.value(expectation), judged.status) {
        (Some(spread), _) => spread_text(spread, scale),
        (None, Status::NoData) => "no data".to_owned(),
        (None, Status::Pass | Status::Fail) => String::new(),
    }
}

pub(super) fn spread_text(spread: Spread, scale: Scale) -> String {
    match spread.half_width {
        Some(half_width) => scale.spread(spread.mean, half_width),
        None => scale.text(spread.mean),
    }
}

const fn mark(status: Status) -> &'static str {
    match status {
        Status::Pass => "✓",
        Status::Fail => "✗",
        Status::NoData => "?",
    }
}

/// By margin.
fn style(judged: &Judgement) -> Style {
    match judged.status {
        Status::Fail => BAD,
        Status::NoData => NARROW,
        // Beside a limit of zero there is no distance.
        Status::Pass => match judged.deciding.relative_margin() {
            Some(margin) if margin < COMFORTABLE => NARROW,
            _ => GOOD,
        },
    }
}

/// What a row is beside its numbers.
fn remarks(sweep: &Sweep) -> Vec<String> {
    let best = sweep.best();
    let remark = |(index, row): (usize, &Row)| {
        let ended = match row.status {
            suite::Status::Passed | suite::Status::Failed | suite::Status::NoData => None,
            other => Some(other.name()),
        };
        let is_best = (best == Some(index) && sweep.rows.len() > 1).then_some("best");
        let growing =
            row.saturation.filter(|saturation| *saturation != Saturation::Stable).map(Saturation::name);
        [is_best, growing, ended].into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    sweep.rows.iter().enumerate().map(remark).collect()
}

pub(super) fn column(header: &str, is_right_aligned: bool, cells: Vec<Cell>) -> Column {
    Column { header: header.to_owned(), is_key: false, is_right_aligned, cells }
}

pub(super) fn plain(text: String) -> Cell {
    Cell { text, ..Cell::default() }
}
