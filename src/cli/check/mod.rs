//! `kvs check`: the suite.

mod printer;
mod snapshots;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use super::arguments::{CaseFilter, GlobalArgs, RunningArgs, case_filter, in_ci};
use super::diff::{Baseline, GateArgs, Sides};
use super::exit::Exit;
use super::live::Live;
use super::output::Output;
use super::reports::{ReportArgs, in_actions};
use super::suite::{
    Collect, Filter, Loaded, Selected, WHAT_IS_A_CASE, every_case, load, select, select_groups,
};
use super::{CommandResult, interrupt};
use crate::check::{self, GoldenMode, NoRecorder, Options, Partition, Remembered, Suite};
use crate::host::{Host, Root};
use crate::report::one_line;
use printer::{Printer, State};
use snapshots::{golden_mode, look_for_snapshots, sweep, unreferenced};

/// Arguments of `kvs check`.
#[derive(Args)]
pub(super) struct CheckArgs {
    /// Files, and folders to search for *.kvs [default: scenarios/ if it exists, otherwise the current folder]
    paths: Vec<PathBuf>,
    /// Run only cases whose id contains this text, or matches it as a regular expression: --filter 'router.*p2c'
    #[arg(long, env = "KVS_FILTER", hide_env = true, value_name = "TEXT", value_parser = case_filter)]
    filter: Option<CaseFilter>,
    /// Run only cases that failed when they last ran
    #[arg(long, env = "KVS_FAILED", hide_env = true, value_parser = BoolishValueParser::new())]
    failed: bool,
    /// Run one partition of the suite: hash:2/3 (a case stays in its partition) or slice:2/3 (partitions of equal size)
    #[arg(long, env = "KVS_PARTITION", hide_env = true, value_name = "KIND:K/N")]
    partition: Option<Partition>,
    /// List the ids of the cases without running them
    #[arg(long, env = "KVS_LIST", hide_env = true, value_parser = BoolishValueParser::new())]
    list: bool,
    /// Store the results as the new snapshots
    #[arg(long, env = "KVS_UPDATE", hide_env = true, conflicts_with_all = ["settings", "list"], value_parser = BoolishValueParser::new())]
    update: bool,
    /// What to do with snapshots that belong to no case, where whole folders are checked
    #[arg(
        long,
        env = "KVS_UNREFERENCED",
        hide_env = true,
        value_enum,
        default_value = "report",
        value_name = "WHAT"
    )]
    unreferenced: Unreferenced,
    /// Start no further case after the first failure
    #[arg(long, env = "KVS_FAIL_FAST", hide_env = true, value_parser = BoolishValueParser::new())]
    fail_fast: bool,
    /// Compare with saved results, or with the scenarios of a git revision run by this binary
    #[arg(long, env = "KVS_BASELINE", hide_env = true, value_name = "REV|DIR")]
    pub(super) baseline: Option<String>,
    #[command(flatten)]
    gates: GateArgs,
    #[command(flatten)]
    pub(super) reports: ReportArgs,
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
    /// Ignore them
    Ignore,
    /// Warn about each
    #[value(alias = "warn")]
    Report,
    /// Treat each as an error
    #[value(alias = "error")]
    Reject,
    /// Delete them
    Delete,
}

/// Checks files and reports the results.
#[expect(clippy::disallowed_methods, reason = "the command says how long it took; no result depends on it")]
pub(super) fn run(arguments: &CheckArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    let begun = Instant::now();
    refuse_changes_in_ci(arguments, output)?;
    if arguments.reports.takes_stdout() {
        output.keep_stdout_for_a_document();
    }
    let host = super::host(global.allow_outside, output)?;
    let loaded = load(&host, &arguments.paths, &arguments.running, output);
    let remembered = remembered(&loaded, output);
    let filter = Filter {
        text: arguments.filter.as_ref(),
        failed: arguments.failed.then_some(&remembered),
        partition: arguments.partition,
    };
    let selected = select(&loaded.suites, filter);
    if selected.is_empty() && loaded.exit == Exit::PASSED {
        let (message, help) = nothing_selected(arguments, &loaded.suites);
        output.error(&message, Some(&help));
        return Err(Exit::NOTHING_SELECTED);
    }
    if arguments.list {
        list(&loaded.suites, &selected, output);
        return Ok(loaded.exit);
    }
    let groups = select_groups(&loaded.suites, &selected, &arguments.running, None);
    let golden = golden_mode(arguments);
    let exit = loaded.exit.and(look_for_snapshots(&host, &loaded.suites, golden, output));
    sweep(&loaded.suites, golden);
    let n_runs = groups.iter().map(|group| group.seeds().len()).sum();
    let baseline = baseline(arguments, global, &host, &loaded, &selected, output)
        .map_err(|exit| loaded.exit.and(exit))?;
    let is_reported = !arguments.reports.reports.is_empty() || in_actions() || baseline.is_some();
    let collect = is_reported.then(|| Collect::new(arguments.reports.has_pictures()));
    let printer = Printer {
        output,
        host: &host,
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
        explain: true,
        overrides: &arguments.running.settings,
        stop: interrupt::heed(),
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
    Ok(exit.and(printer.close(None)))
}

/// Snapshots are changed where scenarios are, and reviewed with them.
fn refuse_changes_in_ci(arguments: &CheckArgs, output: &Output) -> Result<(), Exit> {
    if in_ci() && (arguments.update || arguments.unreferenced == Unreferenced::Delete) {
        output.error(
            "`--update` and `--unreferenced=delete` change snapshots, which is not done where `CI` is set",
            Some("change and commit them where the scenarios are changed, or unset `CI`"),
        );
        return Err(Exit::USAGE);
    }
    Ok(())
}

/// Why nothing is left to run, and what to do.
fn nothing_selected(arguments: &CheckArgs, suites: &[Suite]) -> (String, String) {
    let (message, help) = match (&arguments.filter, arguments.failed, arguments.partition) {
        _ if suites.is_empty() => (
            "no `*.kvs` file found".to_owned(),
            "create one with `kvs new`, or name a file or a folder: kvs check FOLDER",
        ),
        _ if every_case(suites).is_empty() => ("the files hold no case".to_owned(), WHAT_IS_A_CASE),
        (filter, true, _) => {
            let matching = filter.as_ref().map_or_else(String::new, |_| " that match the filter".to_owned());
            (
                format!("no case failed when these files{matching} were last checked"),
                "leave `--failed` out to check all of them",
            )
        }
        (_, false, Some(partition)) => (
            format!("no case is in partition `{partition}`"),
            "there are more partitions than cases; `kvs check --list` shows what each contains",
        ),
        (Some(filter), false, None) => {
            let message = format!("no case matches `--filter {filter}`");
            (message, "`kvs check --list` shows the ids that are matched")
        }
        (None, false, None) => unreachable!("without flags every case is selected"),
    };
    (message, help.to_owned())
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
        output.result(&format!("{}\n", one_line(&suites[*suite].id(*case))));
    }
}

/// What failed when it last ran, by root; a list that cannot be read is reported and counts as empty.
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
