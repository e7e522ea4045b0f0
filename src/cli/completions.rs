//! `kvs completions SHELL`: shell completions.

use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};

use super::exit::Exit;
use super::output::Output;

/// Arguments of `kvs completions`.
#[derive(Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Prints the script.
pub(super) fn run(arguments: &CompletionsArgs, output: &Output) -> Exit {
    let mut script = Vec::new();
    generate(arguments.shell, &mut super::Cli::command(), "kvs", &mut script);
    output.result(&String::from_utf8_lossy(&script));
    Exit::PASSED
}
