//! E03xx: GPUs, models, clusters, policies.

use crate::analysis::block::Block;
use crate::analysis::keys::{Key, Table, Value, block_name, tables};
use crate::analysis::suggest::{alternatives, did_you_mean, nearest};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::Batching;
use crate::syntax::ast::{Ident, Statement};

use super::values::dimension_example;

/// `prefil 12000 tok/s`
pub(in crate::analysis) fn unknown_key(key: &Ident, table: &Table) -> Diagnostic {
    let here = did_you_mean(&nearest(&key.text, table.names()));
    let elsewhere: Vec<&str> = tables()
        .filter(|other| other.block != table.block && other.find(&key.text).is_some())
        .map(|other| other.block)
        .collect();
    let help = if elsewhere.is_empty() {
        here.unwrap_or_else(|| {
            let names: Vec<&str> = table.names().collect();
            format!("`{}` knows {}", table.block, alternatives(&names))
        })
    } else {
        format!("`{}` is a key of {}", key.text, alternatives(&elsewhere))
    };
    let message = format!("unknown key `{}` in `{}`", key.text, table.block);
    Diagnostic::error(Code("E0101"), message, key.span, "not known here").with_help(help)
}

/// `max_queue 64` and again `max_queue 32`
pub(in crate::analysis) fn set_twice(again: &Statement, first: &Statement, table: &Table) -> Diagnostic {
    let message = format!("`{}` is set twice in `{}`", again.key.text, table.block);
    Diagnostic::error(Code("E0301"), message, again.span, "set again here")
        .with_label(first.span, "first set here")
        .with_help("remove one of the two")
}

/// `gpu fast { vram 80 GB }`
pub(in crate::analysis) fn missing_statements(block: &Block<'_>, missing: &[&Key]) -> Diagnostic {
    let names = missing.iter().map(|key| format!("`{}`", key.name)).collect::<Vec<_>>().join(" and ");
    let shown: Vec<String> = missing.iter().map(|key| usage(key)).collect();
    let message = format!("`{}` needs {names}", block_name(block.table, block.name));
    Diagnostic::error(Code("E0303"), message, block.header, format!("{names} is missing"))
        .with_help(format!("add `{}`", shown.join("; ")))
}

/// A statement as it is written.
pub(in crate::analysis) fn usage(key: &Key) -> String {
    let value = match key.value {
        Value::Quantity(dimension, _) => dimension_example(dimension).to_owned(),
        Value::Share(_) => "90%".to_owned(),
        Value::Factor(_) => "0.8".to_owned(),
        Value::Count(_) => "4".to_owned(),
        Value::Word(words) => words.first().copied().unwrap_or_default().to_owned(),
        Value::Choice(_, registry) => registry().first().map(|spec| spec.name.to_owned()).unwrap_or_default(),
        Value::Shape(shape) => shape.to_owned(),
    };
    format!("{} {value}", key.name)
}

/// `max_batch 8` with `batching phases`
pub(in crate::analysis) fn other_batching(
    key: &Ident,
    entry: &Key,
    batching: Batching,
    why: &str,
) -> Diagnostic {
    let (here, there) = match batching {
        Batching::Phases => ("phases", "continuous"),
        Batching::Continuous => ("continuous", "phases"),
    };
    let message = format!("`{}` has no effect with `batching {here}`", entry.name);
    Diagnostic::error(Code("E0308"), message, key.span, format!("known to `batching {there}` only"))
        .with_help(format!("{why}; remove the statement, or write `batching {there}`"))
}
