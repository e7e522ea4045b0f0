//! `kvs trace`: what a recorded trace is like, and a workload that is like it.

mod file;
mod fit;
mod stats;

use clap::Subcommand;

use super::CommandResult;
use super::arguments::GlobalArgs;
use super::output::Output;

/// What to do with a trace.
#[derive(Subcommand)]
pub(super) enum TraceCommand {
    /// Measure a trace: rates, burstiness, lengths, prefix reuse
    Stats(stats::StatsArgs),
    /// Fit a workload to a trace, and compare the two
    Fit(fit::FitArgs),
}

pub(super) fn run(command: &TraceCommand, global: &GlobalArgs, output: &Output) -> CommandResult {
    match command {
        TraceCommand::Stats(arguments) => stats::run(arguments, global, output),
        TraceCommand::Fit(arguments) => fit::run(arguments, global, output),
    }
}
