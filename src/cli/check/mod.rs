//! `kvs check`: the suite.

mod collect;
mod load;
mod printer;
mod select;
mod snapshots;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};
use regex::Regex;

use super::arguments::{GlobalArgs, RunningArgs, in_ci, pattern};
use super::diff::{Baseline, GateArgs, Sides};
use super::exit::Exit;
use super::interrupt;
use super::live::Live;
use super::output::Output;
use super::reports::{ReportArgs, in_actions};
use crate::check::{self, Ending, GoldenMode, NoRecorder, Options, Partition, Remembered, Suite};
use crate::host::{Host, Root};
use printer::{Printer, State};
use snapshots::{golden_mode, look_for_snapshots, sweep, unreferenced};

pub(super) use collect::Collect;
pub(super) use load::{Loaded, load};
pub(super) use select::{Selected, WHAT_IS_A_CASE, every_case, select_groups};

/// Arguments of `kvs check`.
#[derive(Args)]
pub(super) struct CheckArgs {
    /// Files, and folders to search for *.kvs [default: scenarios/ if there is one, else this folder]
    paths: Vec<PathBuf>,
    /// Only cases whose id matches, as --filter 'router.*p2c'
    #[arg(long, env = "KVS_FILTER", hide_env = true, value_name = "REGEX", value_parser = pattern)]
    filter: Option<Regex>,
    /// Only cases that failed when they last ran
    #[arg(long, env = "KVS_FAILED", hide_env = true, value_parser = BoolishValueParser::new())]
    failed: bool,
    /// Only one of several shares, as hash:2/3 (a case stays in its share) or slice:2/3 (shares of one size)
    #[arg(long, env = "KVS_PARTITION", hide_env = true, value_name = "KIND:K/N")]
    partition: Option<Partition>,
    /// Print the ids of the cases instead of running them
    #[arg(long, env = "KVS_LIST", hide_env = true, value_parser = BoolishValueParser::new())]
    list: bool,
    /// Store what the cases give now as their snapshots
    #[arg(long, env = "KVS_UPDATE", hide_env = true, conflicts_with_all = ["settings", "list"], value_parser = BoolishValueParser::new())]
    update: bool,
    /// What to do with snapshots of no case, where whole folders are checked
    #[arg(
        long,
        env = "KVS_UNREFERENCED",
        hide_env = true,
        value_enum,
        default_value = "report",
        value_name = "WHAT"
    )]
    unreferenced: Unreferenced,
    /// Start nothing more once a case has failed
    #[arg(long, env = "KVS_FAIL_FAST", hide_env = true, value_parser = BoolishValueParser::new())]
    fail_fast: bool,
    /// Compare with saved results or with the scenarios of a git revision, run by this binary
    #[arg(long, env = "KVS_BASELINE", hide_env = true, value_name = "REV|DIR")]
    pub(super) baseline: Option<String>,
    #[command(flatten)]
    gates: GateArgs,
    #[command(flatten)]
    reports: ReportArgs,
    #[command(flatten)]
    pub(super) running: RunningArgs,
}

impl CheckArgs {
    /// Whether the numbers of other parameters would be stored as those of the files.
    pub(super) fn updates_with_settings(&self) -> bool {
        self.update && !self.running.settings.is_empty()
    }
}

/// `--unreferenced`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Unreferenced {
    /// Say nothing
    Ignore,
    /// Name them
    Report,
    /// Fail
    Reject,
    /// Delete them
    Delete,
}

