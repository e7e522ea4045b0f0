//! `kvs check`: the suite.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use clap::Args;
use clap::builder::BoolishValueParser;
use indicatif::ProgressBar;
use regex::Regex;

use super::arguments::{GlobalArgs, RunningArgs, pattern};
use super::exit::Exit;
use super::interrupt;
use super::output::Output;
use super::progress::{AlreadySaid, begin_bar, case_line, print_failures, summary_line};
use crate::check::{
    self, CaseResult, Ending, GoldenMode, Group, NoRecorder, Options, Snapshots, Suite, Tally, Watch,
    project_mistakes, snapshot_name,
};
use crate::host::{Host, Root};
use crate::model::{Case, Run};

/// Arguments of `kvs check`.
#[derive(Args)]
pub(super) struct CheckArgs {
    /// Files, and folders to search for *.kvs [default: scenarios/ if there is one, else this folder]
    paths: Vec<PathBuf>,
    /// Only cases whose id matches, as --filter 'router.*p2c'
    #[arg(long, env = "KVS_FILTER", hide_env = true, value_name = "REGEX", value_parser = pattern)]
    filter: Option<Regex>,
    /// Print the ids of the cases instead of running them
    #[arg(long, env = "KVS_LIST", hide_env = true, value_parser = BoolishValueParser::new())]
    list: bool,
    /// Store what the cases give now as their snapshots
    #[arg(long, env = "KVS_UPDATE", hide_env = true, conflicts_with_all = ["settings", "list"], value_parser = BoolishValueParser::new())]
    update: bool,
    /// Start nothing more once a case has failed
    #[arg(long, env = "KVS_FAIL_FAST", hide_env = true, value_parser = BoolishValueParser::new())]
    fail_fast: bool,
    #[command(flatten)]
    pub(super) running: RunningArgs,
}

/// Checks files and says what came of it.
#[expect(clippy::disallowed_methods, reason = "the command tells how long it took; no result depends on it")]
pub(super) fn run(arguments: &CheckArgs, global: &GlobalArgs, output: &Output) -> Exit {
    let begun = Instant::now();
    if arguments.update && in_ci() {
        output.error(
            "`--update` stores snapshots, and where `CI` is set nothing is stored",
            Some("store and commit them where the change is made, or unset `CI`"),
        );
        return Exit::USAGE;
    }
    let host = match Host::disk(global.allow_outside) {
        Ok(host) => host,
        Err(error) => {
            output.error(&format!("the current folder: {error}"), None);
            return Exit::IO;
        }
    };
    let mut loaded = load(&host, &arguments.paths, &arguments.running, output);
    let select =
        |case: &Case| arguments.filter.as_ref().is_none_or(|filter| filter.is_match(&case.to_string()));
    let groups = select_groups(&loaded.suites, &select, &arguments.running, None);
    let n_cases = count_cases(&groups);
    if n_cases == 0 && loaded.exit == Exit::PASSED {
        let (message, help) = nothing_selected(arguments, &loaded);
        output.error(&message, Some(help));
        return Exit::NOTHING_SELECTED;
    }
    if arguments.list {
        list(&loaded.suites, &groups, output);
        return loaded.exit;
    }
    let golden = golden_mode(arguments);
    loaded.exit = loaded.exit.and(look_for_snapshots(&host, &loaded.suites, golden, output));
    let printer = Printer {
        output,
        bar: begin_bar(output, global.quiet, n_cases),
        tally: Mutex::default(),
        exit: Mutex::new(Exit::PASSED),
        said: Mutex::default(),
        n_broken: loaded.n_broken,
        begun,
    };
    let options = Options {
        n_threads: arguments.running.n_threads(),
        fail_fast: arguments.fail_fast,
        golden,
        overrides: &arguments.running.settings,
        stop: interrupt::heed(output),
    };
    check::run(&host, &loaded.suites, &groups, &options, &NoRecorder, &printer);
    output.clear_bar();
    // Only whole folders without a mistake show that a case is gone.
    if loaded.exit == Exit::PASSED && arguments.filter.is_none() && golden != GoldenMode::Off {
        note_unused_snapshots(&host, arguments, &loaded.suites, golden, output);
    }
    loaded.exit = loaded.exit.and(*printer.exit.lock().expect("no panic while the lock is held"));
    printer.sum_up(0);
    loaded.exit
}

