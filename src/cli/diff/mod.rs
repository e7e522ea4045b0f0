//! `kvs diff A B`, and the baseline of `kvs check`.
//!
//! A side is a saved result or a git revision, whose scenarios are run by this very binary. Invariant: a side that is
//! not there is an error, never an empty one.

mod revision;
mod saved;

use std::path::{Path, PathBuf};

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use super::CommandResult;
use super::arguments::{GlobalArgs, RunningArgs};
use super::exit::Exit;
use super::output::Output;
use super::project::Project;
use super::reports::in_actions;
use crate::analysis::suggest::{did_you_mean, nearest};
use crate::host::Host;
use crate::metrics::{self, lookup};
use crate::report::{Chosen, Comparison, Gate, Results, Selection, compare, diff_markdown, diff_table};

/// Arguments of `kvs diff`.
#[derive(Args)]
pub(super) struct DiffArgs {
    /// The old side: a file from `kvs check --report json=FILE`, a folder of such files or from `kvs run --out`, or a git revision
    old: String,
    /// The new side
    new: String,
    /// Scenario files and folders to run at revisions [default: as for kvs check]
    paths: Vec<PathBuf>,
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
    /// Show changes of these metrics [default: those that expectations name and snapshots hold]
    #[arg(long, env = "KVS_METRICS", hide_env = true, value_name = "METRIC", value_delimiter = ',', value_parser = metric)]
    metrics: Vec<String>,
    /// Show only the N largest changes of each case
    #[arg(long, env = "KVS_TOP", hide_env = true, value_name = "N")]
    top: Option<usize>,
    /// Show changes of all metrics
    #[arg(long, env = "KVS_ALL", hide_env = true, conflicts_with = "metrics", value_parser = BoolishValueParser::new())]
    all: bool,
    #[command(flatten)]
    gates: GateArgs,
    #[command(flatten)]
    pub(super) running: RunningArgs,
}

/// Which changes fail the comparison.
#[derive(Args)]
pub(super) struct GateArgs {
    /// Fail if a metric regresses by more, as in --gate 'regress 2% and 5 ms'; repeatable [default: `diff.gates` in kvs.toml]
    #[arg(long = "gate", env = "KVS_GATE", hide_env = true, value_name = "GATE")]
    gates: Vec<Gate>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Table,
    /// For a pull request
    Markdown,
}

impl DiffArgs {
    fn selection(&self) -> Selection {
        let metrics = match (self.all, self.metrics.as_slice()) {
            (true, _) => Chosen::All,
            (false, []) => Chosen::Named,
            (false, metrics) => Chosen::These(metrics.to_vec()),
        };
        Selection { metrics, top: self.top }
    }
}

/// A metric, under the name that results keep it by.
fn metric(name: &str) -> Result<String, String> {
    let name = name.trim();
    if let Some(recorded) = lookup(name).and_then(|info| info.recorded) {
        return Ok(recorded);
    }
    let names = metrics::names();
    let near = nearest(name, names.iter().map(String::as_str));
    let help = did_you_mean(&near).unwrap_or_else(|| "`kvs list metrics` prints every metric".to_owned());
    Err(format!("not a metric that results hold; {help}"))
}

/// Compares two sides.
pub(super) fn run(arguments: &DiffArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    let host = super::host(global.allow_outside, output)?;
    let sides = Sides {
        host: &host,
        global,
        running: &arguments.running,
        paths: &arguments.paths,
        roots_in_ids: false,
        output,
    };
    let gates = gates(&host, &arguments.gates, output)?;
    let (old, new) = (sides.results(&arguments.old)?, sides.results(&arguments.new)?);
    let mut comparison = compare(&old, &new, &gates);
    report_idle_gates(&comparison, output);
    comparison.narrow(&old, &new, &arguments.selection());
    output.result(&match arguments.format {
        Format::Table => diff_table(&comparison),
        Format::Markdown => diff_markdown(&comparison, &arguments.old, &arguments.new),
    });
    Ok(verdict(&comparison))
}

/// A gate that applies to nothing would pass whatever happened: that is reported, and fails nothing. One whose metric a
/// case has lost is broken.
fn report_idle_gates(comparison: &Comparison, output: &Output) {
    for (gate, case) in &comparison.lost {
        output.progress(&format!(
            "`{gate}` is broken in `{case}`: its metric was measured before and no longer is"
        ));
    }
    for gate in &comparison.idle {
        output.progress(&format!("note: `{gate}` applies to nothing: no case has its metric on both sides"));
    }
}

/// What a comparison is worth.
fn verdict(comparison: &Comparison) -> Exit {
    if comparison.is_broken() { Exit::FAILED } else { Exit::PASSED }
}

/// What a check compares its results with.
pub(super) struct Baseline {
    name: String,
    results: Results,
    gates: Vec<Gate>,
}

impl Baseline {
    /// Reads or runs it.
    pub(super) fn new(name: &str, gate_arguments: &GateArgs, sides: &Sides<'_>) -> Result<Baseline, Exit> {
        let gates = gates(sides.host, gate_arguments, sides.output)?;
        Ok(Baseline { name: name.to_owned(), results: sides.results(name)?, gates })
    }

    /// Leaves cases out that the check leaves out.
    pub(super) fn retain(&mut self, is_checked: impl Fn(&str) -> bool) {
        self.results.cases.retain(|case| is_checked(&case.id));
    }

    /// Prints what changed; gives it for a pull request, and what it is worth.
    pub(super) fn compare(&self, results: &Results, output: &Output) -> (String, Exit) {
        let mut comparison = compare(&self.results, results, &self.gates);
        report_idle_gates(&comparison, output);
        comparison.narrow(&self.results, results, &Selection::default());
        output.result(&diff_table(&comparison));
        let markdown =
            if in_actions() { diff_markdown(&comparison, &self.name, "this") } else { String::new() };
        (markdown, verdict(&comparison))
    }
}

/// The gates of the command line, or those of the project here where none is given.
fn gates(host: &Host, arguments: &GateArgs, output: &Output) -> Result<Vec<Gate>, Exit> {
    if !arguments.gates.is_empty() {
        return Ok(arguments.gates.clone());
    }
    let root = host.root_of(Path::new(".")).map_err(|problem| {
        output.problem(&problem);
        Exit::IO
    })?;
    Project::of(host, &root).map(|project| project.gates).map_err(|wrong| wrong.print(output))
}

/// Where the sides of a comparison come from.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) host: &'a Host,
    pub(super) global: &'a GlobalArgs,
    pub(super) running: &'a RunningArgs,
    pub(super) paths: &'a [PathBuf],
    /// Whether ids of cases begin with their root, as where it is compared with files of several roots.
    pub(super) roots_in_ids: bool,
    pub(super) output: &'a Output,
}

impl Sides<'_> {
    /// What a side says.
    fn results(&self, side: &str) -> Result<Results, Exit> {
        let path = self.host.absolute(Path::new(side));
        if path.exists() {
            return saved::read(Path::new(side)).map_err(|problem| {
                self.output.problem(&problem);
                Exit::IO
            });
        }
        revision::run(side, self)
    }
}
