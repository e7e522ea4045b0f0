//! Two texts as the lines that differ.

use super::output::{BAD, FAINT, GOOD};

/// The lines that differ, with one line around them.
pub(super) fn difference(old: &str, new: &str) -> String {
    let (old, new) = (ended(old), ended(new));
    let diff = similar::TextDiff::from_lines(&old, &new);
    let mut text = String::new();
    for (index, group) in diff.grouped_ops(1).iter().enumerate() {
        if index > 0 {
            text.push_str("      …\n");
        }
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

/// Of nothing there is no line.
fn ended(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}