/// Checks files and says what came of it.
#[expect(clippy::disallowed_methods, reason = "the command tells how long it took; no result depends on it")]
pub(super) fn run(arguments: &CheckArgs, global: &GlobalArgs, output: &Output) -> Exit {
    let begun = Instant::now();
    if in_ci() && (arguments.update || arguments.unreferenced == Unreferenced::Delete) {
        output.error(
            "`--update` and `--unreferenced=delete` change snapshots, and where `CI` is set nothing is stored",
            Some("change and commit them where the scenarios are changed, or unset `CI`"),
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
    let loaded = load(&host, &arguments.paths, &arguments.running, output);
    let remembered = remembered(&loaded, output);
    let selected = select::select(&loaded.suites, arguments, &remembered);
    if selected.is_empty() && loaded.exit == Exit::PASSED {
        let (message, help) = select::nothing_selected(arguments, &loaded.suites);
        output.error(&message, Some(help));
        return Exit::NOTHING_SELECTED;
    }
    if arguments.list {
        list(&loaded.suites, &selected, output);
        return loaded.exit;
    }
    let groups = select_groups(&loaded.suites, &selected, &arguments.running, None);
    let golden = golden_mode(arguments);
    let exit = loaded.exit.and(look_for_snapshots(&host, &loaded.suites, golden, output));
    sweep(&loaded.suites, golden);
    let n_runs = groups.iter().map(|group| group.seeds().len()).sum();
    let baseline = match baseline(arguments, global, &host, &loaded, &selected, output) {
        Ok(baseline) => baseline,
        Err(exit) => return loaded.exit.and(exit),
    };
    let is_reported = !arguments.reports.reports.is_empty() || in_actions() || baseline.is_some();
    let collect = is_reported.then(|| Collect::new(arguments.reports.has_pictures()));
    let printer = Printer {
        output,
        live: Live::begin(output, global.quiet, selected.len(), n_runs),
        loaded: &loaded,
        reports: &arguments.reports,
        collect: collect.as_ref(),
        baseline: baseline.as_ref(),
        begun,
        state: Mutex::new(State { remembered: to_update(remembered, &host, &loaded), ..State::default() }),
    };
    let options = Options {
        n_threads: arguments.running.n_threads(),
        fail_fast: arguments.fail_fast,
        golden,
        stepping: arguments.running.engine.into(),
        overrides: &arguments.running.settings,
        stop: interrupt::heed(output),
    };
    match &collect {
        Some(collect) => check::run(&host, &loaded.suites, &groups, &options, collect, &printer),
        None => check::run(&host, &loaded.suites, &groups, &options, &NoRecorder, &printer),
    }
    output.clear_bar();
    let mut exit = exit;
    // Only whole folders without a mistake show that a case is gone.
    if exit == Exit::PASSED && selected.len() == every_case(&loaded.suites).len() && golden != GoldenMode::Off
    {
        exit = exit.and(unreferenced(&host, arguments, &loaded.suites, golden, output));
    }
    exit.and(printer.close(0))
}

/// What `--baseline` names, without the cases that this check leaves out.
fn baseline(
    arguments: &CheckArgs,
    global: &GlobalArgs,
    host: &Host,
    loaded: &Loaded,
    selected: &Selected,
    output: &Output,
) -> Result<Option<Baseline>, Exit> {
    let Some(name) = &arguments.baseline else { return Ok(None) };
    let (running, paths) = (&arguments.running, arguments.paths.as_slice());
    let roots_in_ids = loaded.suites.iter().any(|suite| !suite.prefix.is_empty());
    let sides = Sides { host, global, running, paths, roots_in_ids, output };
    let mut baseline = Baseline::new(name, &arguments.gates, &sides)?;
    if selected.len() < every_case(&loaded.suites).len() {
        let id = |(suite, case): &(usize, usize)| loaded.suites[*suite].id(*case);
        let checked: BTreeSet<String> = selected.iter().map(id).collect();
        baseline.retain(|id| checked.contains(id));
    }
    Ok(Some(baseline))
}

fn list(suites: &[Suite], selected: &Selected, output: &Output) {
    for (suite, case) in selected {
        output.result(&format!("{}\n", suites[*suite].id(*case)));
    }
}

/// What failed when it last ran, by root; a list that cannot be read is said and counts as empty.
fn remembered(loaded: &Loaded, output: &Output) -> BTreeMap<Root, Remembered> {
    let suites = loaded.suites.iter().chain(&loaded.broken);
    let mut lists = BTreeMap::new();
    for root in suites.map(|suite| &suite.root) {
        if lists.contains_key(root) {
            continue;
        }
        let list = Remembered::of(root).unwrap_or_else(|problem| {
            output.progress(&format!("note: {problem}"));
            Remembered::nothing(root)
        });
        lists.insert(root.clone(), list);
    }
    lists
}

/// The lists that this check keeps up to date, broken files on them: none in CI, where nothing is written.
fn to_update(
    mut lists: BTreeMap<Root, Remembered>,
    host: &Host,
    loaded: &Loaded,
) -> BTreeMap<Root, Remembered> {
    if in_ci() {
        return BTreeMap::new();
    }
    for suite in &loaded.broken {
        if let Some(list) = lists.get_mut(&suite.root) {
            list.file(&host.below(&suite.root, Path::new(&suite.name)), true);
        }
    }
    lists
}

/// What a case is worth.
pub(in crate::cli) fn exit_of(ending: &Ending) -> Exit {
    match ending {
        Ending::Passed | Ending::Skipped => Exit::PASSED,
        Ending::NoData | Ending::Failed => Exit::FAILED,
        Ending::Wrong => Exit::WRONG_SCENARIO,
        Ending::Unreadable => Exit::IO,
        Ending::Crashed(_) => Exit::BUG,
    }
}
