//! A diagnostic with its places as lines and columns: for programs, and for reports that outlive the sources.
//!
//! Invariant: the order of the fields is that of `--error-format json`.

use serde::{Deserialize, Serialize};

use super::{Diagnostic, Severity};
use crate::source::{Sources, Span};

/// A diagnostic that needs no sources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Located {
    /// As `E0104`.
    pub code: String,
    /// `error` or `note`.
    pub severity: String,
    /// Makes sense alone.
    pub message: String,
    /// The primary place.
    #[serde(flatten)]
    pub place: Location,
    /// What is said about places; the first is the primary one.
    pub labels: Vec<LocatedLabel>,
    /// What to type.
    pub help: Option<String>,
    /// What explains it, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The command that shows it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<String>,
}

/// Lines and columns count from 1, columns in characters, ends are exclusive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// As displayed.
    pub file: String,
    /// Where it begins.
    pub line: usize,
    /// Where it begins.
    pub column: usize,
    /// Where it ends.
    pub end_line: usize,
    /// Where it ends.
    pub end_column: usize,
}

/// A place with what to say about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LocatedLabel {
    /// A few words.
    pub text: String,
    /// Where.
    #[serde(flatten)]
    pub place: Location,
}

impl Located {
    /// A diagnostic of these sources.
    #[must_use]
    pub fn of(diagnostic: &Diagnostic, sources: &Sources) -> Located {
        let labels = diagnostic.labels.iter();
        Located {
            code: diagnostic.code().to_owned(),
            severity: severity(diagnostic.severity).to_owned(),
            message: diagnostic.message.clone(),
            place: Location::of(diagnostic.span(), sources),
            labels: labels
                .map(|label| LocatedLabel {
                    text: label.text.clone(),
                    place: Location::of(label.span, sources),
                })
                .collect(),
            help: diagnostic.help.clone(),
            notes: diagnostic.notes().to_vec(),
            repeat: diagnostic.repeat().map(str::to_owned),
        }
    }

    /// All that is said, a line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let label = self.labels.first().map(|label| label.text.clone()).filter(|text| !text.is_empty());
        let help = self.help.as_ref().map(|help| format!("help: {help}"));
        let repeat = self.repeat.as_ref().map(|repeat| format!("repeat with: {repeat}"));
        let lines = std::iter::once(self.message.clone()).chain(label);
        lines.chain(self.notes.iter().cloned()).chain(help).chain(repeat).collect()
    }
}

impl Location {
    /// A place in these sources.
    #[must_use]
    pub fn of(span: Span, sources: &Sources) -> Location {
        let (line, column) = sources.line_column(span);
        let (end_line, end_column) = sources.line_column(span.after());
        Location { file: sources.get(span.source).name.clone(), line, column, end_line, end_column }
    }
}

/// As in every form.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Note => "note",
    }
}
