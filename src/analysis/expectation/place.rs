//! Where the parts of an expectation stand, and what its text is on one line.
//!
//! Not for meaning: everything here works on conditions that make no sense as well.

use crate::source::{Sources, Span};
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

/// The metric of a condition that is written first.
pub(super) fn first_metric(condition: &Condition) -> Option<&Metric> {
    match condition {
        Condition::Compare { left, right, .. } => metric_in(left).or_else(|| metric_in(right)),
        Condition::Within { left, low, high } => {
            metric_in(left).or_else(|| metric_in(low)).or_else(|| metric_in(high))
        }
        Condition::And(left, right) | Condition::Or(left, right) => {
            first_metric(left).or_else(|| first_metric(right))
        }
        Condition::Not(condition, _)
        | Condition::Always(condition, _)
        | Condition::Eventually { condition, .. }
        | Condition::Sustained { condition, .. }
        | Condition::Selected(condition, _) => first_metric(condition),
    }
}

fn metric_in(expr: &Expr) -> Option<&Metric> {
    match expr {
        Expr::Literal(_) | Expr::Param(_) => None,
        Expr::Metric(metric) => Some(metric),
        Expr::Negated(inner, _) | Expr::Group(inner, _) => metric_in(inner),
        Expr::Binary(left, _, right) => metric_in(left).or_else(|| metric_in(right)),
    }
}

/// The source text of a span on one line: comments dropped, blanks outside strings squeezed to one.
pub(super) fn one_line(sources: &Sources, span: Span) -> String {
    let mut line = String::new();
    let mut characters = sources.slice(span).chars();
    let mut in_string = false;
    while let Some(character) = characters.next() {
        match character {
            '#' if !in_string => {
                characters.by_ref().find(|&character| character == '\n');
                push_blank(&mut line);
            }
            blank if blank.is_whitespace() && !in_string => push_blank(&mut line),
            '\\' if in_string => line.extend([Some('\\'), characters.next()].into_iter().flatten()),
            other => {
                in_string ^= other == '"';
                line.push(other);
            }
        }
    }
    line.trim_end().to_owned()
}

fn push_blank(line: &mut String) {
    if !line.is_empty() && !line.ends_with(' ') {
        line.push(' ');
    }
}
