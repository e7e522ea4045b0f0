//! Two things that vary as a square: rows for one, columns for the other, the tightest margin of each case in it.

use anstyle::{Effects, Style};

use super::layout::{Cell, Column};
use super::table::{BAD, GOOD, NARROW, column};
use super::{Key, Row, Sweep};
use crate::report::number::percent_in;
use crate::report::suite::Status;

/// The names of what varies, where a square can be made of exactly two.
///
/// # Errors
/// The names, where there are more or fewer.
pub fn square(sweep: &Sweep) -> Result<[&str; 2], Vec<&str>> {
    let axes: Vec<&str> = axes(sweep).into_iter().map(Key::name).collect();
    <[&str; 2]>::try_from(axes)
}

fn axes(sweep: &Sweep) -> Vec<Key<'_>> {
    sweep.keys().into_iter().filter(|key| !matches!(key, Key::Case)).collect()
}

/// The columns of the square.
///
/// # Panics
/// Unless exactly two things vary.
pub(super) fn columns(sweep: &Sweep) -> Vec<Column> {
    let axes = axes(sweep);
    let [down, across] = axes.as_slice() else { panic!("a square has two sides, found {axes:?}") };
    let (lefts, rights) = (values(sweep, *down), values(sweep, *across));
    let names = lefts.iter().map(|left| Cell { text: (*left).to_owned(), ..Cell::default() });
    let key = Column { is_key: true, ..column(down.name(), false, names.collect()) };
    let best = sweep.best();
    let of = |right: &str| {
        let cells = lefts.iter().map(|left| {
            let index = sweep.rows.iter().position(|row| down.of(row) == *left && across.of(row) == right);
            index.map_or_else(Cell::default, |index| cell(sweep, &sweep.rows[index], best == Some(index)))
        });
        column(&format!("{}={right}", across.name()), true, cells.collect())
    };
    std::iter::once(key).chain(rights.into_iter().map(of)).collect()
}

/// In the order of the cases.
fn values<'r>(sweep: &'r Sweep, key: Key<'r>) -> Vec<&'r str> {
    let mut values = Vec::new();
    for value in sweep.rows.iter().map(|row| key.of(row)) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// The mark of a case, its tightest margin and how it looks.
fn cell(sweep: &Sweep, row: &Row, is_best: bool) -> Cell {
    const DIGITS: usize = 3;
    let margin = sweep.tightest(row).map_or_else(String::new, |(_, margin)| percent_in(margin, DIGITS));
    let (mark, text, style): (_, _, Style) = match row.status {
        Status::Passed => ("✓", margin, GOOD),
        Status::Failed => ("✗", margin, BAD),
        Status::NoData => ("?", margin, NARROW),
        other => ("", other.name().to_owned(), NARROW),
    };
    match is_best {
        true => Cell { mark, text: format!("*{text}"), style: style | Effects::BOLD },
        false => Cell { mark, text, style },
    }
}
