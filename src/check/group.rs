//! Which cases run, and which must run together.
//!
//! `p99_ttft_ms of "random"` needs the numbers of another scenario of the file under the same seed and the same
//! matrix values. Cases that name each other form a group; a group under a seed is the unit of parallel work, so
//! that each case runs once a seed and its numbers are dropped as soon as all have read them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Suite;
use crate::model::{Case, Expectation, Run};

/// Cases of one file that read each other's numbers.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    /// Index of the file.
    pub suite: usize,
    /// In the order written.
    pub members: Vec<Member>,
}

/// A case of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Index in its file.
    pub case: usize,
    /// Whether it is reported; others run only to be compared with.
    pub selected: bool,
    /// The seeds it is judged under.
    pub seeds: Range<u64>,
}

impl Group {
    /// Every seed at least one member is judged under, in order.
    #[must_use]
    pub fn seeds(&self) -> Vec<u64> {
        let selected = self.members.iter().filter(|member| member.selected);
        selected.flat_map(|member| member.seeds.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Member {
    /// Whether the run under `seed` is reported.
    #[must_use]
    pub fn judged_under(&self, seed: u64) -> bool {
        self.selected && self.seeds.contains(&seed)
    }
}

/// The groups of a file's selected cases, by their first case; `select` is asked for each index in the file.
#[must_use]
pub fn groups(
    suite_index: usize,
    suite: &Suite,
    select: &dyn Fn(usize) -> bool,
    seeds: &dyn Fn(&Run) -> Range<u64>,
) -> Vec<Group> {
    let by_name: BTreeMap<_, _> = suite
        .cases
        .iter()
        .enumerate()
        .take(suite.n_plain_cases())
        .filter_map(|(index, case)| {
            let Case { scenario, args, .. } = &case.scenario.case;
            scenario.as_deref().map(|name| ((name, args), index))
        })
        .collect();
    let mut members: BTreeMap<usize, bool> = BTreeMap::new();
    // The group of a case is its smallest member; joining two renames the larger.
    let mut group_of: Vec<usize> = (0..suite.cases.len()).collect();
    for (index, compiled) in suite.cases.iter().enumerate() {
        let scenario = &compiled.scenario;
        if !select(index) {
            continue;
        }
        members.insert(index, true);
        // What a plan compares with is for its candidates.
        if suite.plan(index).is_some() {
            continue;
        }
        for other in others(&scenario.expectations) {
            if let Some(&other) = by_name.get(&(other, &scenario.case.args)) {
                members.entry(other).or_insert(false);
                join(&mut group_of, index, other);
            }
        }
    }
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    for (case, selected) in members {
        let seeds = seeds(&suite.cases[case].scenario.run);
        let group = groups
            .entry(root(&group_of, case))
            .or_insert_with(|| Group { suite: suite_index, members: Vec::new() });
        group.members.push(Member { case, selected, seeds });
    }
    groups.into_values().collect()
}

fn root(group_of: &[usize], mut case: usize) -> usize {
    while group_of[case] != case {
        case = group_of[case];
    }
    case
}

fn join(group_of: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(group_of, one), root(group_of, other));
    group_of[one.max(other)] = one.min(other);
}

/// The scenarios that expectations name after `of`.
fn others(expectations: &[Expectation]) -> BTreeSet<&str> {
    let mentions = expectations.iter().flat_map(|expectation| expectation.condition.metrics());
    mentions.filter_map(|mention| mention.metric.of.as_deref()).collect()
}
