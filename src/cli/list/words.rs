//! Metrics, units, keys and codes.

use super::table::Table;
use crate::analysis::{self, Value};
use crate::diagnostics;
use crate::expect::FORMS;
use crate::metrics;
use crate::model::Batching;
use crate::units::{UNITS, Unit};

/// Every metric, the statistics of a family on one line.
pub(super) fn metrics() -> Table {
    let mut table = Table::new("expect METRIC …, where STAT is mean, min, max, p50, p90, p95, p99 or p999");
    for (pattern, info) in metrics::patterns() {
        let unit = info.unit.map_or("count", |unit| unit.name);
        let later = if info.simulated { "" } else { " (not simulated yet)" };
        table.row([family(&pattern), unit.to_owned(), format!("{}{later}", info.definition)]);
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

/// The keys of every block.
pub(super) fn keys() -> Vec<Table> {
    analysis::tables()
        .map(|block| {
            let mut table = Table::new(format!("{}: {}", block.block, block.summary));
            for key in block.keys {
                let written = match key.value {
                    Value::Word(words) => words.join("/"),
                    Value::Shape(shape) => shape.to_owned(),
                    Value::Choice(what, _) => what.to_uppercase(),
                    Value::Count(_) => "N".to_owned(),
                    Value::Share(_) => "P%".to_owned(),
                    Value::Quantity(..) | Value::Factor(_) => "X".to_owned(),
                };
                let default = match (key.default, key.required) {
                    (Some(default), _) => format!("[{default}]"),
                    (None, true) => "required".to_owned(),
                    (None, false) => String::new(),
                };
                let only = match key.batching {
                    Some(Batching::Phases) => " (phases)",
                    Some(Batching::Continuous) => " (continuous)",
                    None => "",
                };
                table.row([format!("{} {written}", key.name), default, format!("{}{only}", key.summary)]);
            }
            table
        })
        .collect()
}

/// Every diagnostic code.
pub(super) fn codes() -> Table {
    let mut table = Table::new("kvs explain CODE");
    for info in diagnostics::codes() {
        table.row([info.code.to_owned(), info.summary.to_owned()]);
    }
    table
}
