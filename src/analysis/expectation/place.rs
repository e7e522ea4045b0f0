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