/// Files ready to run, and what could not be made ready.
pub(super) struct Loaded {
    pub(super) suites: Vec<Suite>,
    /// Files with errors.
    pub(super) n_broken: usize,
    /// What the others are worth.
    pub(super) exit: Exit,
}

/// Finds and compiles files, printing what is wrong with them.
pub(super) fn load(host: &Host, paths: &[PathBuf], running: &RunningArgs, output: &Output) -> Loaded {
    let discovered = check::discover(host, paths);
    let mut loaded = Loaded { suites: Vec::new(), n_broken: 0, exit: Exit::PASSED };
    for problem in &discovered.problems {
        output.problem(problem);
        loaded.exit = loaded.exit.and(Exit::IO);
    }
    let compiled = check::compile_all(host, &discovered.files, &running.settings, running.n_threads());
    for (file, suite) in discovered.files.iter().zip(compiled) {
        match suite {
            Ok(Ok(suite)) => {
                output.diagnostics(&suite.diagnostics, &suite.sources);
                if suite.has_errors() {
                    loaded.n_broken += 1;
                    loaded.exit = loaded.exit.and(Exit::WRONG_SCENARIO);
                } else {
                    loaded.suites.push(suite);
                }
            }
            Ok(Err(problem)) => {
                output.problem(&problem);
                loaded.n_broken += 1;
                loaded.exit = loaded.exit.and(Exit::IO);
            }
            Err(crash) => {
                output.crash(&crate::host::display(file), &crash);
                loaded.n_broken += 1;
                loaded.exit = loaded.exit.and(Exit::BUG);
            }
        }
    }
    for mistake in roots(&loaded.suites).into_iter().flat_map(|root| project_mistakes(host, root)) {
        output.error(&mistake, Some("`kvs.toml` marks the root of a project and may be empty"));
        loaded.exit = loaded.exit.and(Exit::WRONG_SCENARIO);
    }
    loaded
}

/// The groups of the selected cases of all files.
pub(super) fn select_groups(
    suites: &[Suite],
    select: &dyn Fn(&Case) -> bool,
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
    suites.flat_map(|(index, suite)| check::groups(index, suite, select, &seeds)).collect()
}

/// Selected cases.
pub(super) fn count_cases(groups: &[Group]) -> usize {
    groups.iter().flat_map(|group| &group.members).filter(|member| member.selected).count()
}

fn nothing_selected(arguments: &CheckArgs, loaded: &Loaded) -> (String, &'static str) {
    match &arguments.filter {
        Some(filter) if !loaded.suites.is_empty() => (
            format!("no case matches `--filter {filter}`"),
            "`kvs check --list` shows the ids that are matched; `.` matches any character",
        ),
        _ if !loaded.suites.is_empty() => ("the files hold no case".to_owned(), WHAT_IS_A_CASE),
        _ => ("no `*.kvs` file found".to_owned(), "name a file or a folder: kvs check scenarios/"),
    }
}

/// For files that hold definitions only.
pub(super) const WHAT_IS_A_CASE: &str =
    "a file with a `cluster` and a `workload` or `trace` is a case, and every `scenario` in it is";

fn list(suites: &[Suite], groups: &[Group], output: &Output) {
    let mut cases: Vec<(usize, usize)> = groups
        .iter()
        .flat_map(|group| group.members.iter().map(move |member| (group.suite, member)))
        .filter(|(_, member)| member.selected)
        .map(|(suite, member)| (suite, member.case))
        .collect();
    cases.sort_unstable();
    for (suite, case) in cases {
        output.result(&format!("{}\n", suites[suite].cases[case].scenario.case));
    }
}

