//! Which changes are shown: by default those of the metrics that someone looks at, which are few of all.

use std::collections::{BTreeMap, BTreeSet};

use super::{CaseChange, Change, Comparison};
use crate::metrics::lookup;
use crate::report::snapshot_metrics;
use crate::report::suite::{CaseReport, Results};

/// Which changes of a case are shown; one that breaks a gate always is.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Of which metrics.
    pub metrics: Chosen,
    /// At most that many of a case, the largest as shares of their old values.
    pub top: Option<usize>,
}

/// Of which metrics changes are shown.
#[derive(Clone, Debug, Default)]
pub enum Chosen {
    /// Those that the expectations of the case name, and those that snapshots hold.
    #[default]
    Named,
    /// These.
    These(Vec<String>),
    /// All.
    All,
}

impl Comparison {
    /// Hides the changes that are not shown, and counts them.
    pub fn narrow(&mut self, old: &Results, new: &Results, selection: &Selection) {
        let cases = |results: &Results| -> BTreeMap<String, BTreeSet<String>> {
            results.cases.iter().map(|case| (case.id.clone(), named(case))).collect()
        };
        let (old, new) = (cases(old), cases(new));
        for case in &mut self.cases {
            let is_named = |name: &String| {
                [&old, &new].iter().any(|side| side.get(&case.id).is_some_and(|names| names.contains(name)))
                    || snapshot_metrics().any(|of_snapshot| of_snapshot == name)
            };
            let is_chosen = |change: &Change| match &selection.metrics {
                Chosen::All => true,
                Chosen::These(names) => names.contains(&change.name),
                Chosen::Named => is_named(&change.name),
            };
            let n_all = case.metrics.len();
            let mut kept = std::mem::take(&mut case.metrics);
            kept.retain(|change| change.broken.is_some() || is_chosen(change));
            if let Some(top) = selection.top {
                keep_largest(&mut kept, top);
            }
            case.n_hidden = n_all - kept.len();
            case.metrics = kept;
        }
    }

    /// How many changes are not shown.
    #[must_use]
    pub fn n_hidden(&self) -> usize {
        self.cases.iter().map(|case: &CaseChange| case.n_hidden).sum()
    }
}

/// Keeps so many of the largest changes, and in any case those that break a gate; in their order.
fn keep_largest(changes: &mut Vec<Change>, top: usize) {
    let size = |change: &Change| change.relative().map_or(f64::INFINITY, f64::abs);
    let mut sizes: Vec<f64> = changes.iter().map(size).collect();
    sizes.sort_by(|one, other| other.total_cmp(one));
    let Some(least) = sizes.get(top.saturating_sub(1)).copied().filter(|_| top > 0) else {
        changes.retain(|change| top > 0 || change.broken.is_some());
        return;
    };
    let mut left = top;
    changes.retain(|change| {
        let is_kept = left > 0 && size(change) >= least;
        left -= usize::from(is_kept);
        is_kept || change.broken.is_some()
    });
}

/// The metrics that the expectations of a case name.
fn named(case: &CaseReport) -> BTreeSet<String> {
    let is_other = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
    let words = case.expectations.iter().flat_map(|expectation| expectation.expect.split(is_other));
    words.filter_map(lookup).filter_map(|info| info.recorded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Way;
    use crate::units::Dimension;

    fn change(name: &str, new: f64, broken: bool) -> Change {
        Change {
            name: name.to_owned(),
            old: 100.0,
            new,
            dimension: Dimension::NUMBER,
            is_share: false,
            way: Way::Neutral,
            broken: broken.then(|| "regress 1%".to_owned()),
        }
    }

    #[test]
    fn the_largest_changes_stay_in_their_order_and_broken_gates_always() {
        let kept = |top: usize| -> Vec<String> {
            let mut changes = vec![
                change("a", 101.0, true),
                change("b", 150.0, false),
                change("c", 120.0, false),
                change("d", 20.0, false),
            ];
            keep_largest(&mut changes, top);
            changes.into_iter().map(|change| change.name).collect()
        };
        assert_eq!(kept(0), ["a"]);
        assert_eq!(kept(1), ["a", "d"]);
        assert_eq!(kept(2), ["a", "b", "d"]);
        assert_eq!(kept(9), ["a", "b", "c", "d"]);
    }
}
