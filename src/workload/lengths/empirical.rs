//! `empirical`: values as observed, from a quantile table.
//!
//! Between two quantiles of the table values are spread evenly; below the first and above the last there are none.

use super::{Distribution, Entry, MAX, MIN, limited, quantile_of};
use crate::model::{Arg, Bound, Choice, Form, Param, Spec};
use crate::rng::Stream;
use crate::workload::Misfit;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec {
        name: "empirical",
        summary: "values as observed: a quantile table `p0 1 p50 120 p100 4000`, evenly spread in between, or a file",
        params: &[
            Param::optional(
                "pNN",
                Form::QuantilesOfPlace,
                Bound::NotNegative,
                "NN % of the values lie below it; `p0` and `p100` are the extremes and must be given",
            ),
            Param::optional("from", Form::File, Bound::Any, "a file of values, one a line, each drawn alike"),
            MIN,
            MAX,
        ],
        simulated: true,
    },
    build: |choice, _| limited(choice, Empirical { table: table(choice)? }, 0.0),
};

struct Empirical {
    /// Shares and values, both rising, from share 0 to share 1.
    table: Vec<(f64, f64)>,
}

impl Distribution for Empirical {
    fn draw(&mut self, stream: &mut Stream) -> f64 {
        let share = stream.uniform();
        let above = self.table.partition_point(|(of_row, _)| *of_row <= share);
        let ((low_share, low), (high_share, high)) = (self.table[above - 1], self.table[above]);
        low + (high - low) * (share - low_share) / (high_share - low_share)
    }
}

fn table(choice: &Choice) -> Result<Vec<(f64, f64)>, Misfit> {
    if choice.arg("from").is_some() {
        return Err(Misfit::new(
            "an `empirical` from a file is not simulated yet",
            "write its quantiles, as in `empirical p0 1 p50 120 p100 4000`",
        ));
    }
    let mut table: Vec<(f64, f64)> = choice
        .args
        .iter()
        .filter_map(|(name, arg)| match (quantile_of(name), arg) {
            (Some(share), Arg::Quantity(quantity)) => Some((share, quantity.value)),
            _ => None,
        })
        .collect();
    table.sort_by(|left, right| left.0.total_cmp(&right.0));
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