/// Where nothing is written.
fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// Snapshots hold the numbers of the file as written.
fn golden_mode(arguments: &CheckArgs) -> GoldenMode {
    match (arguments.update, arguments.running.settings.is_empty(), in_ci()) {
        (true, _, _) => GoldenMode::Update,
        (false, false, _) => GoldenMode::Off,
        (false, true, true) => GoldenMode::Compare,
        (false, true, false) => GoldenMode::Pending,
    }
}

/// Says where snapshots are not compared; in CI a suite without any has failed.
fn look_for_snapshots(host: &Host, suites: &[Suite], golden: GoldenMode, output: &Output) -> Exit {
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

/// The roots of files, each once.
fn roots(suites: &[Suite]) -> BTreeSet<&Root> {
    suites.iter().map(|suite| &suite.root).collect()
}

/// Names the snapshots of cases that were renamed or deleted in the folders checked.
fn note_unused_snapshots(
    host: &Host,
    arguments: &CheckArgs,
    suites: &[Suite],
    golden: GoldenMode,
    output: &Output,
) {
    let folders = check::folders(host, &arguments.paths);
    let mut used: BTreeMap<&Root, BTreeSet<String>> = BTreeMap::new();
    for suite in suites {
        let names = suite.cases.iter().map(|compiled| snapshot_name(&compiled.scenario.case));
        used.entry(&suite.root).or_default().extend(names);
    }
    for (root, used) in used {
        let checked: Vec<String> = folders
            .iter()
            .filter(|folder| host.root_of(folder).is_ok_and(|of_folder| of_folder == *root))
            .map(|folder| host.below(root, folder))
            .collect();
        let is_checked = |file: &str| {
            checked.iter().any(|folder| folder.is_empty() || Path::new(file).starts_with(folder))
        };
        for path in Snapshots::of(root, golden).unused(&used, &is_checked) {
            let path = crate::host::display(path.strip_prefix(&root.folder).unwrap_or(&path));
            output.progress(&format!("note: `{path}` is the snapshot of no case, and can be deleted"));
        }
    }
}

/// Prints each case when it is done.
struct Printer<'a> {
    output: &'a Output,
    bar: Option<ProgressBar>,
    tally: Mutex<Tally>,
    exit: Mutex<Exit>,
    said: Mutex<AlreadySaid>,
    n_broken: usize,
    begun: Instant,
}

impl Printer<'_> {
    fn sum_up(&self, n_left: usize) {
        let tally = self.tally.lock().expect("no panic while the lock is held");
        let seconds = self.begun.elapsed().as_secs_f64();
        self.output.result(&summary_line(&tally, self.n_broken, n_left, seconds));
    }
}

impl Watch for Printer<'_> {
    fn interrupted(&self, n_left: usize) {
        self.output.clear_bar();
        self.sum_up(n_left);
        interrupt::exit(self.output)
    }

    fn advanced(&self, done: usize) {
        if let Some(bar) = &self.bar {
            bar.set_position(done as u64);
        }
    }

    fn finished(&self, suite: &Suite, result: CaseResult) {
        self.output.progress(&case_line(&result));
        let mut said = self.said.lock().expect("no panic while the lock is held");
        print_failures(self.output, suite, &result, &mut said);
        drop(said);
        self.tally.lock().expect("no panic while the lock is held").add(&result.ending);
        let mut exit = self.exit.lock().expect("no panic while the lock is held");
        *exit = exit.and(exit_of(&result.ending));
    }
}

/// What a case is worth.
pub(super) fn exit_of(ending: &Ending) -> Exit {
    match ending {
        Ending::Passed | Ending::Skipped => Exit::PASSED,
        Ending::NoData | Ending::Failed => Exit::FAILED,
        Ending::Wrong => Exit::WRONG_SCENARIO,
        Ending::Unreadable => Exit::IO,
        Ending::Crashed(_) => Exit::BUG,
    }
}
