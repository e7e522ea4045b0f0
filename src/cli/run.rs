//! `kvs run`: one file, its numbers on stdout and, with `--out`, everything in files.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::arguments::{GlobalArgs, Plots, RunningArgs, seed};
use super::exit::Exit;
use super::live::Live;
use super::output::{FAINT, Output, STRONG};
use super::progress::{Printed, print_failures, summary_line};
use super::record::{Outputs, Record, Summaries, Wanted};
use super::suite::{
    Loaded, Selected, SideBySide, WHAT_IS_A_CASE, every_plain_case, load_file, select_groups,
};
use super::{CommandResult, interrupt};
use crate::analysis::CompiledCase;
use crate::check::{
    self, CaseResult, Ending, GoldenMode, Group, Listener, Options, Points, Suite, Tally, case_label,
    open_traces,
};
use crate::host::Host;
use crate::model::{Case, WorkloadSource};
use crate::report;
use crate::report::sweep::{self, Shape};
use crate::source::Sources;
use crate::workload::formats::{Survey, survey};

/// Arguments of `kvs run`.
#[derive(Args)]
pub(super) struct RunArgs {
    /// The scenario file
    file: PathBuf,
    /// Run only this case: its scenario, with its matrix values if there are several, as in --only 'two choices[n=1]'
    #[arg(long, env = "KVS_ONLY", hide_env = true, value_name = "CASE")]
    only: Option<String>,
    /// Run only this seed; with --seeds, the first of several
    #[arg(long, env = "KVS_SEED", hide_env = true, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    seed: Option<u64>,
    /// Write files to this folder: run_meta.json and those of --outputs
    #[arg(long, env = "KVS_OUT", hide_env = true, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Files that --out writes, separated by commas: summary.json, timeseries.csv, events.jsonl, requests.csv
    #[arg(
        long,
        env = "KVS_OUTPUTS",
        hide_env = true,
        value_enum,
        value_delimiter = ',',
        default_value = "summary,timeseries",
        value_name = "FILES"
    )]
    outputs: Vec<Outputs>,
    /// Show the numbers of every case in full, instead of one table of all cases
    #[arg(long, short, env = "KVS_VERBOSE", hide_env = true, value_parser = BoolishValueParser::new())]
    verbose: bool,
    /// Show every setting with its value and where it comes from, without running
    #[arg(long, env = "KVS_SHOW_CONFIG", hide_env = true, value_parser = BoolishValueParser::new())]
    show_config: bool,
    /// Show the paths that KV caches may take between GPUs, without running
    #[arg(long, env = "KVS_PATHS", hide_env = true, conflicts_with = "show_config", value_parser = BoolishValueParser::new())]
    paths: bool,
    /// When to draw levels over time and latencies; `auto` draws on a terminal
    #[arg(long, env = "KVS_PLOTS", hide_env = true, value_enum, default_value = "auto", value_name = "WHEN")]
    plots: Plots,
    #[command(flatten)]
    pub(super) running: RunningArgs,
}

/// Runs a file and prints its results.
#[expect(clippy::disallowed_methods, reason = "the command says how long it took; no result depends on it")]
pub(super) fn run(arguments: &RunArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    let begun = Instant::now();
    let host = super::host(global.allow_outside, output)?;
    let loaded = load_file(&host, &arguments.file, &arguments.running, &Vec::new(), output)?;
    let Loaded { suites, exit, .. } = &loaded;
    let [suite] = suites.as_slice() else {
        return Ok(*exit);
    };
    let mut chosen = every_plain_case(suites);
    if let Some(only) = &arguments.only {
        chosen.retain(|(_, case)| is_called(&suite.cases[*case].scenario.case, only));
    }
    if chosen.is_empty() {
        not_found(suite, arguments.only.as_deref().unwrap_or_default(), output);
        return Err(Exit::NOTHING_SELECTED);
    }
    if arguments.show_config || arguments.paths {
        for compiled in selected(suite, &chosen) {
            let text = if arguments.paths { paths(compiled) } else { config(compiled, &suite.sources) };
            output.result(&text);
        }
        return Ok(*exit);
    }
    let runs = Runs { arguments, global, host: &host, suites, suite, chosen: &chosen, begun, output };
    Ok(exit.and(runs.run()))
}

/// The runs of the chosen cases of a file.
struct Runs<'a> {
    arguments: &'a RunArgs,
    global: &'a GlobalArgs,
    host: &'a Host,
    suites: &'a [Suite],
    suite: &'a Suite,
    chosen: &'a Selected,
    begun: Instant,
    output: &'a Output,
}

