//! `kvs plan`: the plans of a file, each with its answer and what it rests on.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::arguments::{GlobalArgs, RunningArgs, setting};
use super::exit::Exit;
use super::output::{Output, STRONG};
use super::progress::{Printed, print_failures, summary_line};
use super::suite::{Loaded, Selected, load_with_plan, select_groups};
use super::{CommandResult, interrupt};
use crate::check::{self, CaseResult, GoldenMode, Listener, NoRecorder, Options, Suite, Tally};
use crate::report::{PlanReport, one_line, plan_text};

/// Arguments of `kvs plan`.
#[derive(Args)]
pub(super) struct PlanArgs {
    /// The scenario file
    file: PathBuf,
    /// Solve only the plan of this name
    #[arg(long, env = "KVS_ONLY", hide_env = true, value_name = "NAME")]
    only: Option<String>,
    /// Solve a plan that varies this parameter instead of those of the file, as in --vary n='1 .. 16'; repeatable
    #[arg(long = "vary", env = "KVS_VARY", hide_env = true, value_name = "NAME=VALUES", value_parser = setting, conflicts_with = "only")]
    vary: Vec<(String, String)>,
    /// What its answer has the least of: a metric or a parameter that varies
    #[arg(long, value_name = "NAME", requires = "vary", conflicts_with = "maximize")]
    minimize: Option<String>,
    /// What its answer has the most of
    #[arg(long, value_name = "NAME", requires = "vary")]
    maximize: Option<String>,
    /// How the answers are printed
    #[arg(
        long,
        env = "KVS_FORMAT",
        hide_env = true,
        value_enum,
        default_value = "terminal",
        value_name = "FORMAT"
    )]
    format: Format,
    #[command(flatten)]
    pub(super) running: RunningArgs,
}

/// `--format`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A sentence and the evidence
    Terminal,
    /// One JSON document
    Json,
}

impl PlanArgs {
    /// The text of a plan on the spot.
    fn plan(&self) -> Option<String> {
        if self.vary.is_empty() {
            return None;
        }
        let axes = self.vary.iter().map(|(name, values)| {
            let values = values.trim();
            // `a, b` is a list, `a .. b` a range.
            let is_list = !values.starts_with('[') && !values.contains("..");
            if is_list {
                format!("  vary {name} in [{values}]\n")
            } else {
                format!("  vary {name} in {values}\n")
            }
        });
        let axes: String = axes.collect();
        let objective = match (&self.minimize, &self.maximize) {
            (Some(name), _) => format!("minimize {name}"),
            (None, Some(name)) => format!("maximize {name}"),
            (None, None) => "minimize cost_per_hour".to_owned(),
        };
        Some(format!("\nplan \"{AD_HOC}\" {{\n{axes}  {objective}\n}}\n"))
    }
}

/// What a plan of the command line is called.
const AD_HOC: &str = "of the command line";

/// Solves the plans of a file.
#[expect(clippy::disallowed_methods, reason = "the command says how long it took; no result depends on it")]
pub(super) fn run(arguments: &PlanArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    let begun = Instant::now();
    let host = super::host(global.allow_outside, output)?;
    let plan = arguments.plan();
    let loaded = load_with_plan(&host, &arguments.file, plan.as_deref(), &arguments.running, output);
    let Loaded { suites, exit, .. } = &loaded;
    let [suite] = suites.as_slice() else {
        return Ok(*exit);
    };
    let only = arguments.only.as_deref().or(plan.is_some().then_some(AD_HOC));
    let chosen: Selected = (0..suite.cases.len())
        .filter(|case| suite.plan(*case).is_some_and(|plan| only.is_none_or(|only| plan.plan.name == only)))
        .map(|case| (0, case))
        .collect();
    if chosen.is_empty() {
        not_found(suite, only, output);
        return Err(Exit::NOTHING_SELECTED);
    }
    let groups = select_groups(suites, &chosen, &arguments.running, None);
    let printer = Printer { output, format: arguments.format, state: Mutex::default(), begun };
    let options = Options {
        n_threads: arguments.running.n_threads(),
        fail_fast: false,
        golden: GoldenMode::Off,
        stepping: arguments.running.engine.into(),
        explain: true,
        overrides: &arguments.running.settings,
        stop: interrupt::heed(),
    };
    check::run(&host, suites, &groups, &options, &NoRecorder, &printer);
    let state = printer.state.into_inner().expect("no panic while the lock is held");
    match arguments.format {
        Format::Terminal => {
            output.result(&summary_line(&state.tally, 0, None, begun.elapsed().as_secs_f64()));
        }
        Format::Json => {
            let document = serde_json::json!({ "kvs": env!("CARGO_PKG_VERSION"), "plans": state.reports });
            let text = serde_json::to_string_pretty(&document).expect("reports are plain data");
            output.result(&format!("{text}\n"));
        }
    }
    Ok(exit.and(state.exit))
}

fn not_found(suite: &Suite, only: Option<&str>, output: &Output) {
    let names: Vec<String> = suite.plans.iter().map(|plan| format!("`{}`", plan.plan.name)).collect();
    let (message, help) = match only {
        Some(only) if !names.is_empty() => {
            (format!("`{}` has no plan `{only}`", suite.name), format!("its plans: {}", names.join(", ")))
        }
        _ => (
            format!("`{}` has no plan", suite.name),
            "write one: `plan \"cheapest\" { vary n in 1 .. 16; minimize cost_per_hour }`, or try `--vary n='1 .. 16'`"
                .to_owned(),
        ),
    };
    output.error(&message, Some(&help));
}

/// Prints each plan when it is solved.
struct Printer<'a> {
    output: &'a Output,
    format: Format,
    state: Mutex<State>,
    begun: Instant,
}

#[derive(Default)]
struct State {
    tally: Tally,
    exit: Exit,
    printed: Printed,
    reports: Vec<PlanReport>,
}

impl Listener for Printer<'_> {
    fn interrupted(&self, n_left: usize) {
        let state = self.state.lock().expect("no panic while the lock is held");
        self.output.result(&summary_line(&state.tally, 0, Some(n_left), self.begun.elapsed().as_secs_f64()));
        interrupt::exit(self.output)
    }

    fn finished(&self, suite: &Suite, result: CaseResult) {
        let mut state = self.state.lock().expect("no panic while the lock is held");
        if let Some(report) = &result.plan {
            match self.format {
                Format::Terminal => {
                    let head = format!("{STRONG}{}{STRONG:#}", one_line(&result.id));
                    self.output.result(&format!("{head}\n\n{}\n", plan_text(report)));
                }
                Format::Json => state.reports.push((**report).clone()),
            }
        }
        print_failures(self.output, suite, &result, &mut state.printed);
        state.tally.add(&result.ending);
        state.exit = state.exit.and(Exit::of(&result.ending));
    }
}
