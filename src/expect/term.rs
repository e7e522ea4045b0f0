//! Arithmetic over metrics and numbers.

use super::view::View;
use crate::model::{Condition, Metric, Operator, Term};
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
    let mut metrics = Vec::new();
    metrics_of(term, &mut metrics);
    dimension(term, view) == Dimension::NUMBER && metrics.iter().any(|metric| view.is_share(metric))
}

/// How many requests stand behind a term that is a single metric of a whole run.
pub(super) fn n(term: &Term, view: View<'_, '_>) -> Option<u64> {
    match term {
        Term::Metric(metric) => view.n(metric),
        Term::Negated(inner) => n(inner, view),
        Term::Number(..) | Term::Binary(..) => None,
    }
}

/// Whether anything in a term is measured.
pub(super) fn is_measured(term: &Term) -> bool {
    let mut metrics = Vec::new();
    metrics_of(term, &mut metrics);
    !metrics.is_empty()
}

/// The metrics of a term, in the order written.
pub(super) fn metrics_of<'t>(term: &'t Term, into: &mut Vec<&'t Metric>) {
    match term {
        Term::Number(..) => {}
        Term::Metric(metric) => into.push(metric),
        Term::Negated(inner) => metrics_of(inner, into),
        Term::Binary(left, _, right) => {
            metrics_of(left, into);
            metrics_of(right, into);
        }
    }
}

/// The metrics of a condition, in the order written.
pub(super) fn metrics_in<'c>(condition: &'c Condition, into: &mut Vec<&'c Metric>) {
    match condition {
        Condition::Compare { left, right, operator: _, tolerance: _ } => {
            metrics_of(left, into);
            metrics_of(right, into);
        }
        Condition::Within { left, low, high } => {
            [left, low, high].into_iter().for_each(|term| metrics_of(term, into));
        }
        Condition::And(left, right) | Condition::Or(left, right) => {
            metrics_in(left, into);
            metrics_in(right, into);
        }
        Condition::Not(inner) => metrics_in(inner, into),
        Condition::Always { condition, during: _ }
        | Condition::Eventually { condition, after: _, within: _ }
        | Condition::Sustained { condition, duration: _, during: _ } => metrics_in(condition, into),
    }
}
