//! `kvs sweep`: all cases of a file side by side.
//!
//! Snapshots are neither read nor written, and whatever holds, the exit code is 0: a sweep explores. Invariant: what goes
//! to stdout depends on the file and the flags alone; the time it took goes to stderr.

mod figures;
mod only;

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use super::arguments::{GlobalArgs, RunningArgs};
use super::exit::Exit;
use super::live::Live;
use super::output::Output;
use super::progress::interrupted_line;
use super::suite::{Done, Selected, SideBySide, WHAT_IS_A_CASE, every_plain_case, load_file, select_groups};
use super::{CommandResult, interrupt};
use crate::analysis::suggest::{did_you_mean, nearest};
use crate::check::{self, GoldenMode, Options, Partition, Points, Suite, case_label};
use crate::report::sweep::{self, Shape, Sweep};
use only::Only;

/// Arguments of `kvs sweep`.
#[derive(Args)]
pub(super) struct SweepArgs {
    /// The scenario file
    file: PathBuf,
    /// Vary a parameter in place of the file's matrix or beside it, as in --vary card=l40s,h100_sxm or --vary n=1..8; repeatable
    #[arg(long, env = "KVS_VARY", hide_env = true, value_name = "NAME=VALUES", value_parser = varied)]
    vary: Vec<(String, String)>,
    /// Run only cases with these values, as in --where card=l40s,h100_sxm; repeatable
    #[arg(long = "where", env = "KVS_WHERE", hide_env = true, value_name = "NAME=VALUES")]
    only: Vec<Only>,
    /// Show further metrics, as in --metrics p50_ttft_ms,goodput; `all` shows every metric that results keep
    #[arg(long, env = "KVS_METRICS", hide_env = true, value_name = "NAMES", value_delimiter = ',')]
    metrics: Vec<String>,
    /// Prefer the case with the lowest value of a metric or parameter among those that hold [default: cost_per_hour, otherwise gpus]
    #[arg(long, env = "KVS_MINIMIZE", hide_env = true, value_name = "NAME", conflicts_with = "maximize")]
    minimize: Option<String>,
    /// Prefer the case with the highest value of a metric or parameter among those that hold
    #[arg(long, env = "KVS_MAXIMIZE", hide_env = true, value_name = "NAME")]
    maximize: Option<String>,
    /// Show the tightest margin of each case in a grid, where exactly two things vary
    #[arg(long, env = "KVS_GRID", hide_env = true, value_parser = BoolishValueParser::new())]
    grid: bool,
    /// Compare every case with this one, seed by seed, as in --versus 'n=2'
    #[arg(long, env = "KVS_VERSUS", hide_env = true, value_name = "CASE")]
    versus: Option<String>,
    /// Output format
    #[arg(
        long,
        env = "KVS_FORMAT",
        hide_env = true,
        value_enum,
        default_value = "table",
        value_name = "FORMAT"
    )]
    format: Format,
    /// Run one partition of the cases: hash:2/3 (a case stays in its partition) or slice:2/3 (partitions of equal size)
    #[arg(long, env = "KVS_PARTITION", hide_env = true, value_name = "KIND:K/N")]
    partition: Option<Partition>,
    #[command(flatten)]
    pub(super) running: RunningArgs,
}

/// `name=values` of `--vary`.
fn varied(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').map(|(name, values)| (name.trim(), values.trim()));
    match parts.filter(|(name, values)| !name.is_empty() && !values.is_empty()) {
        Some((name, values)) => Ok((name.to_owned(), values.to_owned())),
        None => {
            Err("expected a parameter and its values, such as `n=1..8` or `card=l40s,h100_sxm`".to_owned())
        }
    }
}

/// `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Table,
    /// For a document or a pull request
    Markdown,
    /// One row per case and seed, for data frames and spreadsheets
    Csv,
    /// Every number, with mean and interval over the seeds
    Json,
}

