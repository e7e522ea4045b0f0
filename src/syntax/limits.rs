//! What a file may not exceed, checked before the grammar reads it.
//!
//! The grammar descends into itself at every bracket, so the depth is bounded here, on the text.

use super::error;
use super::token::string_length;
use crate::diagnostics::Diagnostic;
use crate::source::{SourceId, Span};

/// The longest file, in bytes.
pub const MAX_FILE_BYTES: usize = 8 * 1024 * 1024;

/// How deep blocks, parentheses and brackets may be nested into each other.
pub const MAX_NESTING: usize = 64;

/// How many operators one statement or expectation may have.
pub const MAX_OPERATORS: usize = 512;

/// The first limit a text breaks.
pub(super) fn check(source: SourceId, text: &str) -> Option<Diagnostic> {
    if text.len() > MAX_FILE_BYTES {
        return Some(error::file_too_large(Span { source, start: 0, end: 0 }, text.len()));
    }
    let position = first_too_deep(text)?;
    let start = u32::try_from(position).expect("a file is shorter than 8 MiB");
    Some(error::nested_too_deep(Span { source, start, end: start + 1 }))
}

/// Where the nesting first exceeds the limit. A `}` closes everything opened since its `{`, as in the grammar.
fn first_too_deep(text: &str) -> Option<usize> {
    let mut opened = Vec::new();
    let bytes = text.as_bytes();
    let mut position = 0;
    while position < bytes.len() {
        match bytes[position] {
            b'#' => position += text[position..].find('\n').unwrap_or(text.len() - position),
            b'"' => {
                position += string_length(&text[position..]);
                continue;
            }
            opening @ (b'{' | b'(' | b'[') => {
                if opened.len() == MAX_NESTING {
                    return Some(position);
                }
                opened.push(opening);
            }
            b'}' => {
                if let Some(block) = opened.iter().rposition(|&opening| opening == b'{') {
                    opened.truncate(block);
                }
            }
            b')' if opened.last() == Some(&b'(') => drop(opened.pop()),
            b']' if opened.last() == Some(&b'[') => drop(opened.pop()),
            _ => {}
        }
        position += 1;
    }
    None
}
