//! The grammar's pairs to the tree; alone knows pest.
//!
//! The grammar takes any text: what it could not read comes as `bad_…` pairs, which `recovery` turns into
//! messages. Invariant: every span lies inside the text, on character boundaries, and ends with a token.

mod expectations;
mod expressions;
mod items;
mod plans;
mod recovery;
mod statements;

use std::cell::OnceCell;

use pest::Parser;
use pest::iterators::Pair;

use super::ast::{Doc, File, Ident, Text};
use super::strangers::ReadAs;
use super::{error, limits, literal};
use crate::diagnostics::Diagnostic;
use crate::source::{SourceId, Sources, Span};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/kvs.pest"]
struct Grammar;

/// Parses one source; whatever could be read comes back beside the mistakes.
#[must_use]
pub fn parse(source: SourceId, sources: &Sources) -> (File, Vec<Diagnostic>) {
    let text = &*sources.get(source).text;
    if let Some(broken) = limits::check(source, text) {
        return (File { items: Vec::new() }, vec![broken]);
    }
    let mut reader = Reader {
        source,
        text,
        diagnostics: Vec::new(),
        operators: 0,
        unclosed: None,
        other_language: false,
        toml_tables: OnceCell::new(),
        habit: None,
        without_brace: None,
        left_open: 0,
        broken_off: None,
    };
    let items = match Grammar::parse(Rule::file, text) {
        Ok(mut pairs) => reader.file(pairs.next().expect("a parsed rule is one pair")),
        Err(refused) => {
            // The grammar takes any text, so this says that the grammar is wrong; still it is said politely.
            reader.refused(&refused, 0, text.len(), ReadAs::Item);
            Vec::new()
        }
    };
    (File { items }, reader.diagnostics)
}

/// The text being read and what was found wrong with it so far.
struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    diagnostics: Vec<Diagnostic>,
    /// Operators of the statement being read.
    operators: usize,
    /// The last `}` found missing in front of an item: its diagnostic, and what to say instead should a `}` be
    /// left over later.
    unclosed: Option<(usize, Diagnostic)>,
    /// Whether the text turns into another language.
    other_language: bool,
    /// Whether it has tables of TOML, once that was asked.
    toml_tables: OnceCell<bool>,
    /// A mistake that other languages make a habit of: its diagnostic, and how often it was found again.
    habit: Option<(usize, usize)>,
    /// Where a header without its `{` ends: what follows on its line is its block.
    without_brace: Option<usize>,
    /// Braces left open by lines that are not items.
    left_open: usize,
    /// Where the last bad slice ends, if what is on the next line may belong to it.
    broken_off: Option<usize>,
}

impl Reader<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Bytes of the text as a span.
    fn bytes(&self, start: usize, end: usize) -> Span {
        let byte = |position| u32::try_from(position).expect("a file is shorter than 8 MiB");
        Span { source: self.source, start: byte(start), end: byte(end) }
    }

    /// The span of a token's pair. Rules made of tokens may end in blanks: take theirs from their tokens.
    fn span(&self, token: &Pair<'_, Rule>) -> Span {
        self.bytes(token.as_span().start(), token.as_span().end())
    }

    fn ident(&self, token: &Pair<'_, Rule>) -> Ident {
        Ident { text: token.as_str().to_owned(), span: self.span(token) }
    }

    fn string(&mut self, token: &Pair<'_, Rule>) -> Text {
        let span = self.span(token);
        let (value, unknown_escapes) = literal::string(token.as_str());
        for escape in unknown_escapes {
            let start = token.as_span().start() + escape.offset;
            let place = self.bytes(start, start + 1 + escape.character.len_utf8());
            self.report(error::unknown_escape(place, escape.character));
        }
        Text { value, span }
    }

    /// The `##` lines directly above an item that is the first on its line.
    fn doc_above(&self, item: Span) -> Option<Doc> {
        let mut line_start = self.text[..item.start as usize].trim_end_matches([' ', '\t']).len();
        if !self.text[..line_start].ends_with('\n') {
            return None;
        }
        let end = line_start - 1;
        let mut start = end;
        let mut lines = Vec::new();
        while line_start > 0 {
            let above = self.text[..line_start - 1].rfind('\n').map_or(0, |newline| newline + 1);
            let line = self.text[above..line_start - 1].trim();
            let Some(said) = line.strip_prefix("##").filter(|said| !said.starts_with('#')) else { break };
            lines.push(said.strip_prefix(' ').unwrap_or(said));
            start = line_start - 1 - self.text[above..line_start - 1].trim_start().len();
            line_start = above;
        }
        if lines.is_empty() {
            return None;
        }
        lines.reverse();
        let end = start + self.text[start..end].trim_end().len();
        Some(Doc { text: lines.join("\n"), span: self.bytes(start, end) })
    }

    /// Whether nothing between two things on one line ends the first.
    fn runs_on(&self, before: Span, next: Span) -> bool {
        let between = &self.text[before.end as usize..next.start as usize];
        !between.contains(['\n', ';'])
    }
}

/// Checks that a pair is there which the grammar puts there.
fn expected<T>(part: Option<T>) -> T {
    part.expect("the grammar's rule has this part")
}
