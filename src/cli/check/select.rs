//! Which cases of the loaded files are run: those that the flags leave, in the order of files and cases.

use std::collections::{BTreeMap, BTreeSet};

use super::CheckArgs;
use crate::check::{self, Group, Partition, Remembered, Suite};
use crate::cli::arguments::RunningArgs;
use crate::host::Root;
use crate::model::Run;

/// Cases by index of their file and index in it, in order.
pub(in crate::cli) type Selected = BTreeSet<(usize, usize)>;

/// Every case of every file.
pub(in crate::cli) fn every_case(suites: &[Suite]) -> Selected {
    let of_file = |(index, suite): (usize, &Suite)| (0..suite.cases.len()).map(move |case| (index, case));
    suites.iter().enumerate().flat_map(of_file).collect()
}

/// What `--filter` and `--failed` leave, and of that the share of `--partition`.
pub(super) fn select(
    suites: &[Suite],
    arguments: &CheckArgs,
    remembered: &BTreeMap<Root, Remembered>,
) -> Selected {
    let mut selected = every_case(suites);
    let case = |(suite, case): &(usize, usize)| &suites[*suite].cases[*case].scenario.case;
    if let Some(filter) = &arguments.filter {
        selected.retain(|(suite, case)| filter.is_match(&suites[*suite].id(*case)));
    }
    if arguments.failed {
        selected.retain(|place| {
            let of_root = remembered.get(&suites[place.0].root);
            of_root.is_some_and(|remembered| remembered.holds(case(place)))
        });
    }
    match arguments.partition {
        Some(partition) => share(&selected, partition, suites),
        None => selected,
    }
}

fn share(selected: &Selected, partition: Partition, suites: &[Suite]) -> Selected {
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

/// Why nothing is left to run, and what to do.
pub(super) fn nothing_selected(arguments: &CheckArgs, suites: &[Suite]) -> (String, &'static str) {
    if suites.is_empty() {
        return ("no `*.kvs` file found".to_owned(), "name a file or a folder: kvs check scenarios/");
    }
    if every_case(suites).is_empty() {
        return ("the files hold no case".to_owned(), WHAT_IS_A_CASE);
    }
    match (&arguments.filter, arguments.failed, arguments.partition) {
        (filter, true, _) => {
            let matching = filter.as_ref().map_or_else(String::new, |_| " that match the filter".to_owned());
            (
                format!("no case failed when these files{matching} were last checked"),
                "leave `--failed` out to check all of them",
            )
        }
        (_, false, Some(partition)) => (
            format!("no case falls to the share `{partition}`"),
            "there are more shares than cases; `kvs check --list` shows what each gets",
        ),
        (Some(filter), false, None) => (
            format!("no case matches `--filter {filter}`"),
            "`kvs check --list` shows the ids that are matched; `.` matches any character",
        ),
        (None, false, None) => unreachable!("without flags every case is selected"),
    }
}

/// For files that hold definitions only.
pub(in crate::cli) const WHAT_IS_A_CASE: &str =
    "a file with a `cluster` and a `workload` or `trace` is a case, and every `scenario` in it is";