impl Runs<'_> {
    fn run(&self) -> Exit {
        let Runs { arguments, output, suite, .. } = *self;
        let groups = select_groups(self.suites, self.chosen, &arguments.running, arguments.seed);
        let is_table = self.chosen.len() > 1 && !arguments.verbose;
        let cases = self.chosen.iter().map(|(_, case)| *case);
        let summaries = Summaries { colored: output.colored(), draws: arguments.plots.wanted() };
        let record = Record::new(
            self.host,
            suite,
            &groups,
            Wanted {
                out: arguments.out.as_deref().map(|out| (out, arguments.outputs.as_slice())),
                summaries: (!is_table).then_some(summaries),
                points: is_table.then(|| {
                    Points::new(suite, cases, Vec::new(), None).expect("without an objective none is unknown")
                }),
            },
        );
        let options = Options {
            n_threads: arguments.running.n_threads(),
            fail_fast: false,
            golden: GoldenMode::Off,
            stepping: arguments.running.engine.into(),
            explain: !is_table || output.is_for_programs(),
            overrides: &arguments.running.settings,
            stop: interrupt::heed(),
        };
        match record.points() {
            Some(points) => self.in_a_table(&groups, &options, &record, points),
            None => self.one_by_one(&groups, &options, &record),
        }
    }

    /// One table at the end.
    fn in_a_table(
        &self,
        groups: &[Group],
        options: &Options<'_>,
        record: &Record<'_>,
        points: &Points,
    ) -> Exit {
        let Runs { output, suite, .. } = *self;
        let n_runs = groups.iter().map(|group| group.seeds().len()).sum();
        let side_by_side = SideBySide {
            output,
            suite,
            points,
            live: Live::begin(output, self.global.quiet, self.chosen.len(), n_runs),
            is_drawn: |ending, output| ending.is_broken() || output.is_for_programs(),
            exit_of: Exit::of,
            show: &|sweep| sweep::text(sweep, Shape::default(), output.width_of_results()) + "\n",
            last_line: &|done, n_left| {
                output.progress("note: `--only CASE` shows one of these in full, `--verbose` all of them");
                self.last_line(&done.tally, n_left);
            },
            state: Mutex::default(),
        };
        check::run(self.host, self.suites, groups, options, record, &side_by_side);
        side_by_side.close(None)
    }

    /// Each case in full when it is done.
    fn one_by_one(&self, groups: &[Group], options: &Options<'_>, record: &Record<'_>) -> Exit {
        let printer = Printer { runs: self, record, state: Mutex::default(), printed: Mutex::default() };
        check::run(self.host, self.suites, groups, options, record, &printer);
        printer.close(None)
    }

    /// Prints the last line; Ctrl-C left `n_left` cases.
    fn last_line(&self, tally: &Tally, n_left: Option<usize>) {
        if let Some(out) = self.arguments.out.as_ref().filter(|_| n_left.is_none())
            && tally.of(&Ending::Unreadable) == 0
        {
            self.output.progress(&format!("written to {}", crate::host::display(out)));
        }
        self.output.result(&summary_line(tally, 0, n_left, self.begun.elapsed().as_secs_f64()));
    }
}

/// Whether `--only` means a case: by its id, its label, or its scenario's name, which may cover several.
fn is_called(case: &Case, only: &str) -> bool {
    case.to_string() == only || case_label(case) == only || case.scenario.as_deref() == Some(only)
}

fn not_found(suite: &Suite, only: &str, output: &Output) {
    if suite.cases.is_empty() {
        output.error(&format!("`{}` holds no case", suite.name), Some(WHAT_IS_A_CASE));
        return;
    }
    let mut labels: Vec<String> = suite
        .cases
        .iter()
        .take(suite.n_plain_cases())
        .map(|compiled| case_label(&compiled.scenario.case))
        .filter(|label| !label.is_empty())
        .collect();
    labels.sort_by_key(|label| strsim::levenshtein(label, only));
    let help = if labels.is_empty() {
        "the file has one case; leave `--only` out".to_owned()
    } else {
        let near: Vec<String> = labels.iter().take(5).map(|label| format!("`{label}`")).collect();
        format!("its cases, nearest first: {}", near.join(", "))
    };
    output.error(&format!("`{}` has no case `{only}`", suite.name), Some(&help));
}

/// The selected cases, in the order of the file.
fn selected<'s>(suite: &'s Suite, chosen: &Selected) -> impl Iterator<Item = &'s CompiledCase> {
    chosen.iter().map(|(_, case)| &suite.cases[*case])
}

