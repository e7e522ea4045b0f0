//! Text to tree: the grammar's rules as typed nodes, each with its exact place.
//!
//! Knows the shape of the language and nothing of its words: keys, choices and units are the analysis' business.
//! `parser` alone knows pest. Invariant: a file with mistakes still yields a tree of everything that could be
//! read, plus one diagnostic per independent mistake.

pub mod ast;
mod parser;

pub use parser::parse;
