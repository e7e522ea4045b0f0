//! The settings of a project as what flags say when they are not given.
//!
//! Invariant: the command line is the one that the flags define; a setting takes the place of a default, so that a
//! flag and its variable win by the rules they win by anyway.

use std::path::Path;

use clap::Command;

use super::{Project, Setting, Wrong};
use crate::cli::exit::Exit;
use crate::cli::output::Output;

/// The command line with the defaults and the profile of the project that the current folder is in.
pub(in crate::cli) fn with_defaults(
    cli: Command,
    profile: Option<&str>,
    output: &Output,
) -> Result<Command, Exit> {
    let here = Path::new(".");
    let host = crate::cli::host(false, output)?;
    let root = host.root_of(here).map_err(|problem| {
        output.problem(&problem);
        Exit::IO
    })?;
    let project = Project::of(&host, &root).map_err(|wrong| wrong.print(output))?;
    let settings = project.settings(profile).map_err(|(message, help)| {
        output.error(&message, Some(&help));
        Exit::USAGE
    })?;
    Ok(settings.iter().fold(cli, set))
}

fn set(cli: Command, setting: &Setting) -> Command {
    match &setting.command {
        Some(name) => cli.mut_subcommand(name, |command| set_below(command, setting)),
        None => set_below(cli, setting),
    }
}

/// Sets the flag of a command and of those below it.
fn set_below(command: Command, setting: &Setting) -> Command {
    let command = command.mut_args(|argument| {
        if argument.get_long() == Some(&setting.flag) {
            argument.default_values(setting.values.iter().cloned())
        } else {
            argument
        }
    });
    command.mut_subcommands(|below| set_below(below, setting))
}

impl Wrong {
    /// Says what is wrong, and what that is worth.
    pub(in crate::cli) fn print(&self, output: &Output) -> Exit {
        match self {
            Wrong::Unreadable(problem) => {
                output.problem(problem);
                Exit::IO
            }
            Wrong::Mistaken(diagnostics, sources) => {
                output.diagnostics(diagnostics, sources);
                Exit::WRONG_SCENARIO
            }
        }
    }

    /// What is wrong, a sentence each.
    pub(in crate::cli) fn sentences(&self) -> Vec<String> {
        match self {
            Wrong::Unreadable(problem) => vec![problem.to_string()],
            Wrong::Mistaken(diagnostics, sources) => {
                let sentence = |diagnostic: &crate::diagnostics::Diagnostic| {
                    let (line, _) = sources.line_column(diagnostic.span());
                    let file = &sources.get(diagnostic.span().source).name;
                    format!("`{file}:{line}`: {}", diagnostic.message)
                };
                diagnostics.iter().map(sentence).collect()
            }
        }
    }
}
