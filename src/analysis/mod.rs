//! Tree to model: names, dimensions, units, ranges, defaults, inheritance, matrices.
//!
//! Collects every mistake and never stops at the first. Which names exist is asked of the registries, never
//! repeated here. Invariant: a case without errors holds only values its registry allows.

mod block;
mod choice;
mod cluster;
mod context;
mod engine;
mod error;
mod expectation;
mod gpu;
mod keys;
mod language_model;
mod not_simulated;
mod policy;
mod run;
mod suggest;
mod trace;
mod values;
mod workload;

pub use keys::{Key, Table, Value, tables};

use crate::diagnostics::Diagnostic;
use crate::model::Scenario;
use crate::source::{SourceId, Sources, Span};

/// A file ready to run.
pub struct Analysis {
    /// Every case, in the order written; empty when there are errors.
    pub cases: Vec<CompiledCase>,
    /// Everything found, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// One case with the places its report points at.
pub struct CompiledCase {
    /// What runs.
    pub scenario: Scenario,
    /// Where each expectation stands, by its index.
    pub expectations: Vec<Span>,
    /// Features the engine does not execute yet: errors, if this case is run.
    pub not_simulated: Vec<Diagnostic>,
    /// Every setting with its value and where it comes from, for `kvs run --show-config`.
    pub settings: Vec<Setting>,
}

/// One line of `kvs run --show-config`.
pub struct Setting {
    /// The block, as `policy` or `workload chat`.
    pub block: String,
    /// The key.
    pub key: String,
    /// The value as it would be written.
    pub value: String,
    /// Where it comes from: `None` for a default.
    pub origin: Option<Span>,
}

/// Values given on the command line: `--set n=8`.
pub type Overrides = Vec<(String, String)>;

/// How the analysis reads imported files: `(importing source, path as written)` to a source.
pub type Import<'a> = &'a mut dyn FnMut(&str, &str, &mut Sources) -> Result<SourceId, String>;

/// Analyses one file and what it uses.
#[must_use]
pub fn analyse(
    _source: SourceId,
    _sources: &mut Sources,
    _import: Import<'_>,
    _overrides: &Overrides,
) -> Analysis {
    Analysis { cases: Vec::new(), diagnostics: Vec::new() }
}
