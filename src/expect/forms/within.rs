//! `value in low .. high`, both inclusive.

use super::Form;
use super::compare::{difference, with_n};
use crate::expect::term;
use crate::expect::verdict::Verdict;
use crate::expect::view::View;
use crate::model::Term;

pub(super) static FORM: Form = Form {
    name: "range",
    syntax: "A in LOW .. HIGH",
    summary: "the value lies between the two limits, both included",
};

/// The limit reported is the nearer one, or the one that is passed.
pub(super) fn judge(left: &Term, low: &Term, high: &Term, view: View<'_, '_>) -> Verdict {
    let terms = [left, low, high].map(|term| term::value(term, view));
    let [value, low, high] = match terms {
        [Ok(value), Ok(low), Ok(high)] => [value, low, high],
        [Err(reason), ..] | [_, Err(reason), _] | [.., Err(reason)] => return Verdict::no_data(reason),
    };
    let (above_low, below_high) = (difference(value, low), difference(high, value));
    let (limit, margin) = if above_low < below_high { (low, above_low) } else { (high, below_high) };
    let verdict = Verdict::measured(margin >= 0.0, value, limit, margin, term::dimension(left, view))
        .shown_as_share(term::is_share(left, view));
    with_n(verdict, left, view)
}
