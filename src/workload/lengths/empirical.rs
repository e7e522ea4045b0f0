//! `empirical`: values as observed, from a quantile table or from a file.
//!
//! Between two quantiles of the table values are spread evenly; below the first and above the last there are none. The
//! values of a file are drawn as they are, each as often as any other: tokens, turns or seconds, as the place asks.

use super::observed::Observed;
use super::{Built, Distribution, Draw, Entry, LengthUse, MAX, MIN, limited, quantile_of};
use crate::model::{Arg, Bound, Choice, DataFile, Field, Form, Spec, Values};
use crate::rng::Stream;
use crate::workload::formats::{Cells, Wanted, columns};
use crate::workload::{Misfit, OpenTrace, TrafficError};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "empirical",
        "values as observed: a quantile table `p0 1 p50 120 p100 4000`, evenly spread in between, or a file",
    )
    .arguments(&[
        Field::optional(
            "pNN",
            Form::QuantilesOfPlace,
            "NN % of the values lie below it; `p0` and `p100` are the extremes and must be given",
        )
        .within(Bound::NotNegative),
        Field::optional(
            FROM,
            Form::File,
            "a file of values, one a line or a column of a CSV, each drawn alike; times in seconds",
        ),
        Field::optional(COLUMN, Form::Text, "the column of the file, where it has several"),
        MIN,
        MAX,
    ]),
    build,
};

const FROM: &str = "from";
const COLUMN: &str = "column";

/// The argument that holds what was read.
const VALUES: &str = "values";

fn build(choice: &Choice, place: LengthUse) -> Built {
    let table = quantiles(choice);
    match (choice.arg(FROM), choice.arg(COLUMN)) {
        (Some(_), _) if !table.is_empty() => Err(Misfit::new(
            "an `empirical` is given by quantiles or by a file, found both",
            "leave out `from`, or the quantiles",
        )),
        (Some(_), _) => limited(choice, Observed::new(choice.values(VALUES), place)?, 0.0),
        (None, Some(_)) => Err(Misfit::new(
            "`column` is for a file, found no `from`",
            "name the file, as in `empirical from \"lengths.csv\" column \"prompt\"`",
        )),
        (None, None) => limited(choice, Empirical { table: whole(table)? }, 0.0),
    }
}

/// Reads the values of a choice's file.
pub(super) fn read(choice: &mut Choice, file: &DataFile, open: OpenTrace<'_>) -> Result<(), TrafficError> {
    let wanted = Wanted::new(choice, COLUMN, &[], Cells::Numbers);
    let values = columns(file, &[wanted], open)?.swap_remove(0);
    choice.args.push((VALUES.to_owned(), Arg::Values(Values(values.into()))));
    Ok(())
}

struct Empirical {
    /// Shares and values, both rising, from share 0 to share 1.
    table: Vec<(f64, f64)>,
}

impl Distribution for Empirical {
    fn draw(&self, stream: &mut Stream) -> Draw {
        let share = stream.uniform();
        let above = self.table.partition_point(|(of_row, _)| *of_row <= share);
        let ((low_share, low), (high_share, high)) = (self.table[above - 1], self.table[above]);
        Draw::of(low + (high - low) * (share - low_share) / (high_share - low_share))
    }
}

/// Shares and values as written, by share.
fn quantiles(choice: &Choice) -> Vec<(f64, f64)> {
    let of_arg = |(name, arg): &(String, Arg)| match (quantile_of(name), arg) {
        (Some(share), Arg::Quantity(quantity)) => Some((share, quantity.value)),
        _ => None,
    };
    let mut table: Vec<(f64, f64)> = choice.args.iter().filter_map(of_arg).collect();
    table.sort_by(|left, right| left.0.total_cmp(&right.0));
    table
}

/// The table, if it describes a law.
fn whole(table: Vec<(f64, f64)>) -> Result<Vec<(f64, f64)>, Misfit> {
    let (first, last) = (table.first().map(|row| row.0), table.last().map(|row| row.0));
    if first != Some(0.0) || last != Some(1.0) {
        return Err(Misfit::new(
            "a quantile table begins with `p0` and ends with `p100`",
            "add the least and the greatest value, as in `empirical p0 1 p50 120 p100 4000`",
        ));
    }
    for rows in table.windows(2) {
        let [(low_share, low), (high_share, high)] = [rows[0], rows[1]];
        if low_share == high_share || low > high {
            return Err(Misfit::new(
                format!("the values of a quantile table must rise, found `{low}` before `{high}`"),
                "give each quantile once, none below the one before it",
            ));
        }
    }
    Ok(table)
}
