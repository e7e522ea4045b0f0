//! Metrics, forms of expectations, units and codes.

use super::table::Table;
use crate::diagnostics;
use crate::expect::FORMS;
use crate::metrics;
use crate::units::{UNITS, Unit};

/// Every metric, the statistics of a family on one line.
pub(super) fn metrics() -> Table {
    let mut table = Table::new("expect METRIC …, where STAT is mean, min, max, p50, p90, p95, p99 or p999");
    for (pattern, info) in metrics::patterns() {
        let unit = info.unit.map_or("count", |unit| unit.name);
        table.row([family(&pattern), unit.to_owned(), info.definition.to_owned()]);
    }
    table
}

/// `[mean_|min_|…]ttft_ms` in short.
fn family(pattern: &str) -> String {
    match pattern.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((statistics, what)) if statistics.contains("p50_") => format!("STAT_{what}"),
        Some((statistics, what)) => {
            let statistics: Vec<&str> =
                statistics.split('|').map(|name| name.trim_end_matches('_')).collect();
            match statistics.as_slice() {
                ["", named @ ..] => format!("{what}, {}_{what}", named.join("/")),
                named => format!("{}_{what}", named.join("/")),
            }
        }
        None => pattern.to_owned(),
    }
}

/// Every form of a condition.
pub(super) fn expectations() -> Table {
    let mut table = Table::new("expect FORM, where C and D are conditions, A and B values");
    for form in FORMS {
        table.row([form.syntax.to_owned(), form.summary.to_owned()]);
    }
    table
}

/// Every unit, by what it measures.
pub(super) fn units() -> Vec<Table> {
    let mut tables = Vec::new();
    let mut rest: Vec<&'static Unit> = UNITS.iter().collect();
    while let Some(first) = rest.first().copied() {
        let (same, others) = rest.into_iter().partition(|unit| unit.dimension == first.dimension);
        rest = others;
        let mut table = Table::new(first.dimension.to_string());
        for unit in same {
            table.row([unit.name.to_owned(), in_base(unit)]);
        }
        tables.push(table);
    }
    tables
}

/// One of it in the base unit of its dimension.
fn in_base(unit: &Unit) -> String {
    let value = unit.to_base(1.0);
    let base = UNITS.iter().find(|base| base.dimension == unit.dimension && base.to_base(1.0) == 1.0);
    let number = if (1e-3..1e6).contains(&value) { value.to_string() } else { format!("{value:e}") };
    format!("{number} {}", base.map_or("", |base| base.name)).trim_end().to_owned()
}

/// Every diagnostic code.
pub(super) fn codes() -> Table {
    let mut table = Table::new("kvs explain CODE");
    for info in diagnostics::codes() {
        table.row([info.code.to_owned(), info.summary.to_owned()]);
    }
    table
}
