//! What every part of the analysis needs: the texts, the parameters in force, and where mistakes go.
//!
//! One context serves one case. Invariant: whoever returns `None` has reported why, so that no caller reports a
//! consequence.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::source::{Sources, Span};
use crate::syntax::ast::{Ident, Param as Declaration};

use super::values::Evaluated;
use super::{Setting, error};

/// The texts, the parameters in force, and where mistakes go.
pub(super) struct Context<'a> {
    /// To quote what was written.
    pub(super) sources: &'a Sources,
    /// What `$name` stands for.
    pub(super) params: &'a Params,
    /// Parameters that are not known yet: the one that is being declared, and those below it.
    pub(super) declared_below: &'a [&'a Declaration],
    /// Mistakes and notes.
    pub(super) diagnostics: Diagnostics,
    /// Features asked for that the engine does not execute yet.
    pub(super) not_simulated: Vec<Diagnostic>,
    /// Headers of blocks that could not be read in full.
    pub(super) damaged: BTreeSet<Span>,
    /// Whether some text could not be read at all, so that a name may be missing for that reason.
    pub(super) unreadable: bool,
    /// Settings in force, for `kvs run --show-config`.
    pub(super) settings: Vec<Setting>,
}

impl<'a> Context<'a> {
    /// A context without mistakes.
    pub(super) fn new(sources: &'a Sources, params: &'a Params) -> Context<'a> {
        Context {
            sources,
            params,
            declared_below: &[],
            diagnostics: Diagnostics::default(),
            not_simulated: Vec::new(),
            damaged: BTreeSet::new(),
            unreadable: false,
            settings: Vec::new(),
        }
    }

    /// Reports a mistake or a note.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports a name that no parameter has, unless its declaration stands there and could not be read.
    pub(super) fn report_unknown_param(&mut self, name: &Ident) {
        if !self.is_unreadable("param", &name.text, name.span) {
            self.report(error::unknown_param(name, self));
        }
    }

    /// Whether a definition of that name stands in the text of `near` and is missing only because some of the text
    /// could not be read; its own mistake has been reported.
    pub(super) fn is_unreadable(&self, keyword: &str, name: &str, near: Span) -> bool {
        self.unreadable && begins_line(&self.sources.get(near.source).text, keyword, name)
    }

    /// The text of a place, as written.
    pub(super) fn text(&self, span: Span) -> &'a str {
        self.sources.slice(span)
    }
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

/// The parameters in force, by name.
pub(super) type Params = BTreeMap<String, Param>;

/// A parameter of the file with the value it has in this case.
#[derive(Clone, Debug)]
pub(super) struct Param {
    /// What it stands for; `None` where its definition is wrong, which has been reported.
    pub(super) value: Option<ParamValue>,
    /// As written.
    pub(super) text: String,
    /// Where that value stands: in the file, in a matrix or on the command line.
    pub(super) origin: Span,
}

/// What a parameter stands for.
#[derive(Clone, Debug)]
pub(super) enum ParamValue {
    /// A number or a quantity.
    Quantity(Evaluated),
    /// A name: of a choice, a model, a GPU.
    Word(String),
    /// A string.
    Text(String),
}
