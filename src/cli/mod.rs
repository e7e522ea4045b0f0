//! The command line: the only module that prints and exits.
//!
//! One file a subcommand. Results go to stdout, diagnostics and progress to stderr ([`output`]); the exit codes
//! are in [`exit`].

mod arguments;
mod check;
mod completions;
mod diff;
mod difference;
mod exit;
mod explain;
mod fmt;
mod import;
mod interrupt;
mod list;
mod live;
mod merge;
mod new;
mod output;
mod plan;
mod progress;
mod project;
mod record;
mod reports;
mod review;
mod run;
mod suite;
mod sweep;
mod trace;
mod watch;

use std::process::ExitCode;
use std::time::Instant;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::check::{catch, install_crash_hook};
use crate::host::Host;
use arguments::{GlobalArgs, RunningArgs};
use exit::Exit;
use output::Output;
use progress::interrupted_line;
use reports::ReportArgs;
use review::Decision;

/// Capacity tests for LLM serving: describe a cluster, its traffic and what must hold, and check it.
#[derive(Parser)]
#[command(name = "kvs", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: GlobalArgs,
}

impl Cli {
    /// What was typed, without the settings of a project.
    fn typed(mut command: clap::Command) -> Result<Cli, clap::Error> {
        let matches = command.try_get_matches_from_mut(std::env::args_os())?;
        Cli::of(&matches, &mut command)
    }

    /// What was typed, read by a command line that has the defaults of a project.
    fn read(mut command: clap::Command) -> Result<Cli, clap::Error> {
        let matches = command.try_get_matches_from_mut(std::env::args_os())?;
        let cli = Cli::of(&matches, &mut command)?;
        if cli.gates_nothing(&matches) {
            let message = "`--gate` needs something to compare with: `--baseline <REV|DIR>`";
            return Err(Cli::command().error(ErrorKind::MissingRequiredArgument, message));
        }
        Ok(cli)
    }

    fn of(matches: &ArgMatches, command: &mut clap::Command) -> Result<Cli, clap::Error> {
        Cli::from_arg_matches(matches).map_err(|error| error.format(command)).and_then(Cli::checked)
    }

    /// Whether a gate is typed without a baseline: a job that lost its baseline would stay green. Gates of the environment
    /// and of a project are there for every command, and apply to those that compare.
    fn gates_nothing(&self, matches: &ArgMatches) -> bool {
        let Command::Check(arguments) = &self.command else { return false };
        let typed = matches.subcommand().and_then(|(_, matches)| matches.value_source("gates"));
        arguments.baseline.is_none() && typed == Some(ValueSource::CommandLine)
    }

    /// Whether the command depends on a project; what kvs says about itself is the same everywhere.
    fn reads_project(&self) -> bool {
        !matches!(self.command, Command::List(_) | Command::Explain(_) | Command::Completions(_))
    }

    /// Whether the command runs cases, and Ctrl-C ends it with a report of those that are finished.
    fn runs_cases(&self) -> bool {
        match self.command {
            Command::Check(_)
            | Command::Run(_)
            | Command::Sweep(_)
            | Command::Plan(_)
            | Command::Diff(_)
            | Command::Watch(_) => true,
            Command::New(_)
            | Command::Fmt(_)
            | Command::Review(_)
            | Command::Accept(_)
            | Command::Reject(_)
            | Command::Pending(_)
            | Command::Merge(_)
            | Command::Import(_)
            | Command::Trace(_)
            | Command::List(_)
            | Command::Explain(_)
            | Command::Completions(_) => false,
        }
    }

    /// What clap cannot check by itself.
    fn checked(self) -> Result<Cli, clap::Error> {
        match self.conflict() {
            Some(message) => Err(Cli::command().error(ErrorKind::ArgumentConflict, message)),
            None => Ok(self),
        }
    }

    /// Two arguments of which one would be lost.
    fn conflict(&self) -> Option<String> {
        let (running, reports) = match &self.command {
            Command::Check(arguments) => (Some(&arguments.running), Some(&arguments.reports)),
            Command::Run(arguments) => (Some(&arguments.running), None),
            Command::Sweep(arguments) => (Some(&arguments.running), None),
            Command::Plan(arguments) => (Some(&arguments.running), None),
            Command::Diff(arguments) => (Some(&arguments.running), None),
            Command::Watch(arguments) => (Some(&arguments.running), None),
            Command::Merge(arguments) => (None, Some(&arguments.reports)),
            Command::New(_)
            | Command::Completions(_)
            | Command::Fmt(_)
            | Command::Review(_)
            | Command::Accept(_)
            | Command::Reject(_)
            | Command::Pending(_)
            | Command::Import(_)
            | Command::Trace(_)
            | Command::List(_)
            | Command::Explain(_) => (None, None),
        };
        if let Some(name) = running.and_then(RunningArgs::set_twice) {
            return Some(format!("`--set` gives `{name}` two values"));
        }
        if let Some(path) = reports.and_then(ReportArgs::written_twice) {
            return Some(format!(
                "two reports would be written to `{path}`; give each `--report` its own path"
            ));
        }
        if let Command::Sweep(arguments) = &self.command
            && let Some(conflict) = arguments.conflict()
        {
            return Some(conflict);
        }
        // Conflicts are between what is typed, and settings may come from a profile.
        self.updates_with_settings().then(|| {
            "`--update` stores the numbers of files as written, and the profile sets parameters".to_owned()
        })
    }

    fn updates_with_settings(&self) -> bool {
        matches!(&self.command, Command::Check(arguments) if arguments.updates_with_settings())
    }
}

