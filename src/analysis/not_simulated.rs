//! What is checked and cannot be run yet: one diagnostic a feature, at the statement that asks for it.
//!
//! Registry entries say so themselves (`Spec::simulated`); everything else stands in the table here. Taking a
//! feature into the engine removes one line.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;

/// `E0901` for a feature, as in `routing policy `predictive``.
pub(super) fn not_simulated(feature: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code("E0901"), format!("{feature} is not simulated yet"), span, "asked for here")
        .with_help("the file is checked in full, only a run of this case stops here")
}
