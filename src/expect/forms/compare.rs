//! `value < limit`, `value == limit ± 3%`.

use super::Form;
use crate::expect::term;
use crate::expect::verdict::Verdict;
use crate::expect::view::View;
use crate::model::{Comparison, Term, Tolerance};

pub(super) static FORM: Form = Form {
    name: "comparison",
    syntax: "A < B, A == B, A == B ± 3%",
    summary: "the value against the limit; `==` compares a time or a rate with a number at the digits written",
};

/// The side that is measured is the value, whichever is written first.
pub(super) fn judge(
    left: &Term,
    operator: Comparison,
    right: &Term,
    tolerance: Tolerance,
    view: View<'_, '_>,
) -> Verdict {
    let (left_value, right_value) = match (term::value(left, view), term::value(right, view)) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(reason), _) | (_, Err(reason)) => return Verdict::no_data(reason),
    };
    let tolerance = match tolerance {
        Tolerance::Exact => 0.0,
        Tolerance::Digits(amount) | Tolerance::Absolute(amount) => amount,
        Tolerance::Relative(share) => share * right_value.abs(),
    };
    let (value, limit, operator, of_value) = if term::is_measured(left) || !term::is_measured(right) {
        (left_value, right_value, operator, left)
    } else {
        (right_value, left_value, mirrored(operator), right)
    };
    let above = difference(value, limit);
    let (holds, margin) = match operator {
        Comparison::Less => (above < 0.0, -above),
        Comparison::LessOrEqual => (above <= 0.0, -above),
        Comparison::Greater => (above > 0.0, above),
        Comparison::GreaterOrEqual => (above >= 0.0, above),
        Comparison::Equal => {
            let margin = difference_from(tolerance, above.abs(), value, limit);
            (margin >= 0.0, margin)
        }
        Comparison::NotEqual => {
            let margin = difference_from(above.abs(), tolerance, value, limit);
            (margin > 0.0, margin)
        }
    };
    let verdict = Verdict::measured(holds, value, limit, margin, term::dimension(of_value, view))
        .shown_as_share(term::is_share(of_value, view));
    with_n(verdict, of_value, view)
}

/// Adds how many requests the value is over.
pub(super) fn with_n(verdict: Verdict, of_value: &Term, view: View<'_, '_>) -> Verdict {
    match term::n(of_value, view) {
        Some(1) => verdict.with_detail("over 1 request"),
        Some(n) => verdict.with_detail(format!("over {n} requests")),
        None => verdict,
    }
}

/// What holds of two sides when they are exchanged.
pub(in crate::expect) const fn mirrored(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        Comparison::Equal => Comparison::Equal,
        Comparison::NotEqual => Comparison::NotEqual,
    }
}

/// `value - limit`, zero where the two differ by no more than roundings do: 7 of 10,000 requests are `0.07%`, though
/// `0.07 / 100` and `7 / 10000` are not the same bits. Whole numbers below 2^50 are never taken for each other.
pub(super) fn difference(value: f64, limit: f64) -> f64 {
    difference_from(value, limit, value, limit)
}

/// `minuend - subtrahend`, zero where it is no more than a rounding of `value` and `limit`.
fn difference_from(minuend: f64, subtrahend: f64, value: f64, limit: f64) -> f64 {
    let difference = minuend - subtrahend;
    let rounding = 2.0 * f64::EPSILON * value.abs().max(limit.abs());
    if difference.abs() <= rounding { 0.0 } else { difference }
}
