//! Workflow commands of GitHub Actions: an annotation at the line of a file.
//!
//! As "Workflow commands for GitHub Actions" of its documentation has them: values escape `%`, line ends, and in
//! properties `:` and `,` too. Invariant: one command a line, whatever a message holds.

use std::fmt::Write as _;

use crate::diagnostics::Located;

/// One annotation.
#[must_use]
pub fn annotation(located: &Located) -> String {
    let level = if located.severity == "error" { "error" } else { "notice" };
    let place = &located.place;
    let mut text = format!("::{level} file={},line={}", property(&place.file), place.line);
    if place.end_line == place.line {
        // GitHub shows columns only within one line, and its end is the last one covered.
        let end = place.end_column.saturating_sub(1).max(place.column);
        write!(text, ",col={},endColumn={end}", place.column).expect("writing to a string cannot fail");
    } else {
        write!(text, ",endLine={}", place.end_line).expect("writing to a string cannot fail");
    }
    let title = property(&format!("kvs {}", located.code));
    writeln!(text, ",title={title}::{}", data(&located.lines().join("\n")))
        .expect("writing to a string cannot fail");
    text
}

/// An annotation of no file.
#[must_use]
pub fn unplaced_annotation(message: &str) -> String {
    format!("::error title=kvs::{}\n", data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
