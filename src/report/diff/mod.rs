//! Two results, metric by metric: what changed, by how much, and whether a gate is broken.
//!
//! Runs have no noise, so every difference is one of the scenario or the simulator; a gate only says which are worth
//! failing for. Invariant: a metric that is as it was is not listed.

mod gate;
mod selection;
mod text;

use std::collections::{BTreeMap, BTreeSet};

pub use gate::Gate;
pub use selection::{Chosen, Selection};
pub use text::{markdown, table};

use super::suite::{CaseReport, Results, Status};
use crate::metrics::{Better, MetricInfo, lookup};
use crate::units::Dimension;

/// What changed between two results.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Cases in which something changed, in the order of the new results.
    pub cases: Vec<CaseChange>,
    /// Cases in both that are as they were.
    pub n_same: usize,
    /// Cases of the old results alone.
    pub gone: Vec<String>,
    /// Cases of the new results alone.
    pub added: Vec<String>,
    /// Gates that apply to nothing here, as written: no case has a metric they are about on both sides.
    pub idle: Vec<String>,
    /// Gates about what a case had measured and has not any more, with the cases: these are broken too.
    pub lost: Vec<(String, String)>,
}

/// What changed in a case.
#[derive(Clone, Debug)]
pub struct CaseChange {
    /// Its id.
    pub id: String,
    /// How it ended, where that changed.
    pub status: Option<(Status, Status)>,
    /// By name.
    pub metrics: Vec<Change>,
    /// Changes that are not among them.
    pub n_hidden: usize,
}

/// A metric that changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// In base units; shares from 0 to 1.
    pub old: f64,
    /// In base units.
    pub new: f64,
    /// What it measures.
    pub dimension: Dimension,
    /// Whether it is shown in per cent.
    pub is_share: bool,
    /// Which way it went.
    pub way: Way,
    /// The gate that is broken, as written.
    pub broken: Option<String>,
}

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the better.
    Better,
    /// To the worse.
    Worse,
    /// Neither.
    Neutral,
}

impl Change {
    /// New less old.
    #[must_use]
    pub fn absolute(&self) -> f64 {
        self.new - self.old
    }

    /// As a share of the old value; `None` where that is zero.
    #[must_use]
    pub fn relative(&self) -> Option<f64> {
        (self.old != 0.0).then(|| self.absolute() / self.old.abs())
    }
}

impl Comparison {
    /// Whether any gate is broken.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken().next().is_some() || !self.lost.is_empty()
    }

    /// The changes that break a gate, with their cases.
    pub fn broken(&self) -> impl Iterator<Item = (&CaseChange, &Change)> {
        self.cases.iter().flat_map(|case| {
            let broken = case.metrics.iter().filter(|change| change.broken.is_some());
            broken.map(move |change| (case, change))
        })
    }
}

/// Compares two results case by case.
#[must_use]
pub fn compare(old: &Results, new: &Results, gates: &[Gate]) -> Comparison {
    let mut left: BTreeMap<&str, &CaseReport> =
        old.cases.iter().map(|case| (case.id.as_str(), case)).collect();
    let mut comparison = Comparison::default();
    let mut in_both: BTreeSet<&str> = BTreeSet::new();
    for case in &new.cases {
        let Some(before) = left.remove(case.id.as_str()) else {
            comparison.added.push(case.id.clone());
            continue;
        };
        in_both.extend(
            case.metrics.keys().filter(|name| before.metrics.contains_key(*name)).map(String::as_str),
        );
        let metrics = changes(before, case, gates);
        if case.status != Status::Skipped {
            let lost = gates.iter().filter(|gate| gate.loses(&before.metrics, &case.metrics));
            comparison.lost.extend(lost.map(|gate| (gate.to_string(), case.id.clone())));
        }
        // How a run ended is not known where only its numbers were saved.
        let status = (before.status != case.status
            && before.status != Status::Skipped
            && case.status != Status::Skipped)
            .then_some((before.status, case.status));
        if metrics.is_empty() && status.is_none() {
            comparison.n_same += 1;
        } else {
            comparison.cases.push(CaseChange { id: case.id.clone(), status, metrics, n_hidden: 0 });
        }
    }
    let gone = old.cases.iter().filter(|case| left.contains_key(case.id.as_str()));
    comparison.gone = gone.map(|case| case.id.clone()).collect();
    let in_both: Vec<MetricInfo> = in_both.into_iter().filter_map(lookup).collect();
    let idle = gates.iter().filter(|gate| !in_both.iter().any(|metric| gate.may_be_broken_by(metric)));
    comparison.idle = idle.map(ToString::to_string).collect();
    comparison
}

fn changes(old: &CaseReport, new: &CaseReport, gates: &[Gate]) -> Vec<Change> {
    // What only one side measured, as a run that did not end or a saved one that kept less, did not change.
    let both = new.metrics.iter().filter_map(|(name, new)| Some((name, *old.metrics.get(name)?, *new)));
    both.filter(|(_, old, new)| !old.is_same(*new))
        .filter_map(|(name, old, new)| {
            let info = lookup(name)?;
            let mut change = change(name, old.get(), new.get(), &info);
            change.broken = gates.iter().find(|gate| gate.is_broken_by(&change)).map(ToString::to_string);
            Some(change)
        })
        .collect()
}

/// A metric that changed, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownChange {
    /// Its name.
    pub name: String,
    /// The old value, with its unit.
    pub old: String,
    /// The new value.
    pub new: String,
    /// By how much, as a share of the old value, or in points of a share.
    pub relative: String,
    /// Which way it went.
    pub way: Way,
}

/// The change of a metric between two lines of snapshots, `p99_ttft_ms  250`; `None` where they are the same, or no lines
/// of one metric with numbers in both.
#[must_use]
pub fn change_of_lines(old: &str, new: &str) -> Option<ShownChange> {
    let ((name, old), (of_new, new)) = (old.split_once(' ')?, new.split_once(' ')?);
    if name != of_new || old.trim() == new.trim() {
        return None;
    }
    let info = lookup(name)?;
    let number = |text: &str| match text.trim().strip_suffix('%') {
        Some(percent) => percent.parse().ok().map(|value: f64| value / 100.0),
        None => text.trim().parse().ok(),
    };
    let change = change(name, number(old)?, number(new)?, &info);
    let [old, new, absolute, relative] = text::cells(&change);
    let relative = if change.is_share { absolute } else { relative };
    Some(ShownChange { name: name.to_owned(), old, new, relative, way: change.way })
}

fn change(name: &str, old: f64, new: f64, info: &MetricInfo) -> Change {
    let base = |value: f64| info.unit_of_results().map_or(value, |unit| unit.to_base(value));
    let (old, new) = (base(old), base(new));
    let way = match info.better {
        Better::Neither => Way::Neutral,
        Better::Higher if new > old => Way::Better,
        Better::Lower if new < old => Way::Better,
        Better::Higher | Better::Lower => Way::Worse,
    };
    Change {
        name: name.to_owned(),
        old,
        new,
        dimension: info.dimension,
        is_share: info.is_share(),
        way,
        broken: None,
    }
}