const AFTER_HELP: &str = "\
Exit codes: 0 success, 1 an expectation or a snapshot failed, 2 usage error, 3 invalid scenario,
4 nothing selected, 5 a file could not be read or written, 70 a bug in kvs, 130 interrupted.
Every flag can be set in the environment: --error-format is KVS_ERROR_FORMAT.";

#[derive(Subcommand)]
enum Command {
    /// Run scenarios, evaluate their expectations and compare their snapshots
    Check(check::CheckArgs),
    /// Run one file and show its metrics
    Run(run::RunArgs),
    /// Run all cases of a file and compare them in one table
    Sweep(sweep::SweepArgs),
    /// Solve the plans of a file and show what their answers rest on
    Plan(plan::PlanArgs),
    /// Check again on every save, and show how values changed
    Watch(watch::WatchArgs),
    /// Create a scenario to start from, its snapshot and a CI workflow
    New(new::NewArgs),
    /// Format scenarios: indentation, columns, spaces
    Fmt(fmt::FmtArgs),
    /// Review pending snapshots one by one, and accept or reject each
    Review(review::PendingArgs),
    /// Accept pending snapshots as the new baseline
    Accept(review::PendingArgs),
    /// Reject and remove pending snapshots
    Reject(review::PendingArgs),
    /// List pending snapshots
    Pending(review::ListArgs),
    /// Compare two results, or the scenarios of two git revisions, metric by metric
    Diff(diff::DiffArgs),
    /// Merge the JSON reports of the partitions of a suite
    Merge(merge::MergeArgs),
    /// Convert the original simulator's config and trace into a scenario
    Import(import::ImportArgs),
    /// Measure recorded traffic, or fit a workload to it
    #[command(subcommand)]
    Trace(trace::TraceCommand),
    /// List the names a scenario can use
    List(list::ListArgs),
    /// Explain a diagnostic code, or any name of the language
    Explain(explain::ExplainArgs),
    /// Generate shell completions
    Completions(completions::CompletionsArgs),
}

/// Reads the arguments, does what they say, and gives the exit code.
#[must_use]
pub fn run() -> ExitCode {
    let typed = match Cli::typed(Cli::command()) {
        Ok(cli) => cli,
        Err(error) => return print_message(&error).into(),
    };
    install_crash_hook();
    let output = Output::new(&typed.global);
    if typed.runs_cases() {
        interrupt::install(&output);
    }
    if !typed.reads_project() {
        return run_command(&typed, &output).into();
    }
    // What was typed chooses the profile, and is then read again with what the profile says.
    let profile = typed.global.profile.as_deref();
    match project::with_defaults(Cli::command(), profile, &output).map(Cli::read) {
        Ok(Ok(cli)) => run_command(&cli, &Output::new(&cli.global)),
        Ok(Err(error)) => print_message(&error),
        Err(exit) => output.close(exit),
    }
    .into()
}

/// Prints what clap has to say instead of running anything.
fn print_message(error: &clap::Error) -> Exit {
    // Help and version are not errors; neither is a closed pipe after them.
    let _ = error.print();
    if error.use_stderr() { Exit::USAGE } else { Exit::PASSED }
}

#[expect(clippy::disallowed_methods, reason = "the command says how long it took; no result depends on it")]
fn run_command(cli: &Cli, output: &Output) -> Exit {
    let begun = Instant::now();
    let work = || dispatch(cli, output);
    let guarded = || match cli.runs_cases() {
        true => interrupt::guard(output, || interrupted_line(begun.elapsed()), work),
        false => work(),
    };
    let exit = catch(guarded).unwrap_or_else(|crash| {
        output.crash("kvs stopped", &crash);
        Exit::BUG
    });
    output.close(exit)
}

fn dispatch(cli: &Cli, output: &Output) -> Exit {
    let global = &cli.global;
    let ended: CommandResult = match &cli.command {
        Command::Check(arguments) => check::run(arguments, global, output),
        Command::Run(arguments) => run::run(arguments, global, output),
        Command::Sweep(arguments) => sweep::run(arguments, global, output),
        Command::Plan(arguments) => plan::run(arguments, global, output),
        Command::Watch(arguments) => watch::run(arguments, global, output),
        Command::New(arguments) => new::run(arguments, global, output),
        Command::Completions(arguments) => Ok(completions::run(arguments, output)),
        Command::Fmt(arguments) => fmt::run(arguments, global, output),
        Command::Review(arguments) => review::review(arguments, global, output),
        Command::Accept(arguments) => review::decide(arguments, Decision::Accept, global, output),
        Command::Reject(arguments) => review::decide(arguments, Decision::Reject, global, output),
        Command::Pending(arguments) => review::list(arguments, global, output),
        Command::Diff(arguments) => diff::run(arguments, global, output),
        Command::Merge(arguments) => merge::run(arguments, output),
        Command::Import(arguments) => import::run(arguments, global, output),
        Command::Trace(command) => trace::run(command, global, output),
        Command::List(arguments) => Ok(list::run(arguments, output)),
        Command::Explain(arguments) => Ok(explain::run(arguments, output)),
    };
    ended.unwrap_or_else(|exit| exit)
}

/// How a command ended: at its end, or early as the error, which has been printed.
type CommandResult = Result<Exit, Exit>;

/// Files on disk, seen from the current folder.
fn host(allow_outside: bool, output: &Output) -> Result<Host, Exit> {
    Host::disk(allow_outside).map_err(|error| {
        output.error(&format!("the current folder: {error}"), None);
        Exit::IO
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