/// The paths between the GPUs of a case.
fn paths(compiled: &CompiledCase) -> String {
    let scenario = &compiled.scenario;
    format!("{STRONG}{}{STRONG:#}\n\n{}\n", scenario.case, report::paths(scenario))
}

/// Every setting of a case, by block.
fn config(compiled: &CompiledCase, sources: &Sources) -> String {
    let mut text = format!("{STRONG}{}{STRONG:#}\n", compiled.scenario.case);
    let width =
        |cells: &mut dyn Iterator<Item = &str>| cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
    let key_width = width(&mut compiled.settings.iter().map(|setting| setting.key.as_str()));
    let value_width = width(&mut compiled.settings.iter().map(|setting| setting.value.as_str())).min(40);
    let mut block = "";
    for setting in &compiled.settings {
        if setting.block != block {
            block = &setting.block;
            text.push_str(&format!("\n{block}\n"));
        }
        let origin = match setting.origin {
            None => "default".to_owned(),
            Some(span) => {
                let (line, _) = sources.line_column(span);
                format!("{}:{line}", sources.get(span.source).name)
            }
        };
        text.push_str(&format!(
            "  {:<key_width$}  {:<value_width$}  {FAINT}{origin}{FAINT:#}\n",
            setting.key, setting.value
        ));
    }
    text
}

/// Prints each case when it is done: the numbers of its runs, then what they are worth.
struct Printer<'a> {
    runs: &'a Runs<'a>,
    record: &'a Record<'a>,
    state: Mutex<(Tally, Exit)>,
    printed: Mutex<Printed>,
}

impl Printer<'_> {
    /// Prints the last line.
    fn close(&self, n_left: Option<usize>) -> Exit {
        let state = self.state.lock().expect("no panic while the lock is held");
        self.runs.last_line(&state.0, n_left);
        state.1
    }
}

impl Listener for Printer<'_> {
    fn interrupted(&self, n_left: usize) {
        self.close(Some(n_left));
        interrupt::exit(self.runs.output)
    }

    fn finished(&self, suite: &Suite, result: CaseResult) {
        let Runs { output, host, .. } = *self.runs;
        for text in self.record.take_summaries(result.case) {
            output.result(&format!("{text}\n"));
        }
        let compiled = &suite.cases[result.case];
        output.result(&over_seeds(compiled, &result, output.colored()));
        let surveyed = self.record.take_surveys(result.case);
        output.result(&traces(host, suite, compiled, &surveyed));
        let mut printed = self.printed.lock().expect("no panic while the lock is held");
        print_failures(output, suite, &result, &mut printed);
        drop(printed);
        let mut state = self.state.lock().expect("no panic while the lock is held");
        state.0.add(&result.ending);
        state.1 = state.1.and(Exit::of(&result.ending));
    }
}

/// The expectations over all runs, where there are several.
fn over_seeds(compiled: &CompiledCase, result: &CaseResult, colored: bool) -> String {
    let n_runs = result.expectations.first().map_or(0, |judgement| judgement.runs);
    if n_runs < 2 {
        return String::new();
    }
    let table = report::over_seeds(&compiled.scenario.expectations, &result.expectations, colored);
    format!("{STRONG}{}{STRONG:#}  over {n_runs} runs\n\n{table}\n", report::one_line(&result.id))
}

/// What became of the rows of trace files: read = used + dropped. Those not among the `surveyed` are read for it.
fn traces(host: &Host, suite: &Suite, compiled: &CompiledCase, surveyed: &[(u16, Survey)]) -> String {
    let open = open_traces(host, &suite.root);
    let mut text = String::new();
    for (workload, number) in compiled.scenario.workloads.iter().zip(0..) {
        let known = surveyed.iter().find(|(of, _)| *of == number).map(|(_, survey)| survey.clone());
        if let WorkloadSource::File(trace) = &workload.source
            && let Some(survey) = known.or_else(|| survey(trace, &open).ok())
        {
            let dropped: Vec<String> =
                survey.dropped.iter().map(|(reason, count)| format!(", {count} {}", reason.name())).collect();
            let order = if survey.sorted { "" } else { "; rows were out of order and are sorted" };
            text.push_str(&format!(
                "  trace {}: {} rows read, {} used{}{order}\n\n",
                workload.name,
                survey.rows_read,
                survey.rows_used,
                dropped.concat()
            ));
        }
    }
    text
}
