//! The original simulator's config and trace as a scenario.
//!
//! Text in, text out. What a line means is taken from the original's documentation, its defaults are written out, and
//! every line that is not understood is reported: the original ignored them silently.
//! Invariant: the text of an import without errors is a scenario that parses.

mod config;
mod error;
mod lines;
mod scenario;
mod trace;

use crate::diagnostics::{Diagnostic, Severity};
use crate::source::{SourceId, Sources};

/// A scenario from the original's files.
#[derive(Debug)]
pub struct Import {
    /// The scenario; `None` where a line has an error.
    pub text: Option<String>,
    /// Lines that were not understood, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// How long work takes in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Rates are shared, as a device can.
    Shared,
    /// The original's rule.
    Fixed,
}

/// Translates a config and a trace.
#[must_use]
pub fn import(config: SourceId, trace: SourceId, sources: &Sources, timing: Timing) -> Import {
    let mut diagnostics = Vec::new();
    let settings = config::read(config, sources, &mut diagnostics);
    let rows = trace::read(trace, sources, &mut diagnostics);
    diagnostics.sort_by_key(Diagnostic::span);
    let sound = !diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    Import { text: sound.then(|| scenario::write(&settings, &rows, timing)), diagnostics }
}
