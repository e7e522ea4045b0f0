//! Every case against one of them: differences of pairs, seed by seed.
//!
//! Under one seed all cases see the same requests, as far as these do not depend on what differs. So what the requests
//! alone make vary cancels in a difference, and its interval is much narrower than those of the two sides.

use anstyle::{Effects, Style};

use super::layout::{Cell, Column};
use super::table::{column, keys, plain, spread_text};
use super::{Row, Sweep};
use crate::statistics::Spread;

/// The differences of a row from another.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Differences {
    /// The seeds that both ran under.
    pub(super) seeds: Vec<u64>,
    /// Of each expectation's value.
    pub(super) expectations: Vec<Option<Spread>>,
    /// Of each figure.
    pub(super) figures: Vec<Option<Spread>>,
}

/// A row less another, over the seeds they have in common.
pub(super) fn differences(sweep: &Sweep, row: &Row, other: &Row) -> Differences {
    let pairs: Vec<_> = row
        .points
        .iter()
        .filter_map(|point| Some((point, other.points.iter().find(|twin| twin.seed == point.seed)?)))
        .collect();
    let value = |verdict: &Option<crate::expect::Verdict>| verdict.as_ref()?.value;
    let of = |read: &dyn Fn(&super::Point) -> Option<f64>| {
        let numbers = pairs.iter().filter_map(|(point, twin)| Some((read(point)?, read(twin)?)));
        Spread::of_differences(&numbers.collect::<Vec<_>>())
    };
    Differences {
        seeds: pairs.iter().map(|(point, _)| point.seed).collect(),
        expectations: (0..sweep.expectations.len())
            .map(|index| of(&|point| value(&point.verdicts[index])))
            .collect(),
        figures: (0..sweep.figures.len()).map(|index| of(&|point| point.figures[index])).collect(),
    }
}

/// The columns of the differences of all rows but `against`.
pub(super) fn columns(sweep: &Sweep, against: usize) -> Vec<Column> {
    let other = &sweep.rows[against];
    let rows: Vec<&Row> = sweep.rows.iter().filter(|row| row.id != other.id).collect();
    let found: Vec<Differences> = rows.iter().map(|row| differences(sweep, row, other)).collect();
    let mut columns = keys(sweep, &rows);
    for (index, expectation) in sweep.expectations.iter().enumerate() {
        let scale = sweep.scale_of_expectation(index);
        let cells = found.iter().map(|of| cell(of.expectations[index], scale));
        columns.push(column(&expectation.text, true, cells.collect()));
    }
    for (index, figure) in sweep.figures.iter().enumerate().filter(|(_, figure)| figure.is_shown) {
        let scale = sweep.scale_of_figure(index);
        let cells = found.iter().map(|of| cell(of.figures[index], scale));
        columns.push(column(&figure.name, true, cells.collect()));
    }
    columns
}

/// `+12.3 ± 4.5 ms`, marked where the interval holds zero.
fn cell(difference: Option<Spread>, scale: crate::report::number::Scale) -> Cell {
    let Some(spread) = difference else { return plain("-".to_owned()) };
    if spread.min == 0.0 && spread.max == 0.0 {
        return plain("same".to_owned());
    }
    let text = spread_text(spread, scale);
    let text = if spread.mean > 0.0 { format!("+{text}") } else { text };
    match spread.holds_zero() {
        Some(true) => Cell { mark: "≈", text, style: Style::new() | Effects::DIMMED },
        Some(false) | None => plain(text),
    }
}

/// What the differences are of, and how to read them.
pub(super) fn caption(sweep: &Sweep, against: usize) -> (String, Vec<String>) {
    let other = &sweep.rows[against];
    let n_seeds = other.points.len();
    let over = if n_seeds > 1 {
        format!(", seed by seed over {n_seeds} seeds, with 95% intervals")
    } else {
        String::new()
    };
    let title = format!("Differences from {}{over}", sweep.label(other));
    let mut notes = Vec::new();
    let spreads = |row: &Row| {
        let of = differences(sweep, row, other);
        of.expectations.into_iter().chain(of.figures).flatten().collect::<Vec<_>>()
    };
    let is_unclear = |spread: &Spread| spread.holds_zero() == Some(true) && spread.min != spread.max;
    if sweep.rows.iter().flat_map(spreads).any(|spread| is_unclear(&spread)) {
        notes.push("≈ not distinguishable: the interval holds zero".to_owned());
    }
    if n_seeds == 1 {
        notes.push(
            "under one seed there is no interval; `--seeds 10` tells differences from chance".to_owned(),
        );
    }
    let unpaired = sweep.rows.iter().filter(|row| row.has_run()).filter_map(|row| {
        let n_common = differences(sweep, row, other).seeds.len();
        (n_common < row.points.len().max(n_seeds)).then(|| {
            format!(
                "{} ran under other seeds: {n_common} of {} are in both",
                sweep.label(row),
                row.points.len()
            )
        })
    });
    notes.extend(unpaired);
    (title, notes)
}
