//! The execution model of a case: what decides which keys have an effect.

use crate::model::Batching;
use crate::source::Span;

/// The execution model of a case, and why, in a few words.
pub(in crate::analysis) struct Mode {
    /// The execution model.
    pub(in crate::analysis) batching: Batching,
    /// For messages about keys of the other one.
    pub(in crate::analysis) why: String,
    /// Where it is asked for: the `batching` statement, or what its default follows from.
    pub(in crate::analysis) span: Span,
    /// Whether it is only assumed, because what decides it has mistakes; then nothing is refused for its sake.
    pub(in crate::analysis) assumed: bool,
}

impl Mode {
    /// In place of one that is unknown, so that everything else is checked.
    pub(in crate::analysis) fn assumed(span: Span) -> Mode {
        Mode { batching: Batching::Phases, why: String::new(), span, assumed: true }
    }
}
