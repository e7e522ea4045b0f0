//! How the numbers of a case differ from its snapshot: metric by metric as `kvs diff` shows them, other lines as text.

use std::collections::BTreeMap;

use super::output::{BAD, FAINT, GOOD};
use crate::report::{ShownChange, Way, change_of_lines};

/// What differs: a line for each metric, old and new side by side, then the other lines that are gone or new.
pub(super) fn difference(old: &str, new: &str) -> String {
    if old.is_empty() {
        return new.lines().map(|line| format!("{GOOD}    + {line}{GOOD:#}\n")).collect();
    }
    let before: BTreeMap<&str, &str> = old.lines().map(|line| (name(line), line)).collect();
    let changes: Vec<ShownChange> =
        new.lines().filter_map(|line| change_of_lines(before.get(name(line)).copied()?, line)).collect();
    let is_shown = |line: &&str| changes.iter().any(|change| change.name == name(line));
    let without = |text: &str| -> String {
        text.lines().filter(|line| !is_shown(line)).map(|line| format!("{line}\n")).collect()
    };
    format!("{}{}", side_by_side(&changes), as_text(&without(old), &without(new)))
}

/// The first word: of a metric its name.
fn name(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}

fn side_by_side(changes: &[ShownChange]) -> String {
    let width = |cell: fn(&ShownChange) -> &str| {
        changes.iter().map(|change| cell(change).chars().count()).max().unwrap_or(0)
    };
    let names = width(|change| &change.name);
    let (olds, news) = (width(|change| &change.old), width(|change| &change.new));
    let by = width(|change| &change.relative);
    let row = |change: &ShownChange| {
        let ShownChange { name, old, new, relative, way } = change;
        let (begin, end) = match way {
            Way::Better => (format!("{GOOD}"), format!("{GOOD:#}")),
            Way::Worse => (format!("{BAD}"), format!("{BAD:#}")),
            Way::Neutral => (String::new(), String::new()),
        };
        format!("    {name:<names$}  {old:>olds$} → {new:>news$}  {begin}{relative:>by$}{end}\n")
    };
    changes.iter().map(row).collect()
}

/// The lines that differ, with one line around them.
fn as_text(old: &str, new: &str) -> String {
    let diff = similar::TextDiff::from_lines(old, new);
    let mut text = String::new();
    for group in diff.grouped_ops(0) {
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let line = change.value().trim_end_matches('\n');
            text.push_str(&match change.tag() {
                similar::ChangeTag::Delete => format!("{BAD}    - {line}{BAD:#}\n"),
                similar::ChangeTag::Insert => format!("{GOOD}    + {line}{GOOD:#}\n"),
                similar::ChangeTag::Equal => format!("{FAINT}      {line}{FAINT:#}\n"),
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_side_by_side_and_other_lines_below() {
        let old = "finished         10\ngpu_utilization  50.1234%\np99_ttft_ms      250\npass     expect finished == 10  (10)";
        let new = "finished         10\ngpu_utilization  51%\np99_ttft_ms      500\nfail     expect finished == 11  (10)";
        let plain = anstream::adapter::strip_str(&difference(old, new)).to_string();
        let expected = "    gpu_utilization  50.12% →    51%  +0.8766 points
    p99_ttft_ms      250 ms → 500 ms           +100%
    - pass     expect finished == 10  (10)
    + fail     expect finished == 11  (10)
";
        assert_eq!(plain, expected);
    }

    #[test]
    fn a_new_snapshot_is_all_new() {
        let plain = anstream::adapter::strip_str(&difference("", "finished  10\n")).to_string();
        assert_eq!(plain, "    + finished  10\n");
    }
}
