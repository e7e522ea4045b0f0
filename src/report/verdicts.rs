//! The numbers of a verdict as text: value, limit and margin.

use super::number::{natural_in, percent_in, signed};
use crate::expect::Verdict;

/// The numbers of a verdict, in natural units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// What was measured.
    pub value: String,
    /// What it was held against.
    pub limit: String,
    /// How far apart, positive when it holds.
    pub margin: String,
    /// The same as a share of the limit; `None` beside a limit of zero, and where there is no distance.
    pub relative_margin: Option<String>,
}

/// The numbers of a verdict for people; `None` where nothing was measured.
#[must_use]
pub fn numbers(verdict: &Verdict) -> Option<Numbers> {
    numbers_in(verdict, 4)
}

/// As [`numbers`], with so many significant digits.
#[must_use]
pub fn numbers_in(verdict: &Verdict, digits: usize) -> Option<Numbers> {
    let (value, limit, margin) = (verdict.value?, verdict.limit?, verdict.margin?);
    let text = |number: f64| {
        if verdict.share { percent_in(number, digits) } else { natural_in(number, verdict.dimension, digits) }
    };
    Some(Numbers {
        value: text(value),
        limit: text(limit),
        margin: signed(&text(margin), margin),
        relative_margin: verdict
            .relative_margin()
            .filter(|share| *share != 0.0)
            .map(|share| signed(&percent_in(share, 3), share)),
    })
}
