//! Numbers of verdicts and snapshots as text.

use crate::expect::Verdict;
use crate::metrics::Outcome;
use crate::model::Scenario;
use crate::units::Dimension;

pub(super) fn snapshot(_scenario: &Scenario, outcome: &Outcome) -> String {
    format!("{:#?}", outcome.summary())
}

pub(super) fn amount(value: f64, dimension: Dimension) -> String {
    match dimension {
        Dimension::TIME => format!("{} ms", value * 1e3),
        Dimension::DATA => format!("{value} B"),
        _ => value.to_string(),
    }
}

pub(super) fn margin(verdict: &Verdict) -> String {
    amount(verdict.margin.unwrap_or(0.0).abs(), verdict.dimension)
}
