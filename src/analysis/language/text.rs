//! What was written, on one line.

use crate::source::{Sources, Span};

/// The source text of a span on one line: comments dropped, blanks outside strings squeezed to one.
pub(in crate::analysis) fn one_line(sources: &Sources, span: Span) -> String {
    let mut line = String::new();
    let mut characters = sources.slice(span).chars();
    let mut in_string = false;
    while let Some(character) = characters.next() {
        match character {
            '#' if !in_string => {
                characters.by_ref().find(|&character| character == '\n');
                push_blank(&mut line);
            }
            blank if blank.is_whitespace() && !in_string => push_blank(&mut line),
            '\\' if in_string => line.extend([Some('\\'), characters.next()].into_iter().flatten()),
            other => {
                in_string ^= other == '"';
                line.push(other);
            }
        }
    }
    line.trim_end().to_owned()
}

fn push_blank(line: &mut String) {
    if !line.is_empty() && !line.ends_with(' ') {
        line.push(' ');
    }
}
