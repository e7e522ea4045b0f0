//! A comparison as a table for terminals, and as Markdown for pull requests.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::{CaseChange, Change, Comparison, Way};
use crate::report::markdown::{cell, code, prose};
use crate::report::number::{natural, percent, signed, significant};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const STRONG: Style = Style::new().bold();

/// The cells of a change: old, new, by how much, as a share.
pub(super) fn cells(change: &Change) -> [String; 4] {
    let value = |value: f64| if change.is_share { percent(value) } else { natural(value, change.dimension) };
    let by = change.absolute();
    let absolute = match change.is_share {
        true => format!("{} points", significant(by * 100.0, 4)),
        false => natural(by, change.dimension),
    };
    let absolute = signed(&absolute, by);
    let relative = change
        .relative()
        .map_or_else(String::new, |by| signed(&format!("{}%", significant(by * 100.0, 3)), by));
    [value(change.old), value(change.new), absolute, relative]
}

/// For a terminal, with ANSI colours where something got better or worse.
#[must_use]
pub fn table(comparison: &Comparison) -> String {
    let mut text = String::new();
    let rows: Vec<(&Change, [String; 4])> = comparison
        .cases
        .iter()
        .flat_map(|case| &case.metrics)
        .map(|change| (change, cells(change)))
        .collect();
    let name_width = rows.iter().map(|(change, _)| change.name.len()).max().unwrap_or(0);
    let widths: [usize; 4] = std::array::from_fn(|column| {
        rows.iter().map(|(_, cells)| cells[column].chars().count()).max().unwrap_or(0)
    });
    let mut rows = rows.iter();
    for case in &comparison.cases {
        line(&mut text, &heading(case));
        for (change, [old, new, absolute, relative]) in rows.by_ref().take(case.metrics.len()) {
            let style = match change.way {
                Way::Better => GOOD,
                Way::Worse => BAD,
                Way::Neutral => Style::new(),
            };
            let [w0, w1, w2, w3] = widths;
            let gate = change
                .broken
                .as_ref()
                .map_or_else(String::new, |gate| format!("  {BAD}breaks `{gate}`{BAD:#}"));
            line(
                &mut text,
                &format!(
                    "  {:<name_width$}  {old:>w0$} → {new:>w1$}  {style}{absolute:>w2$}  {relative:>w3$}{style:#}{gate}",
                    change.name
                ),
            );
        }
    }
    for (id, what) in lone(comparison) {
        line(&mut text, &format!("{STRONG}{id}{STRONG:#}  {what}"));
    }
    line(&mut text, &sentence(comparison));
    text
}

fn heading(case: &CaseChange) -> String {
    let status =
        case.status.map_or_else(String::new, |(old, new)| format!("  {} → {}", old.name(), new.name()));
    format!("{STRONG}{}{STRONG:#}{status}", case.id)
}

/// For a pull request; `old` and `new` name the two sides.
#[must_use]
pub fn markdown(comparison: &Comparison, old: &str, new: &str) -> String {
    let mut text = String::new();
    line(&mut text, &format!("### kvs: {} → {}\n\n{}", code(old), code(new), sentence(comparison)));
    for (case, change) in comparison.broken() {
        let [old, new, _, relative] = cells(change);
        let gate = change.broken.as_deref().unwrap_or_default();
        line(
            &mut text,
            &format!(
                "- **{}** `{}`: {old} → {new} ({relative}) breaks `{gate}`",
                prose(&case.id),
                change.name
            ),
        );
    }
    if !comparison.cases.is_empty() {
        line(
            &mut text,
            &format!(
                "\n| case | metric | {} | {} | change | |\n|---|---|--:|--:|--:|--:|",
                cell(&prose(old)),
                cell(&prose(new))
            ),
        );
    }
    for case in &comparison.cases {
        if let Some((old, new)) = case.status {
            line(
                &mut text,
                &format!("| {} | ends | {} | {} | | |", cell(&prose(&case.id)), old.name(), new.name()),
            );
        }
        for change in &case.metrics {
            let [old, new, absolute, relative] = cells(change);
            let mark = match (&change.broken, change.way) {
                (Some(_), _) => " ❌",
                (None, Way::Better) => " ▲",
                (None, Way::Worse) => " ▼",
                (None, Way::Neutral) => "",
            };
            let id = cell(&prose(&case.id));
            line(
                &mut text,
                &format!("| {id} | {} | {old} | {new} | {absolute} | {relative}{mark} |", change.name),
            );
        }
    }
    for (id, what) in lone(comparison) {
        line(&mut text, &format!("\n- {} {what}", code(id)));
    }
    text
}

fn lone(comparison: &Comparison) -> impl Iterator<Item = (&str, &'static str)> {
    let gone = comparison.gone.iter().map(|id| (id.as_str(), "is gone"));
    gone.chain(comparison.added.iter().map(|id| (id.as_str(), "is new")))
}

/// `2 cases changed, 17 as before, 1 gate broken`, and how much is not shown.
fn sentence(comparison: &Comparison) -> String {
    let n = comparison.cases.len();
    let mut words = vec![
        format!("{n} {} changed", if n == 1 { "case" } else { "cases" }),
        format!("{} as before", comparison.n_same),
    ];
    let others = [(comparison.gone.len(), "gone"), (comparison.added.len(), "new")];
    words
        .extend(others.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    let broken = comparison.broken().count() + comparison.lost.len();
    words.push(format!("{broken} {} broken", if broken == 1 { "gate" } else { "gates" }));
    let mut sentence = words.join(", ");
    match comparison.n_hidden() {
        0 => {}
        1 => sentence.push_str("; 1 other metric changed (--all shows it)"),
        hidden => {
            write!(sentence, "; {hidden} other metrics changed (--all shows them)")
                .expect("a string takes it");
        }
    }
    sentence
}

fn line(text: &mut String, words: &str) {
    writeln!(text, "{}", words.trim_end()).expect("writing to a string cannot fail");
}
