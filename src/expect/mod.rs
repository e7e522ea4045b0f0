//! Expectations against measurements: verdicts with value, limit and margin.
//!
//! Each form of condition is a file of `forms`. Truth has three values: what rests on nothing measured is neither
//! held nor broken, and fails. Invariant: no verdict holds a NaN or an infinity.

mod early;
mod forms;
mod seeds;
mod term;
mod timeline;
mod verdict;
mod view;
mod windows;

pub use early::{Arrivals, CountArrivals, Early, Lost, count_arrivals};
pub use forms::{FORMS, Form};
pub use seeds::{Judgement, judge_seeds};
pub use verdict::{Status, Verdict, shown};

use crate::metrics::Outcome;
use crate::model::Expectation;
use view::{Run, View};

/// Judges one expectation; `of` gives the outcome of another scenario of the file under the same seed.
///
/// # Panics
/// When the demand of a run did not name what the expectation asks of it.
#[must_use]
pub fn judge<'a>(
    expectation: &Expectation,
    outcome: &'a Outcome,
    of: &dyn Fn(&str) -> Option<&'a Outcome>,
) -> Verdict {
    forms::judge(&expectation.condition, View::Run(Run { outcome, of }))
}
