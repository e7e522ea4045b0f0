//! What happens to snapshots beside comparing each: whether they are looked at, and those of no case.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{CheckArgs, Unreferenced};
use crate::check::{self, GoldenMode, Snapshots, Suite, snapshot_name};
use crate::cli::arguments::in_ci;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::suite::roots;
use crate::host::{Host, HostError, Root};

/// Snapshots hold the numbers of the file as written.
pub(super) fn golden_mode(arguments: &CheckArgs) -> GoldenMode {
    match (arguments.update, arguments.running.settings.is_empty(), in_ci()) {
        (true, _, _) => GoldenMode::Update,
        (false, false, _) => GoldenMode::Off,
        (false, true, true) => GoldenMode::Compare,
        (false, true, false) => GoldenMode::Pending,
    }
}

/// Says where snapshots are not compared; in CI a suite without any has failed.
pub(super) fn look_for_snapshots(host: &Host, suites: &[Suite], golden: GoldenMode, output: &Output) -> Exit {
    if golden == GoldenMode::Off && !suites.is_empty() {
        output.progress("note: snapshots are not compared, `--set` changes the numbers");
        return Exit::PASSED;
    }
    let mut exit = Exit::PASSED;
    for root in roots(suites) {
        let snapshots = Snapshots::of(root, golden);
        if snapshots.active() {
            continue;
        }
        let folder = host.shown(snapshots.folder());
        if golden == GoldenMode::Compare && Snapshots::missing_in_ci(root) {
            let message = format!("no snapshots to compare with: there is no folder `{folder}`");
            output.error(&message, Some("make it with `kvs check --update`, and commit it"));
            exit = Exit::FAILED;
        } else {
            let note = "note: no snapshots compared, there is no folder";
            output.progress(&format!("{note} `{folder}` (--update makes it)"));
        }
    }
    exit
}

/// Removes what killed runs left beside the snapshots.
pub(super) fn sweep(suites: &[Suite], golden: GoldenMode) {
    for root in roots(suites) {
        Snapshots::of(root, golden).sweep();
    }
}

/// Does as `--unreferenced` says with the snapshots of cases that were renamed or deleted in the folders checked.
pub(super) fn unreferenced(
    host: &Host,
    arguments: &CheckArgs,
    suites: &[Suite],
    golden: GoldenMode,
    output: &Output,
) -> Exit {
    let folders = check::folders(host, &arguments.paths);
    let mut used: BTreeMap<&Root, BTreeSet<String>> = BTreeMap::new();
    for suite in suites {
        let names = suite.cases.iter().map(|compiled| snapshot_name(&compiled.scenario.case));
        used.entry(&suite.root).or_default().extend(names);
    }
    let mut exit = Exit::PASSED;
    for (root, used) in used {
        let checked: Vec<String> = folders
            .iter()
            .filter(|folder| host.root_of(folder).is_ok_and(|of_folder| of_folder == *root))
            .map(|folder| host.below(root, folder))
            .collect();
        // Where whole folders are checked, so is what is gone altogether, wherever it was.
        let is_gone = |file: &str| !checked.is_empty() && !root.folder.join(file).exists();
        let is_checked = |file: &str| {
            checked.iter().any(|folder| folder.is_empty() || Path::new(file).starts_with(folder))
                || is_gone(file)
        };
        for path in Snapshots::of(root, golden).unused(&used, &is_checked) {
            exit = exit.and(treat(&path, root, arguments.unreferenced, output));
        }
    }
    exit
}

/// One snapshot of no case.
fn treat(path: &Path, root: &Root, unreferenced: Unreferenced, output: &Output) -> Exit {
    let shown = crate::host::display(path.strip_prefix(&root.folder).unwrap_or(path));
    let what = format!("`{shown}` is the snapshot of no case");
    match unreferenced {
        Unreferenced::Ignore => Exit::PASSED,
        Unreferenced::Report => {
            output.progress(&format!("note: {what}, and can be deleted (--unreferenced=delete)"));
            Exit::PASSED
        }
        Unreferenced::Reject => {
            output.error(&what, Some("delete it with `kvs check --unreferenced=delete`"));
            Exit::FAILED
        }
        Unreferenced::Delete => match std::fs::remove_file(path) {
            Ok(()) => {
                output.progress(&format!("note: deleted `{shown}`, the snapshot of no case"));
                Exit::PASSED
            }
            Err(error) => {
                output.problem(&HostError::io(path, error));
                Exit::IO
            }
        },
    }
}
