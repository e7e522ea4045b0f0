//! What is wrong with an input, where, and what to type instead.
//!
//! Stages build [`Diagnostic`]s (in an `error.rs` each) and push them into a [`Diagnostics`]; nothing here knows
//! the language. `render` alone knows miette. Invariant: every diagnostic has an entry of [`codes`].

pub mod codes;
mod located;
mod render;

pub use codes::{CodeInfo, codes, explain};
pub use located::{Located, LocatedLabel, Location};
pub use render::{
    ErrorFormat, MAX_SHOWN, MAX_WIDTH, annotation, render, render_within, sarif, unplaced_annotation,
};

use std::collections::BTreeMap;

use crate::source::Span;

/// How bad it is. Only errors stop a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The input cannot be used.
    Error,
    /// Allowed, but probably not what was meant.
    Note,
}

/// A place with what to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The exact token.
    pub span: Span,
    /// A few words, lower case.
    pub text: String,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind of mistake it is, with its stable code.
    pub info: &'static CodeInfo,
    /// Whether it stops the run.
    pub severity: Severity,
    /// Makes sense alone: lower case, no final stop, values in backticks, expected and found.
    pub message: String,
    /// The first is the primary place.
    pub labels: Vec<Label>,
    /// What to type.
    pub help: Option<String>,
    /// Of what was found by running.
    pub from_run: Option<Box<FromRun>>,
}

/// What a run adds to a mistake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FromRun {
    /// What explains it, a sentence each: where the time went.
    pub notes: Vec<String>,
    /// The command that shows it again.
    pub repeat: Option<String>,
}

impl Diagnostic {
    /// An error at one place.
    #[must_use]
    pub fn error(
        info: &'static CodeInfo,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            info,
            severity: Severity::Error,
            message: brief(message.into()),
            labels: vec![Label { span, text: brief(label.into()) }],
            help: None,
            from_run: None,
        }
    }

    /// A note at one place.
    #[must_use]
    pub fn note(
        info: &'static CodeInfo,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic { severity: Severity::Note, ..Diagnostic::error(info, message, span, label) }
    }

    /// Adds a second place.
    #[must_use]
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: brief(text.into()) });
        self
    }

    /// Says what to type.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(brief(help.into()));
        self
    }

    /// Says what explains it.
    #[must_use]
    pub fn with_notes(mut self, notes: Vec<String>) -> Diagnostic {
        if !notes.is_empty() {
            self.from_run.get_or_insert_default().notes = notes;
        }
        self
    }

    /// Says how to see it again.
    #[must_use]
    pub fn with_repeat(mut self, command: Option<&String>) -> Diagnostic {
        if let Some(command) = command {
            self.from_run.get_or_insert_default().repeat = Some(command.clone());
        }
        self
    }

    /// What explains it, a sentence each.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        self.from_run.as_ref().map_or(&[], |from_run| &from_run.notes)
    }

    /// The command that shows it again.
    #[must_use]
    pub fn repeat(&self) -> Option<&str> {
        self.from_run.as_ref()?.repeat.as_deref()
    }

    /// Stable code, as `E0104`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.info.code
    }

    /// The primary place.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels[0].span
    }
}

/// A text whose quotes are short enough to be read: what was written may have millions of characters.
fn brief(text: String) -> String {
    /// Shorter texts are left alone.
    const READABLE: usize = 1_000;
    const QUOTED: usize = 80;
    if text.len() <= READABLE {
        return text;
    }
    let cut = |part: &str| match part.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &part[..end]),
        None => part.to_owned(),
    };
    // Every second part is between backticks.
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(index, part)| if index % 2 == 1 { cut(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
}

/// The diagnostics of one compilation, in the order found.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    /// Where in the list those of one place and code are.
    places: BTreeMap<(Span, &'static str), Vec<usize>>,
}

impl Diagnostics {
    /// Adds one; exact repeats are dropped, so that the cases of a matrix do not repeat a mistake.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let alike = self.places.entry((diagnostic.span(), diagnostic.code())).or_default();
        if !alike.iter().any(|&index| self.list[index] == diagnostic) {
            alike.push(self.list.len());
            self.list.push(diagnostic);
        }
    }

    /// Adds all of another collection.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Diagnostic>) {
        others.into_iter().for_each(|other| self.push(other));
    }

    /// Whether anything stops the run.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether nothing at all was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Sorted by place, then severity, then code.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|diagnostic| (diagnostic.span(), diagnostic.severity, diagnostic.code()));
        self.list
    }

    /// In the order found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }
}
