//! A trace named on the command line: opened, its format guessed, its settings read as the language has them.
//!
//! `--format` and `--slice` take what follows these words in a scenario. They are put into one and compiled, so that
//! names, units and ranges are checked, and mistakes explained, as everywhere.

use std::io::{self, BufRead, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::exit::Exit;
use super::super::output::Output;
use crate::analysis::analyse;
use crate::diagnostics::{Diagnostic, Severity};
use crate::host::{Host, Kind, Root, display};
use crate::model::{Scenario, TraceFile, WorkloadSource};
use crate::source::Sources;
use crate::trace::guess::{ENOUGH_BYTES, guess};
use crate::workload::formats::{self, Survey, survey};
use crate::workload::{Traffic, TrafficError};

/// Arguments of every subcommand of `kvs trace`.
#[derive(Args)]
pub(super) struct FileArgs {
    /// The trace file
    file: PathBuf,
    /// Its format, as after `format` in a scenario [default: guessed from the content]
    #[arg(long, value_name = "FORMAT", env = "KVS_FORMAT", hide_env = true)]
    format: Option<String>,
    /// Use only this range of time, as in --slice '5 min .. 25 min'
    #[arg(long, value_name = "RANGE", env = "KVS_SLICE", hide_env = true)]
    slice: Option<String>,
}

/// A trace that can be read.
pub(super) struct Trace {
    host: Host,
    root: Root,
    path: PathBuf,
    /// A scenario of nothing but this trace.
    scenario: Scenario,
    /// As typed.
    pub(super) shown: String,
    /// Whether the format was guessed.
    pub(super) guessed: bool,
    /// What became of the rows.
    pub(super) survey: Survey,
}

impl Trace {
    /// Opens, guesses, checks every row; what goes wrong is printed.
    pub(super) fn open(arguments: &FileArgs, allow_outside: bool, output: &Output) -> Result<Trace, Exit> {
        let path = arguments.file.clone();
        let shown = display(&path);
        let host = super::super::host(allow_outside, output)?;
        let kind = host.kind(&path).map_err(|problem| unreadable(&problem, output))?;
        if kind == Kind::Folder {
            output.error(
                &format!("expected a file, found the folder `{shown}`"),
                Some("give the trace itself"),
            );
            return Err(Exit::USAGE);
        }
        let root = host.root_of(&path).map_err(|problem| unreadable(&problem, output))?;
        let (format, guessed) = match &arguments.format {
            Some(format) => (format.clone(), false),
            None => (guessed(&host, &root, &path, output)?.to_owned(), true),
        };
        let scenario = replaying(&shown, &format, arguments.slice.as_deref(), output)?;
        let open = |_: &str| host.open(&root, &path).map_err(io::Error::from);
        let survey = survey(trace_of(&scenario), &open).map_err(|error| bad_row(&error, output))?;
        Ok(Trace { root, path, scenario, shown, guessed, survey, host })
    }

    /// The format's name.
    pub(super) fn format(&self) -> &str {
        &trace_of(&self.scenario).format.name
    }

    /// What it is, in a comment: the file, its format and how much of it.
    pub(super) fn described(&self) -> String {
        let Survey { rows_read, rows_used, .. } = self.survey;
        let part = if rows_used == rows_read { String::new() } else { format!("{rows_used} of ") };
        // A comment ends with its line.
        let file = self.shown.replace(['\n', '\r'], " ");
        format!("{file} ({}, {part}{rows_read} rows)", self.format())
    }

    /// Begins a pass over its requests.
    pub(super) fn requests(&self) -> Result<Traffic, TrafficError> {
        let open = |_: &str| self.host.open(&self.root, &self.path).map_err(io::Error::from);
        Traffic::new(&self.scenario, 0, &open)
    }
}

/// Prints what is wrong with a row, or with the trace as a whole.
pub(super) fn bad_row(error: &TrafficError, output: &Output) -> Exit {
    let TrafficError { path, line, column, message, unreadable } = error;
    let place = [line, column].into_iter().flatten().map(|number| format!(":{number}")).collect::<String>();
    let help = if *unreadable {
        "check that the file is there, is a whole file and may be read"
    } else if line.is_none() {
        "give a file with rows, another `--slice`, or another `--format`: see `kvs list formats`"
    } else {
        "correct the row, or give another `--format`: see `kvs list formats`"
    };
    output.error(&format!("`{path}{place}`: {message}"), Some(help));
    if *unreadable { Exit::IO } else { Exit::WRONG_SCENARIO }
}

fn unreadable(problem: &crate::host::HostError, output: &Output) -> Exit {
    output.problem(problem);
    Exit::IO
}

fn guessed(host: &Host, root: &Root, path: &Path, output: &Output) -> Result<&'static str, Exit> {
    let reader = host.open(root, path).map_err(|problem| unreadable(&problem, output))?;
    let begin = beginning(reader).map_err(|error| {
        output.error(&format!("`{}`: {error}", display(path)), None);
        Exit::IO
    })?;
    guess(&begin).ok_or_else(|| {
        let formats: Vec<String> = formats::specs().map(|spec| format!("`{}`", spec.name)).collect();
        let first = String::from_utf8_lossy(&begin).lines().next().unwrap_or_default().to_owned();
        let first: String = first.chars().filter(|character| !character.is_control()).take(60).collect();
        let found = if begin.is_empty() {
            "an empty file".to_owned()
        } else {
            format!("none that is known: `{first}`")
        };
        output.error(
            &format!("`{}`: expected the beginning of a trace format, found {found}", display(path)),
            Some(&format!("name it with `--format`, one of {}", formats.join(", "))),
        );
        Exit::WRONG_SCENARIO
    })
}

