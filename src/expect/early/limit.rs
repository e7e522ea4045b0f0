//! What a condition about one metric says of a value of it.

use crate::expect::forms;
use crate::expect::term;
use crate::expect::verdict::Status;
use crate::expect::view::{Known, Moment, View};
use crate::model::{Comparison, Condition, Metric, Term};

/// A condition about one metric, as a limit from above, from below, or both.
pub(super) struct Limit<'a> {
    condition: &'a Condition,
    known: [Known<'a>; 1],
    /// From which value on one that fails is too large.
    upper: Option<f64>,
    /// Up to which value one that fails is too small.
    lower: Option<f64>,
}

impl<'a> Limit<'a> {
    /// `None` where the condition is not a metric against what is known before the run.
    pub(super) fn of(condition: &'a Condition) -> Option<Limit<'a>> {
        let (metric, lower, upper) = match condition {
            Condition::Compare { left, operator, right, tolerance: _ } => {
                let (metric, operator, limit) = match (left, right) {
                    (Term::Metric(metric), limit) => (metric, *operator, limit),
                    (limit, Term::Metric(metric)) => (metric, forms::mirrored(*operator), limit),
                    _ => return None,
                };
                let limit = constant(limit)?;
                match operator {
                    Comparison::Less | Comparison::LessOrEqual => (metric, None, Some(f64::NEG_INFINITY)),
                    Comparison::Greater | Comparison::GreaterOrEqual => (metric, Some(f64::INFINITY), None),
                    Comparison::Equal => (metric, Some(limit), Some(limit)),
                    Comparison::NotEqual => return None,
                }
            }
            Condition::Within { left: Term::Metric(metric), low, high } => {
                (metric, Some(constant(low)?), Some(constant(high)?))
            }
            Condition::Within { .. }
            | Condition::And(..)
            | Condition::Or(..)
            | Condition::Not(_)
            | Condition::Always { .. }
            | Condition::Eventually { .. }
            | Condition::Sustained { .. } => return None,
        };
        if metric.of.is_some() || metric.windows.is_some() {
            return None;
        }
        Some(Limit { condition, known: [Known::new(metric)], upper, lower })
    }

    pub(super) fn metric(&self) -> &'a Metric {
        self.known[0].metric
    }

    /// Whether values can be too large.
    pub(super) fn has_upper(&self) -> bool {
        self.upper.is_some()
    }

    /// Whether values can be too small.
    pub(super) fn has_lower(&self) -> bool {
        self.lower.is_some()
    }

    /// Whether this value and every larger one fails.
    pub(super) fn is_too_large(&self, value: f64) -> bool {
        self.upper.is_some_and(|from| value >= from) && self.fails(value)
    }

    /// Whether this value and every smaller one fails.
    pub(super) fn is_too_small(&self, value: f64) -> bool {
        self.lower.is_some_and(|to| value <= to) && self.fails(value)
    }

    fn fails(&self, value: f64) -> bool {
        let moment = Moment { metrics: &self.known, values: &[value] };
        forms::judge(self.condition, View::Moment(&moment)).status == Status::Fail
    }
}

/// The value of a term that nothing measured is in.
fn constant(term: &Term) -> Option<f64> {
    if term::is_measured(term) {
        return None;
    }
    term::value(term, View::Moment(&Moment { metrics: &[], values: &[] })).ok()
}

/// The smallest number up to `most` for which `holds`, which then holds for all that are larger.
pub(super) fn smallest(most: u128, holds: impl Fn(u128) -> bool) -> Option<u128> {
    if !holds(most) {
        return None;
    }
    let (mut from, mut to) = (0, most);
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(middle) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    Some(to)
}