impl SweepArgs {
    /// Flags of which one would be lost.
    pub(super) fn conflict(&self) -> Option<String> {
        let names = || self.vary.iter().map(|(name, _)| name);
        let is_set = |name: &&String| self.running.settings.iter().any(|(set, _)| set == *name);
        if let Some(twice) =
            names().enumerate().find(|(index, name)| names().take(*index).any(|other| other == *name))
        {
            return Some(format!("`--vary` varies `{}` twice", twice.1));
        }
        if let Some(both) = names().find(is_set) {
            return Some(format!("`{both}` cannot both vary and be set"));
        }
        let format = match self.format {
            Format::Table | Format::Markdown => return None,
            Format::Csv => "csv",
            Format::Json => "json",
        };
        let flag = match (self.grid, &self.versus) {
            (true, _) => "--grid",
            (false, Some(_)) if self.format == Format::Csv => "--versus",
            (false, _) => return None,
        };
        Some(format!("`{flag}` has no place in `--format {format}`"))
    }

    fn objective(&self) -> Option<check::Objective> {
        let asked = |name: &String, maximize| check::Objective { name: name.clone(), maximize };
        let minimize = self.minimize.as_ref().map(|name| asked(name, false));
        minimize.or_else(|| self.maximize.as_ref().map(|name| asked(name, true)))
    }
}

/// Runs the cases of a file and puts them side by side.
#[expect(clippy::disallowed_methods, reason = "the command says how long it took; no result depends on it")]
pub(super) fn run(arguments: &SweepArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    let begun = Instant::now();
    let host = super::host(global.allow_outside, output)?;
    let loaded = load_file(&host, &arguments.file, &arguments.running, &arguments.vary, output)?;
    let suites = &loaded.suites;
    let [suite] = suites.as_slice() else { return Ok(loaded.exit) };
    let Prepared { points, selected, versus } = prepare(arguments, suite, every_plain_case(suites), output)?;
    let groups = select_groups(suites, &selected, &arguments.running, None);
    let n_runs = groups.iter().map(|group| group.seeds().len()).sum();
    let table = Table { arguments, output, suite, versus };
    let side_by_side = SideBySide {
        output,
        suite,
        points: &points,
        live: Live::begin(output, global.quiet, selected.len(), n_runs),
        is_drawn: |ending, _| ending.is_broken(),
        exit_of: |ending| if ending.is_broken() { Exit::of(ending) } else { Exit::PASSED },
        show: &|sweep| table.text(sweep),
        last_line: &|done, n_left| last_line(done, n_left, begun.elapsed(), output),
        state: Mutex::default(),
    };
    let options = Options {
        n_threads: arguments.running.n_threads(),
        fail_fast: false,
        golden: GoldenMode::Off,
        stepping: arguments.running.engine.into(),
        explain: false,
        overrides: &arguments.running.settings,
        stop: interrupt::heed(),
    };
    check::run(&host, suites, &groups, &options, &points, &side_by_side);
    Ok(loaded.exit.and(side_by_side.close(None)))
}

/// What is run, and what is made of it.
struct Prepared {
    points: Points,
    selected: Selected,
    /// The case that all others are compared with.
    versus: Option<usize>,
}

/// Whatever can be wrong with the flags is found before anything runs.
fn prepare(
    arguments: &SweepArgs,
    suite: &Suite,
    mut cases: Selected,
    output: &Output,
) -> Result<Prepared, Exit> {
    if cases.is_empty() {
        output.error(&format!("`{}` holds no case", suite.name), Some(WHAT_IS_A_CASE));
        return Err(Exit::NOTHING_SELECTED);
    }
    let asked = figures::asked(&arguments.metrics, output)?;
    only::retain(&arguments.only, suite, &mut cases, output)?;
    let points = Points::new(suite, cases.iter().map(|(_, case)| *case), asked, arguments.objective())
        .map_err(|objective| figures::no_objective(&objective.name, suite, output))?;
    let versus = arguments.versus.as_deref().map(|name| find(name, suite, &cases, output)).transpose()?;
    if arguments.grid {
        sweep::square(&points.sweep(suite, &[], 0)).map_err(|varying| no_square(&varying, suite, output))?;
    }
    let selected = part(suite, cases, arguments.partition);
    if selected.is_empty() {
        output.error("no case is in this partition", Some("there are more partitions than cases"));
        return Err(Exit::NOTHING_SELECTED);
    }
    Ok(Prepared { points, selected, versus })
}