fn beginning(reader: Box<dyn BufRead + Send>) -> io::Result<Vec<u8>> {
    let mut begin = Vec::new();
    formats::plain(reader)?.take(ENOUGH_BYTES as u64).read_to_end(&mut begin)?;
    Ok(begin)
}

/// What a scenario needs beside a workload.
const CLUSTER: &str = "
gpu any { vram 80 GB; prefill 1000 tok/s; decode 100 tok/s }
model any { kv_bytes_per_token 1 KB }
cluster { serves any; gpus any x 1 }
";

/// A scenario that replays a trace with these settings; their mistakes are printed.
fn replaying(path: &str, format: &str, slice: Option<&str>, output: &Output) -> Result<Scenario, Exit> {
    let slice = slice.map_or_else(String::new, |slice| format!("\n  slice {slice}"));
    let path = path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    let text = format!("trace recorded from \"{path}\" {{\n  format {format}{slice}\n}}\n");
    compiled(&text).map_err(|(mistakes, sources)| {
        output.diagnostics(&mistakes, &sources);
        Exit::USAGE
    })
}

/// The scenario of a text with one workload, which a cluster is added to; or its mistakes.
pub(super) fn compiled(workload: &str) -> Result<Scenario, (Vec<Diagnostic>, Sources)> {
    let mut sources = Sources::default();
    let source = sources.add("the command line", format!("{workload}{CLUSTER}"));
    let mut no_files = |_: &str, _: &str, _: &mut Sources| Err("nothing is used here".to_owned());
    let mut analysis = analyse(source, &mut sources, &mut no_files, &Vec::new());
    match analysis.cases.pop() {
        Some(case) if case.not_simulated.is_empty() => Ok(case.scenario),
        Some(case) => Err((case.not_simulated, sources)),
        None => {
            let errors = analysis.diagnostics.into_iter();
            Err((errors.filter(|diagnostic| diagnostic.severity == Severity::Error).collect(), sources))
        }
    }
}

fn trace_of(scenario: &Scenario) -> &TraceFile {
    let source = scenario.workloads.first().map(|workload| &workload.source);
    let Some(WorkloadSource::File(trace)) = source else {
        unreachable!("the scenario was made of one trace");
    };
    trace
}
