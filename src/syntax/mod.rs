//! Text to tree: the grammar's rules as typed nodes, each with its exact place.
//!
//! Knows the shape of the language and nothing of its words: keys, choices and units are the analysis' business.
//! `parser` alone knows pest. Invariant: a file with mistakes still yields a tree of everything that could be
//! read, plus one diagnostic per independent mistake.

pub mod ast;
mod error;
mod format;
mod limits;
mod literal;
mod parser;
mod place;
mod strangers;
mod token;

pub(crate) use error::RESERVED_HELP;
pub use format::{Refused, format};
pub use limits::{MAX_FILE_BYTES, MAX_NESTING, MAX_OPERATORS};
pub use parser::parse;
pub(crate) use strangers::gpus_statement;

use token::tokens;

/// The words of expectations, which cannot be names; as in the grammar.
pub(crate) const EXPECTATION_WORDS: &[&str] = &[
    "in",
    "of",
    "for",
    "on",
    "during",
    "after",
    "within",
    "over",
    "and",
    "or",
    "not",
    "always",
    "eventually",
];

/// The parameters a text mentions, without their `$`.
pub(crate) fn mentioned_params(text: &str) -> impl Iterator<Item = &str> {
    tokens(text).filter_map(|token| token.text.strip_prefix('$'))
}
