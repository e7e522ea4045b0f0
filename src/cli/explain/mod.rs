//! `kvs explain NAME`: what a name means, be it a diagnostic code, a metric, a key, a choice, a unit, a GPU or a model.
//!
//! A code has a page of its own, as has a metric; everything else is explained by what `kvs list` says of it, so that a
//! new entry of any registry is explained without a line here. Words of other tools are explained by what they are here,
//! and arguments by the statements that take them.

mod code;
mod entries;
mod metric;

use clap::Args;

use entries::Entry;

use super::exit::Exit;
use super::output::{FAINT, Output, STRONG};
use crate::analysis::suggest::{did_you_mean, nearest};
use crate::diagnostics::explain;
use crate::dictionary::{Tool, WORDS};
use crate::metrics::{self, lookup};

/// Arguments of `kvs explain`.
#[derive(Args)]
pub(super) struct ExplainArgs {
    /// A diagnostic code (E0104), or a name of the language: a metric, a key, a policy, a unit, a GPU, a model
    name: String,
}

/// Prints every meaning of a name.
pub(super) fn run(arguments: &ExplainArgs, output: &Output) -> Exit {
    let name = arguments.name.trim();
    let entries = entries::all();
    let small = name.to_ascii_lowercase();
    let pages = [
        of_name(name, &entries),
        of_other_tools(name),
        of_name(&small, &entries),
        of_argument(&small, &entries),
    ]
    .into_iter()
    .find(|pages| !pages.is_empty());
    if let Some(pages) = pages {
        output.result(&pages.join("\n"));
        return Exit::PASSED;
    }
    let help = match code::looks_like_one(name) {
        true => code::near(name),
        false => {
            let metrics = metrics::names();
            let names = entries.iter().map(|entry| entry.name.as_str());
            let names: Vec<&str> = names.chain(metrics.iter().map(String::as_str)).collect();
            // `ttft` is not misspelt, only a part of names.
            let holding = || names.iter().copied().filter(|known| known.contains(name)).take(3).collect();
            let near = nearest(name, names.iter().copied());
            did_you_mean(&if near.is_empty() { holding() } else { near })
        }
    };
    let help = help.map_or_else(String::new, |help| format!("{help} "));
    output.error(
        &format!("nothing is called `{name}`"),
        Some(&format!("{help}`kvs list` prints the topics, and `kvs list TOPIC` the names of each")),
    );
    Exit::USAGE
}

/// The pages of a code, a metric and every entry of that name.
fn of_name(name: &str, entries: &[Entry]) -> Vec<String> {
    let code = explain(name).map(code::page);
    let metric = lookup(name).map(|info| metric::page(&info));
    let entries = entries.iter().filter(|entry| entry.name == name).map(Entry::page);
    code.into_iter().chain(metric).chain(entries).collect()
}

/// What a word of other tools is here.
fn of_other_tools(name: &str) -> Vec<String> {
    let words = WORDS.iter().copied().flatten().filter(|word| word.name == name && word.tool != Tool::Here);
    words.map(|word| facts(name, word.tool.name(), &[("", word.help(None, None))])).collect()
}

/// The statements that take an argument or a value of that name, unless it is a part of names of metrics: `ttft`.
fn of_argument(name: &str, entries: &[Entry]) -> Vec<String> {
    if metrics::names().iter().any(|metric| metric.split('_').any(|word| word == name)) {
        return Vec::new();
    }
    entries.iter().filter(|entry| entry.takes(name)).map(Entry::page).collect()
}

/// Lines of what a thing is and what is known of it.
fn facts(name: &str, kind: &str, facts: &[(&str, String)]) -> String {
    let mut text = format!("{STRONG}{name}{STRONG:#}  {FAINT}{kind}{FAINT:#}\n\n");
    let width = facts.iter().map(|(title, _)| title.chars().count()).max().unwrap_or(0);
    for (title, fact) in facts.iter().filter(|(_, fact)| !fact.is_empty()) {
        text.push_str(&format!("  {FAINT}{title:<width$}{FAINT:#}  {fact}\n"));
    }
    text
}

/// The text in lines of at most 80 characters.
fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 80 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}
