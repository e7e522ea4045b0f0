//! Help for people who know other tools: what their words are here, and what to type.
//!
//! Not for messages: those are worded beside the mistakes they belong to. Looked at only when something is wrong.

use crate::analysis::language::suggest::{alternatives, did_you_mean, nearest};
use crate::analysis::language::table::Table;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::text;
use crate::dictionary::{self, Instead, Measure, measure, percentile_without_a_metric};
use crate::metrics;
use crate::source::Span;

/// The most keys or arguments that help lists.
const LISTED: usize = 8;

/// What to type for a key that a block does not know; `written` is its value.
pub(super) fn help_for_key(key: &str, written: &str, table: &Table, tables: &[&'static Table]) -> String {
    let elsewhere: Vec<&Table> = tables.iter().copied().filter(|other| knows(other, key, table)).collect();
    if let [home, ..] = elsewhere.as_slice() {
        return key_of_others(key, written, home, &elsewhere);
    }
    if let Some(word) = dictionary::key(key, table.block) {
        return word.help(Some(table.block), Some(written));
    }
    did_you_mean(&nearest(key, table.names())).unwrap_or_else(|| known(table))
}

/// `seeds 10` at the top of a file; `None` if the word is not a key.
pub(in crate::analysis) fn key_outside_block(
    key: &str,
    written: &str,
    place: Span,
    tables: &[&'static Table],
) -> Option<Diagnostic> {
    let homes: Vec<&Table> = tables.iter().copied().filter(|table| table.find(key).is_some()).collect();
    let [home, ..] = homes.as_slice() else { return None };
    // `gpus h100_sxm {`: an item that was begun, not a statement.
    if written.contains('{') {
        return None;
    }
    let message = format!("`{key}` is outside any block");
    let help = key_of_others(key, written, home, &homes);
    Some(Diagnostic::error(&text::OUTSIDE_BLOCK, message, place, "belongs in a block").with_help(help))
}

fn knows(other: &Table, key: &str, table: &Table) -> bool {
    other.block != table.block && other.find(key).is_some()
}

/// `seeds 10` in a workload: where it belongs, written out where that block has no name of its own.
fn key_of_others(key: &str, written: &str, home: &Table, all: &[&Table]) -> String {
    let blocks: Vec<&str> = all.iter().map(|table| table.block).collect();
    match all {
        [_] if !dictionary::is_named(home.block) && !written.is_empty() => {
            format!("`{key}` is a key of `{0}`: `{0} {{ {key} {written} }}`", home.block)
        }
        [_] if !written.is_empty() => {
            format!("`{key}` is a key of `{0}`: write `{key} {written}` in a `{0}`", home.block)
        }
        _ => format!("`{key}` is a key of {}", alternatives(&blocks)),
    }
}

/// The keys of a block, the first of them where there are many.
fn known(table: &Table) -> String {
    let names: Vec<&str> = table.names().collect();
    if names.len() <= LISTED + 1 {
        return format!("`{}` knows {}", table.block, alternatives(&names));
    }
    format!("`{}` knows {}, …: `kvs list keys` prints all", table.block, listed(&names[..LISTED]))
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Whether an unknown word of a block was meant to set one of its keys, as far as is known: a misspelling, a word of
/// another tool, or one that could mean anything.
pub(in crate::analysis) fn stands_for(
    word: &str,
    key: &str,
    table: &Table,
    tables: &[&'static Table],
) -> bool {
    if !nearest(word, [key]).is_empty() {
        return true;
    }
    match dictionary::key(word, table.block).map(|known| (known.target(), known.instead)) {
        Some((Some(target), Instead::Statement(home, statement))) if home == table.block => {
            // Users of a closed loop need no rate, and stages end by themselves.
            let sets_rate = statement.starts_with("arrivals users");
            let ends = statement.starts_with("rate stages");
            target == key || (key == "rate" && sets_rate) || (key == "duration" && ends)
        }
        Some(_) => false,
        None => {
            nearest(word, table.names()).is_empty() && !tables.iter().any(|other| knows(other, word, table))
        }
    }
}

/// What to type for a metric that does not exist; `near` are those spelt alike.
pub(in crate::analysis) fn help_for_metric(name: &str, near: &[&str]) -> String {
    if let Some(word) = dictionary::metric(name) {
        return word.help(None, None);
    }
    match measure(name) {
        Some(Measure::Is(metric)) if exists(&metric) => return format!("did you mean `{metric}`?"),
        Some(Measure::OneOf(some)) if some.iter().all(|metric| exists(metric)) => {
            let some: Vec<&str> = some.iter().map(String::as_str).collect();
            return format!("write the statistic too: {}", alternatives(&some));
        }
        _ => {}
    }
    if let Some(percentile) = percentile_without_a_metric(name) {
        return format!("there is no `{percentile}`: percentiles are `p50`, `p90`, `p95`, `p99` and `p999`");
    }
    did_you_mean(near).unwrap_or_else(|| "`kvs list metrics` prints every metric".to_owned())
}

fn exists(metric: &str) -> bool {
    metrics::lookup(metric).is_some_and(|info| !info.at_instants)
}

/// What to type for an argument under the name another tool has for it: `tp 2` is `tensor_parallel 2`.
pub(super) fn help_for_argument(word: &str, written: &str, offered: &[&str]) -> Option<String> {
    let meant = dictionary::key(word, "")?;
    let Instead::Statement(_, statement) = meant.instead else { return Some(meant.help(None, None)) };
    let argument = offered.iter().find(|offered| statement.split(' ').any(|part| part == **offered))?;
    Some(format!("`{word}` is `{argument}` here: write `{}`", format!("{argument} {written}").trim_end()))
}
