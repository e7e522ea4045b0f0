//! What people from elsewhere meant: `p99(ttft)`, `slo ttft < 500 ms`, `workload "chat" {`, `n = [1, 2]`, YAML.
//!
//! Looked at only where the grammar refused something. Each recogniser looks at text and says what to type in its
//! place, or nothing; then the usual message is given. Knows no registry: words of other tools come from the dictionary.

mod expectations;
mod gpus;
mod items;
mod languages;
mod statements;

pub(crate) use gpus::gpus_statement;
pub(super) use items::item;
pub(super) use languages::{has_toml_tables, language};

use super::token::Token;
use crate::diagnostics::CodeInfo;

/// Where the grammar stopped in a piece of text.
#[derive(Clone, Copy)]
pub(super) struct Refusal<'a> {
    /// The item, statement or axis.
    pub(super) slice: &'a str,
    /// What was found; `None` at the end.
    pub(super) found: Option<Token<'a>>,
    /// The token before it.
    pub(super) previous: Option<Token<'a>>,
    /// What the text was read as.
    pub(super) read_as: ReadAs,
}

/// What a piece of text was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadAs {
    /// An item of the file or of a scenario.
    Item,
    /// A statement of a block.
    Statement,
    /// An axis of a matrix.
    Axis,
    /// A line of a plan.
    PlanLine,
    /// A row of a trace.
    Row,
}

/// What was meant: a diagnostic about a part of the text.
#[derive(Debug)]
pub(super) struct Meant {
    /// Its code.
    pub(super) info: &'static CodeInfo,
    /// From this byte of the text.
    pub(super) start: usize,
    /// Up to this one.
    pub(super) end: usize,
    /// What is wrong.
    pub(super) message: String,
    /// What the place is.
    pub(super) label: &'static str,
    /// What to type.
    pub(super) help: String,
    /// Whether a file that has it once probably has it in many lines.
    pub(super) habit: bool,
}

/// What a rejected text was meant as, if that is known.
pub(super) fn meant(refusal: &Refusal<'_>) -> Option<Meant> {
    match refusal.read_as {
        ReadAs::Item | ReadAs::PlanLine if refusal.slice.starts_with("expect") => {
            expectations::meant(refusal)
        }
        ReadAs::Item => items::meant(refusal).or_else(|| statements::name(refusal)),
        ReadAs::Statement => statements::meant(refusal),
        ReadAs::Axis => items::axis(refusal, ""),
        ReadAs::PlanLine => items::axis(refusal, "vary "),
        ReadAs::Row => None,
    }
}

impl<'a> Refusal<'a> {
    /// The run of these characters around what was found, and where it begins.
    fn run(&self, belongs: impl Fn(char) -> bool) -> Option<(usize, &'a str)> {
        let found = self.found?;
        let before = &self.slice[..found.start];
        let start = before.len()
            - before.chars().rev().take_while(|&last| belongs(last)).map(char::len_utf8).sum::<usize>();
        let length: usize =
            self.slice[start..].chars().take_while(|&next| belongs(next)).map(char::len_utf8).sum();
        (length > 0).then(|| (start, &self.slice[start..start + length]))
    }

    /// What follows what was found, on one line and without its comment.
    fn rest(&self) -> &'a str {
        self.found.map_or("", |found| first_line(&self.slice[found.end()..]))
    }

    /// What was written before what was found, on one line.
    fn before(&self) -> &'a str {
        self.found.map_or(self.slice, |found| &self.slice[..found.start]).trim()
    }
}

/// The first line of a text, without its comment.
fn first_line(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.split('#').next().unwrap_or_default().trim().trim_end_matches([';', ',']).trim_end()
}

/// A value without the quotes that other languages put around it.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let inside = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}
