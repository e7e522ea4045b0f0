//! Arithmetic over metrics and numbers.

use super::view::View;
use crate::model::{Operator, Term};
use crate::units::Dimension;

/// The value of a term in base units, or why there is none.
pub(super) fn value(term: &Term, view: View<'_, '_>) -> Result<f64, String> {
    match term {
        Term::Number(number, _) => Ok(*number),
        Term::Metric(metric) => view.value(metric),
        Term::Negated(inner) => Ok(-value(inner, view)?),
        Term::Binary(left, operator, right) => {
            let (left, right) = (value(left, view)?, value(right, view)?);
            let result = match operator {
                Operator::Add => left + right,
                Operator::Subtract => left - right,
                Operator::Multiply => left * right,
                Operator::Divide if right == 0.0 => return Err("a division by zero".to_owned()),
                Operator::Divide => left / right,
            };
            if result.is_finite() { Ok(result) } else { Err("a number is too large to compare".to_owned()) }
        }
    }
}

/// What a term measures.
pub(super) fn dimension(term: &Term, view: View<'_, '_>) -> Dimension {
    match term {
        Term::Number(_, dimension) => *dimension,
        Term::Metric(metric) => view.dimension(metric),
        Term::Negated(inner) => dimension(inner, view),
        Term::Binary(left, operator, right) => {
            let (left, right) = (dimension(left, view), dimension(right, view));
            let result = match operator {
                // Of a plain count and tokens, which may be added, the sum is of tokens.
                Operator::Add | Operator::Subtract if left == Dimension::NUMBER => Some(right),
                Operator::Add | Operator::Subtract => Some(left),
                Operator::Multiply => left.times(right),
                Operator::Divide => left.over(right),
            };
            result.unwrap_or(Dimension::NUMBER)
        }
    }
}

/// Whether a term is shown in per cent.
pub(super) fn is_share(term: &Term, view: View<'_, '_>) -> bool {
    dimension(term, view) == Dimension::NUMBER
        && term.metrics().into_iter().any(|metric| view.is_share(metric))
}

/// How many requests a term is over that is a single metric of a whole run.
pub(super) fn n(term: &Term, view: View<'_, '_>) -> Option<u64> {
    match term {
        Term::Metric(metric) => view.n(metric),
        Term::Negated(inner) => n(inner, view),
        Term::Number(..) | Term::Binary(..) => None,
    }
}

/// Whether anything in a term is measured.
pub(super) fn is_measured(term: &Term) -> bool {
    !term.metrics().is_empty()
}
