//! The command line: the only module that prints and exits.

use std::process::ExitCode;

/// Reads the arguments, does what they say, and gives the exit code.
#[must_use]
pub fn run() -> ExitCode {
    ExitCode::SUCCESS
}
