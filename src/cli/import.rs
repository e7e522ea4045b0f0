//! `kvs import`: the original simulator's config and trace as a scenario on stdout.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::CommandResult;
use super::arguments::GlobalArgs;
use super::exit::Exit;
use super::output::Output;
use crate::host::display;
use crate::import::{Timing, import};
use crate::source::{SourceId, Sources};

/// Arguments of `kvs import`.
#[derive(Args)]
pub(super) struct ImportArgs {
    /// The original's config file
    #[arg(long, value_name = "FILE", env = "KVS_CONFIG")]
    config: PathBuf,
    /// The original's trace file
    #[arg(long, value_name = "FILE", env = "KVS_TRACE")]
    trace: PathBuf,
    /// How work is timed: by sharing a GPU's rates, or by the original's rule
    #[arg(long, value_enum, default_value_t = TimingArg::Shared, env = "KVS_TIMING")]
    timing: TimingArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TimingArg {
    Shared,
    Fixed,
}

/// Prints the scenario; lines that were not understood are reported, and mistakes leave nothing printed.
pub(super) fn run(arguments: &ImportArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    let host = super::host(global.allow_outside, output)?;
    let mut sources = Sources::default();
    let mut open = |path: &Path| {
        let read = || host.read_scenario(&host.root_of(path)?, path);
        let text = read().map_err(|problem| {
            output.problem(&problem);
            Exit::IO
        })?;
        Ok::<SourceId, Exit>(sources.add(display(path), text))
    };
    let (config, trace) = (open(&arguments.config)?, open(&arguments.trace)?);
    let timing = match arguments.timing {
        TimingArg::Shared => Timing::Shared,
        TimingArg::Fixed => Timing::Fixed,
    };
    let imported = import(config, trace, &sources, timing);
    output.diagnostics(&imported.diagnostics, &sources);
    match imported.text {
        Some(text) => {
            output.result(&text);
            Ok(Exit::PASSED)
        }
        None => Err(Exit::WRONG_SCENARIO),
    }
}