/// How much was run, and how long it took: to stderr, since results are the same every time.
fn last_line(done: &Done, n_left: Option<usize>, elapsed: Duration, output: &Output) {
    if done.results.is_empty() && n_left.is_some() {
        output.result(&interrupted_line(elapsed));
        return;
    }
    let n_cases = done.results.len();
    let judged = done.results.iter().filter_map(|result| result.expectations.first());
    let n_runs: usize = judged.map(|judgement| judgement.runs).sum();
    let runs = if n_runs > n_cases { format!(", {n_runs} runs") } else { String::new() };
    let noun = if n_cases == 1 { "case" } else { "cases" };
    output.progress(&format!("{n_cases} {noun}{runs} in {:.2} s", elapsed.as_secs_f64()));
}

/// The cases of one partition.
fn part(suite: &Suite, mut cases: Selected, partition: Option<Partition>) -> Selected {
    if let Some(partition) = partition {
        let mut position = 0..;
        cases.retain(|(_, case)| {
            let position = position.next().expect("there are numbers enough");
            partition.holds(position, &suite.cases[*case].scenario.case)
        });
    }
    cases
}

/// The case that `--versus` means: by its id, by its label, or by values that only it has.
fn find(name: &str, suite: &Suite, looked_at: &Selected, output: &Output) -> Result<usize, Exit> {
    let case = |index: usize| &suite.cases[index].scenario.case;
    let wanted = only::wanted(name);
    let is_meant = |index: &usize| {
        let case = case(*index);
        case.to_string() == name
            || case_label(case) == name
            || wanted.iter().all(|part| only::has(case, part))
    };
    let found: Vec<usize> = looked_at.iter().map(|(_, case)| *case).filter(is_meant).collect();
    let label = |index: &usize| case_label(case(*index));
    let (message, help) = match found.as_slice() {
        [one] => return Ok(*one),
        [] => {
            let labels: Vec<String> = looked_at.iter().map(|(_, case)| label(case)).collect();
            let near = did_you_mean(&nearest(name, labels.iter().map(String::as_str)));
            let help = near.unwrap_or_else(|| format!("the cases: {}", only::listed(&labels)));
            (format!("no case `{name}` to compare with"), help)
        }
        several => {
            let labels: Vec<String> = several.iter().map(label).collect();
            (format!("`{name}` is {} cases", several.len()), format!("say which: {}", only::listed(&labels)))
        }
    };
    output.error(&message, Some(&help));
    Err(Exit::USAGE)
}

/// What is printed of a sweep.
struct Table<'a> {
    arguments: &'a SweepArgs,
    output: &'a Output,
    suite: &'a Suite,
    /// The case that all others are compared with.
    versus: Option<usize>,
}

impl Table<'_> {
    fn text(&self, sweep: &Sweep) -> String {
        let row = |case: usize| sweep.rows.iter().position(|row| row.id == self.suite.id(case));
        let versus = match self.versus.map(|case| (case, row(case))) {
            Some((case, None)) => {
                let label = case_label(&self.suite.cases[case].scenario.case);
                self.output.progress(&format!("note: nothing is compared with {label}, which was not run"));
                None
            }
            Some((_, row)) => row,
            None => None,
        };
        let shape = Shape { is_grid: self.arguments.grid, versus };
        if matches!(self.arguments.format, Format::Csv | Format::Json) {
            sweep.notes().iter().for_each(|note| self.output.progress(&format!("note: {note}")));
        }
        match self.arguments.format {
            Format::Table => sweep::text(sweep, shape, self.output.width_of_results()),
            Format::Markdown => sweep::markdown(sweep, shape),
            Format::Csv => sweep::csv(sweep),
            Format::Json => sweep::json(sweep, versus),
        }
    }
}

/// `--grid` where more or fewer than two things vary.
fn no_square(varying: &[&str], suite: &Suite, output: &Output) -> Exit {
    let (message, help) = match varying {
        [] => (
            "`--grid` needs two things that vary, and nothing does".to_owned(),
            "leave `--grid` out".to_owned(),
        ),
        [one] => (
            format!("`--grid` needs two things that vary, and only `{one}` does"),
            "leave `--grid` out".to_owned(),
        ),
        several => {
            let names: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
            let example = only::example(suite, several[several.len() - 1]);
            (
                format!(
                    "`--grid` needs two things that vary, and {} do: {}",
                    several.len(),
                    names.join(", ")
                ),
                format!("keep one value of the others, as in `--where {example}`"),
            )
        }
    };
    output.error(&message, Some(&help));
    Exit::USAGE
}
