//! What is checked and cannot be run yet: one diagnostic a feature, at the statement that asks for it.
//!
//! Registry entries say so themselves (`Spec::simulated`); everything else stands in [`NOT_YET`]. Taking a feature
//! into the engine removes its line there.

use super::context::Context;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::not_simulated;
use crate::source::Span;

/// A feature that is no entry of a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Feature {
    /// Replicas of several GPUs with throughput figures.
    TensorParallelPhases,
}

/// What the engine does not execute yet, as messages call it.
const NOT_YET: &[(Feature, &str)] =
    &[(Feature::TensorParallelPhases, "`tensor_parallel` with `batching phases`")];

/// Notes that a case needs a feature.
pub(in crate::analysis) fn require(feature: Feature, span: Span, ctx: &mut Context<'_>) {
    if let Some((_, name)) = NOT_YET.iter().find(|(missing, _)| *missing == feature) {
        ctx.not_simulated.push(not_simulated(name, span));
    }
}

/// `E0901` for a feature, as in ``routing policy `predictive` ``.
pub(in crate::analysis) fn not_simulated(feature: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        &not_simulated::NOT_SIMULATED,
        format!("{feature} is not simulated yet"),
        span,
        "asked for here",
    )
    .with_help("the file is checked in full; only a run of this case stops here")
}
