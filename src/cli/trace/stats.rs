//! `kvs trace stats`: the figures of a trace.

use clap::Args;
use clap::builder::BoolishValueParser;

use super::super::CommandResult;
use super::super::arguments::{GlobalArgs, Plots};
use super::super::exit::Exit;
use super::super::output::Output;
use super::file::{FileArgs, Trace, bad_row};
use crate::report::trace::{self as report, About};
use crate::trace::stats::measure;

/// Arguments of `kvs trace stats`.
#[derive(Args)]
pub(in crate::cli) struct StatsArgs {
    #[command(flatten)]
    file: FileArgs,
    /// Print JSON
    #[arg(long, env = "KVS_JSON", hide_env = true, value_parser = BoolishValueParser::new())]
    json: bool,
    /// When to draw the rate over time and histograms of the lengths; `auto` draws on a terminal
    #[arg(long, value_enum, default_value_t = Plots::Auto, env = "KVS_PLOTS", hide_env = true, value_name = "WHEN")]
    plots: Plots,
}

pub(super) fn run(arguments: &StatsArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    let trace = Trace::open(&arguments.file, global.allow_outside, output)?;
    let stats = measure(&|| trace.requests()).map_err(|error| bad_row(&error, output))?;
    let about =
        About { file: &trace.shown, format: trace.format(), guessed: trace.guessed, survey: &trace.survey };
    let plots = arguments.plots.wanted();
    let text =
        if arguments.json { report::json(&about, &stats) } else { report::text(&about, &stats, plots) };
    output.result(&text);
    Ok(Exit::PASSED)
}
