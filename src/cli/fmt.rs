//! `kvs fmt`: formats scenarios; `--check` only lists those that are not formatted.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::BoolishValueParser;

use super::CommandResult;
use super::arguments::GlobalArgs;
use super::exit::Exit;
use super::output::Output;
use crate::check::discover;
use crate::host::{Host, MAX_SCENARIO_BYTES, write_atomically};
use crate::report::one_line;
use crate::source::Sources;
use crate::syntax::{Refused, format};

/// Arguments of `kvs fmt`.
#[derive(Args)]
pub(super) struct FmtArgs {
    /// Files and folders; `-` formats stdin to stdout [default: scenarios/ if it exists, otherwise the current folder]
    #[arg(value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// Write nothing; list the files that are not formatted and exit with 1
    #[arg(long, env = "KVS_CHECK", hide_env = true, value_parser = BoolishValueParser::new())]
    check: bool,
}

/// Formats every file; those with mistakes are reported and left as they are.
pub(super) fn run(arguments: &FmtArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    if arguments.paths.iter().any(|path| path == Path::new("-")) {
        if arguments.paths.len() > 1 {
            output.error("expected `-` alone, found other paths with it", None);
            return Err(Exit::USAGE);
        }
        return Ok(from_stdin(arguments, output));
    }
    let host = super::host(global.allow_outside, output)?;
    let discovered = discover(&host, &arguments.paths);
    let mut exit = Exit::PASSED;
    for problem in &discovered.problems {
        output.problem(problem);
        exit = exit.and(Exit::IO);
    }
    if discovered.files.is_empty() && exit == Exit::PASSED {
        output.error("no `.kvs` file in the paths given", None);
        return Err(Exit::NOTHING_SELECTED);
    }
    for file in &discovered.files {
        exit = exit.and(format_file(file, arguments.check, &host, output));
    }
    Ok(exit)
}

fn from_stdin(arguments: &FmtArgs, output: &Output) -> Exit {
    let mut bytes = Vec::new();
    if let Err(error) = std::io::stdin().take(MAX_SCENARIO_BYTES + 1).read_to_end(&mut bytes) {
        output.error(&format!("stdin: {error}"), None);
        return Exit::IO;
    }
    let Ok(text) = String::from_utf8(bytes) else {
        output.error("stdin is not UTF-8", None);
        return Exit::IO;
    };
    match formatted("<stdin>", &text, output) {
        Ok(new) if arguments.check => {
            if new == text {
                return Exit::PASSED;
            }
            output.error("stdin is not formatted", Some("see the result without `--check`"));
            Exit::FAILED
        }
        Ok(new) => {
            output.result(&new);
            Exit::PASSED
        }
        Err(exit) => exit,
    }
}

fn format_file(file: &Path, check: bool, host: &Host, output: &Output) -> Exit {
    let text = match host.root_of(file).and_then(|root| host.read_scenario(&root, file)) {
        Ok(text) => text,
        Err(problem) => {
            output.problem(&problem);
            return Exit::IO;
        }
    };
    let name = file.display().to_string();
    let new = match formatted(&name, &text, output) {
        Ok(new) if new == text => return Exit::PASSED,
        Ok(new) => new,
        Err(exit) => return exit,
    };
    output.result(&format!("{}\n", one_line(&name)));
    if check {
        return Exit::FAILED;
    }
    match write_atomically(&host.absolute(file), new.as_bytes()) {
        Ok(()) => Exit::PASSED,
        Err(problem) => {
            output.problem(&problem);
            Exit::IO
        }
    }
}

/// The formatted text; mistakes have been printed.
fn formatted(name: &str, text: &str, output: &Output) -> Result<String, Exit> {
    let mut sources = Sources::default();
    match format(name, text, &mut sources) {
        Ok(new) => Ok(new),
        Err(Refused::Mistakes(diagnostics)) => {
            output.diagnostics(&diagnostics, &sources);
            Err(Exit::WRONG_SCENARIO)
        }
        Err(Refused::Changed { what }) => {
            output.crash(&format!("{name} is left as it is"), &format!("its {what} would have changed"));
            Err(Exit::BUG)
        }
    }
}
