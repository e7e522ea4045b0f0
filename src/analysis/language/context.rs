//! What every part of the analysis needs: the texts, the parameters in force, and where mistakes go.
//!
//! One context serves one case. Invariant: a function that returns `None` has reported why, so that no caller reports a
//! consequence.

use std::collections::BTreeSet;

use super::table::Table;
use super::text::one_line;
use super::value::Params;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::source::{Sources, Span};
use crate::syntax::ast::{Param as Declaration, Statement};

/// The texts, the parameters in force, and where mistakes go.
pub(in crate::analysis) struct Context<'a> {
    /// To quote what was written.
    pub(in crate::analysis) sources: &'a Sources,
    /// What `$name` stands for.
    pub(in crate::analysis) params: &'a Params,
    /// Parameters that are not known yet: the one that is being declared, and those below it.
    pub(in crate::analysis) declared_below: &'a [&'a Declaration],
    /// Every block's keys, for messages about a key of another block.
    pub(in crate::analysis) tables: &'static [&'static Table],
    /// Mistakes and notes.
    pub(in crate::analysis) diagnostics: Diagnostics,
    /// Headers of blocks that could not be read in full.
    pub(in crate::analysis) damaged: BTreeSet<Span>,
    /// Whether some text could not be read at all, so that a name may be missing for that reason.
    pub(in crate::analysis) unreadable: bool,
    /// Settings in force, for `kvs run --show-config`.
    pub(in crate::analysis) settings: Vec<ConfigLine>,
}

impl<'a> Context<'a> {
    /// A context without mistakes.
    pub(in crate::analysis) fn new(
        sources: &'a Sources,
        params: &'a Params,
        tables: &'static [&'static Table],
    ) -> Context<'a> {
        Context {
            sources,
            params,
            declared_below: &[],
            tables,
            diagnostics: Diagnostics::default(),
            damaged: BTreeSet::new(),
            unreadable: false,
            settings: Vec::new(),
        }
    }

    /// Reports a mistake or a note.
    pub(in crate::analysis) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Whether the text of `near` defines that name, which is missing only because some of the text
    /// could not be read; its own mistake has been reported.
    pub(in crate::analysis) fn is_unreadable(&self, keyword: &str, name: &str, near: Span) -> bool {
        self.unreadable && begins_line(&self.sources.get(near.source).text, keyword, name)
    }

    /// The value of a statement on one line, with parameters replaced by what they stand for.
    pub(in crate::analysis) fn value_text(&self, statement: &Statement) -> String {
        let value = Span { start: statement.key.span.end, ..statement.span };
        let line = one_line(self.sources, value);
        let mut in_string = false;
        let words = line.split(' ').map(|word| {
            let param = word.strip_prefix('$').filter(|_| !in_string).and_then(|name| self.params.get(name));
            in_string ^= (word.matches('"').count() - word.matches("\\\"").count()) % 2 == 1;
            param.map_or(word, |param| param.text.as_str())
        });
        words.collect::<Vec<_>>().join(" ").trim_start().to_owned()
    }

    /// The text of a place, as written.
    pub(in crate::analysis) fn text(&self, span: Span) -> &'a str {
        self.sources.slice(span)
    }
}

/// One line of `kvs run --show-config`.
pub struct ConfigLine {
    /// The block, as `policy` or `workload chat`.
    pub block: String,
    /// The key.
    pub key: String,
    /// The value as it would be written.
    pub value: String,
    /// Where it comes from: `None` for a default.
    pub origin: Option<Span>,
}

/// Whether a line of the text begins with the two words: `gpu fast`.
fn begins_line(text: &str, keyword: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let mut words = line
            .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
            .filter(|word| !word.is_empty());
        !line.trim_start().starts_with('#') && words.next() == Some(keyword) && words.next() == Some(name)
    })
}
