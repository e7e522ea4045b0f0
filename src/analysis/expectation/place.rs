//! Where the parts of an expectation are written.
//!
//! Not for meaning: everything here works on conditions that make no sense as well.

use crate::source::Span;
use crate::syntax::ast::{Condition, Expr, Metric};

/// From the first token of a condition to its last.
pub(super) fn of_condition(condition: &Condition) -> Span {
    match condition {
        Condition::Compare { left, right, tolerance, .. } => {
            let whole = left.span().to(right.span());
            tolerance.as_ref().map_or(whole, |tolerance| whole.to(tolerance.span()))
        }
        Condition::Within { left, high, .. } => left.span().to(high.span()),
        Condition::And(left, right) | Condition::Or(left, right) => {
            of_condition(left).to(of_condition(right))
        }
        Condition::Not(inner, span) | Condition::Always(inner, span) => span.to(of_condition(inner)),
        Condition::Eventually { condition, within, span } => {
            let whole = span.to(of_condition(condition));
            within.as_ref().map_or(whole, |within| whole.to(within.span()))
        }
        Condition::Sustained { condition, span, .. } => of_condition(condition).to(*span),
        Condition::Selected(condition, selectors) => {
            selectors.iter().fold(of_condition(condition), |whole, selector| whole.to(selector.span()))
        }
    }
}

/// The metrics of a condition, in the order written.
pub(super) fn metrics(condition: &Condition) -> Vec<&Metric> {
    let mut found = Vec::new();
    collect(condition, &mut found);
    found
}

fn collect<'c>(condition: &'c Condition, found: &mut Vec<&'c Metric>) {
    match condition {
        Condition::Compare { left, right, .. } => {
            [left, right].into_iter().for_each(|side| collect_from(side, found));
        }
        Condition::Within { left, low, high } => {
            [left, low, high].into_iter().for_each(|side| collect_from(side, found));
        }
        Condition::And(left, right) | Condition::Or(left, right) => {
            collect(left, found);
            collect(right, found);
        }
        Condition::Not(condition, _)
        | Condition::Always(condition, _)
        | Condition::Eventually { condition, .. }
        | Condition::Sustained { condition, .. }
        | Condition::Selected(condition, _) => collect(condition, found),
    }
}

fn collect_from<'e>(expr: &'e Expr, found: &mut Vec<&'e Metric>) {
    match expr {
        Expr::Literal(_) | Expr::Param(_) => {}
        Expr::Metric(metric) => found.push(metric),
        Expr::Negated(inner, _) | Expr::Group(inner, _) => collect_from(inner, found),
        Expr::Binary(left, _, right) => {
            collect_from(left, found);
            collect_from(right, found);
        }
    }
}
