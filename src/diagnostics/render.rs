//! Diagnostics to text: drawn with their source, one line each, or JSON.
//!
//! The same list in the same order in every form. Invariant: what is written depends on nothing but the
//! arguments, least of all on a terminal, so that it can be compared byte for byte.

mod drawn;
mod github;
mod json;
mod sarif;

pub use github::{annotation, unplaced_annotation};
pub use sarif::sarif;

use std::fmt::Write as _;

use super::located::severity;
use super::{Diagnostic, Located};
use crate::source::Sources;

/// How many diagnostics are shown unless another number is asked for.
pub const MAX_SHOWN: usize = 20;

/// Columns of a drawing where nothing is known of a terminal.
pub const MAX_WIDTH: usize = 100;

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorFormat {
    /// Drawn with the source.
    Full,
    /// `file:line:col: error[E0104]: message`.
    Concise,
    /// One JSON object per line; the last is `{"omitted": 3}` where not all are shown.
    Json,
    /// An annotation of GitHub Actions a line.
    Github,
}

/// Writes the first `max` of sorted diagnostics in the given form, with ANSI styles if `color`, and how many more
/// there are.
#[must_use]
pub fn render(
    list: &[Diagnostic],
    sources: &Sources,
    format: ErrorFormat,
    color: bool,
    max: usize,
) -> String {
    render_within(MAX_WIDTH, list, sources, format, color, max)
}

/// As [`render`], drawn in so many columns.
#[must_use]
pub fn render_within(
    width: usize,
    list: &[Diagnostic],
    sources: &Sources,
    format: ErrorFormat,
    color: bool,
    max: usize,
) -> String {
    let shown = &list[..list.len().min(max)];
    let mut text = String::new();
    for diagnostic in shown {
        match format {
            ErrorFormat::Full => drawn::draw(diagnostic, sources, width, color, &mut text),
            ErrorFormat::Concise => concise(diagnostic, sources, &mut text),
            ErrorFormat::Json => json::write(diagnostic, sources, &mut text),
            ErrorFormat::Github => text.push_str(&annotation(&Located::of(diagnostic, sources))),
        }
    }
    let omitted = list.len() - shown.len();
    if omitted > 0 {
        match format {
            ErrorFormat::Full | ErrorFormat::Concise | ErrorFormat::Github => {
                writeln!(text, "and {omitted} more, not shown")
            }
            ErrorFormat::Json => writeln!(text, "{{\"omitted\":{omitted}}}"),
        }
        .expect("writing to a string cannot fail");
    }
    text
}

fn concise(diagnostic: &Diagnostic, sources: &Sources, text: &mut String) {
    let span = diagnostic.span();
    let (line, column) = sources.line_column(span);
    let name = visible(&sources.get(span.source).name);
    let severity = severity(diagnostic.severity);
    let (code, message) = (diagnostic.code(), visible(&diagnostic.message));
    writeln!(text, "{name}:{line}:{column}: {severity}[{code}]: {message}")
        .expect("writing to a string cannot fail");
}

/// A text without characters that steer a terminal: each is replaced by a visible one of the same length, so that
/// places in it stay where they are. Newlines and tabs too, as nothing shown here has lines of its own.
fn visible(text: &str) -> String {
    text.chars()
        .map(|character| if matches!(character, '\n' | '\t') { ' ' } else { visible_character(character) })
        .collect()
}

/// The character, or a visible one of as many bytes.
fn visible_character(character: char) -> char {
    let steers = character.is_control() && !matches!(character, '\n' | '\t')
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    match character.len_utf8() {
        _ if !steers => character,
        1 if character == '\r' => ' ',
        1 => '?',
        2 => '¿',
        _ => '\u{FFFD}',
    }
}
