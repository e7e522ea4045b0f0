//! Expectations against measurements: verdicts with value, limit and margin.

use crate::metrics::Outcome;
use crate::model::Expectation;
use crate::units::Dimension;

/// How an expectation fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// Nothing was measured; counts as a failure.
    NoData,
}

/// The judgement of one expectation in one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How it fared.
    pub status: Status,
    /// The binding value in base units, where there is one.
    pub value: Option<f64>,
    /// The limit it was held against, in base units.
    pub limit: Option<f64>,
    /// Signed distance to the limit, positive when it holds.
    pub margin: Option<f64>,
    /// The dimension of the three.
    pub dimension: Dimension,
    /// A sentence on when the limit was first exceeded, or why there is no data.
    pub detail: Option<String>,
}

/// Judges one expectation; `of` gives the outcome of another scenario of the file under the same seed.
#[must_use]
pub fn judge<'a>(
    _expectation: &Expectation,
    _outcome: &'a Outcome,
    _of: &dyn Fn(&str) -> Option<&'a Outcome>,
) -> Verdict {
    Verdict {
        status: Status::NoData,
        value: None,
        limit: None,
        margin: None,
        dimension: Dimension::NUMBER,
        detail: None,
    }
}
