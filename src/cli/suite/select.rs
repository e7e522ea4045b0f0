//! Which cases of the loaded files are run: those that a filter leaves, in the order of files and cases.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{self, Group, Partition, Remembered, Suite};
use crate::cli::arguments::{CaseFilter, RunningArgs};
use crate::host::Root;
use crate::model::Run;

/// Cases by index of their file and index in it, in order.
pub(in crate::cli) type Selected = BTreeSet<(usize, usize)>;

/// Every case of every file.
pub(in crate::cli) fn every_case(suites: &[Suite]) -> Selected {
    let of_file = |(index, suite): (usize, &Suite)| (0..suite.cases.len()).map(move |case| (index, case));
    suites.iter().enumerate().flat_map(of_file).collect()
}

/// Every case of every file that is run as it is, without plans.
pub(in crate::cli) fn every_plain_case(suites: &[Suite]) -> Selected {
    let mut all = every_case(suites);
    all.retain(|(suite, case)| suites[*suite].plan(*case).is_none());
    all
}

/// Which cases are run.
#[derive(Clone, Copy, Default)]
pub(in crate::cli) struct Filter<'a> {
    /// Those whose id contains or matches it.
    pub(in crate::cli) text: Option<&'a CaseFilter>,
    /// Those that failed when they last ran, by root.
    pub(in crate::cli) failed: Option<&'a BTreeMap<Root, Remembered>>,
    /// One partition of what the others leave.
    pub(in crate::cli) partition: Option<Partition>,
}

/// The cases that a filter leaves.
pub(in crate::cli) fn select(suites: &[Suite], filter: Filter<'_>) -> Selected {
    let mut selected = every_case(suites);
    let case = |(suite, case): &(usize, usize)| &suites[*suite].cases[*case].scenario.case;
    if let Some(text) = filter.text {
        let id = |(suite, case): &(usize, usize)| suites[*suite].id(*case);
        let filter = text.among(selected.iter().map(id));
        selected.retain(|place| filter.matches(&id(place)));
    }
    if let Some(failed) = filter.failed {
        selected.retain(|place| {
            failed.get(&suites[place.0].root).is_some_and(|of_root| of_root.holds(case(place)))
        });
    }
    match filter.partition {
        Some(partition) => part_of(&selected, partition, suites),
        None => selected,
    }
}

fn part_of(selected: &Selected, partition: Partition, suites: &[Suite]) -> Selected {
    let dealt = selected.iter().copied().enumerate();
    dealt
        .filter(|(position, (suite, case))| {
            partition.holds(*position, &suites[*suite].cases[*case].scenario.case)
        })
        .map(|(_, place)| place)
        .collect()
}

/// The groups of the selected cases of all files; `seed` is the first seed whatever the scenarios say.
pub(in crate::cli) fn select_groups(
    suites: &[Suite],
    selected: &Selected,
    running: &RunningArgs,
    seed: Option<u64>,
) -> Vec<Group> {
    let seeds = |run: &Run| {
        let first = seed.unwrap_or(run.seed);
        let n_seeds = running.seeds.unwrap_or(if seed.is_some() { 1 } else { run.seeds });
        first
            ..first
                .checked_add(u64::from(n_seeds))
                .expect("arguments and analysis refuse seeds past the largest")
    };
    let suites = suites.iter().enumerate();
    suites
        .flat_map(|(index, suite)| {
            check::groups(index, suite, &|case| selected.contains(&(index, case)), &seeds)
        })
        .collect()
}

/// For files that hold definitions only.
pub(in crate::cli) const WHAT_IS_A_CASE: &str =
    "a file with a `cluster` and a `workload` or `trace` is a case, and every `scenario` in it is";
