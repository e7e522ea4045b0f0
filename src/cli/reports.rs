//! `--report FORMAT=PATH`, and what GitHub Actions gets by itself.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::Exit;
use super::output::Output;
use crate::host::{HostError, display, normalise, write_atomically};
use crate::report::{Pictures, REPORTS, Results, SuiteFormat, suite_format};

/// Where results are written beside the terminal.
#[derive(Args)]
pub(super) struct ReportArgs {
    /// Write a report (junit, json, sarif, github, markdown or html), as in --report html=report.html; `-` is stdout; repeatable
    #[arg(long = "report", env = "KVS_REPORT", hide_env = true, value_name = "FORMAT=PATH", value_parser = target)]
    pub(super) reports: Vec<Target>,
}

/// One `--report`.
#[derive(Clone)]
pub(super) struct Target {
    format: &'static SuiteFormat,
    path: PathBuf,
}

impl ReportArgs {
    /// A path that two reports would be written to.
    pub(super) fn written_twice(&self) -> Option<String> {
        let paths = || self.reports.iter().map(|target| normalise(&target.path));
        let twice =
            paths().enumerate().find(|(index, path)| paths().take(*index).any(|other| other == *path));
        twice.map(|(_, path)| display(&path))
    }

    /// Whether a report goes to stdout, where nothing else may be then.
    pub(super) fn takes_stdout(&self) -> bool {
        self.reports.iter().any(Target::is_stdout)
    }

    /// Whether something draws pictures, which costs a little time in every run.
    pub(super) fn has_pictures(&self) -> bool {
        self.reports.iter().any(|target| target.format.draws)
    }

    /// Writes all; what cannot be written is printed and the others are written anyway.
    pub(super) fn write(&self, results: &Results, pictures: &Pictures, output: &Output) -> Exit {
        let mut exit = Exit::PASSED;
        for target in &self.reports {
            let mut bytes = Vec::new();
            (target.format.write)(results, pictures, &mut bytes).expect("memory takes all that is written");
            if target.is_stdout() {
                output.document(&bytes);
                continue;
            }
            let made = missing_folder(&target.path);
            match (write(&target.path, &bytes), made) {
                (Ok(()), Some(folder)) => {
                    output.progress(&format!("note: made the folder `{}`", display(folder)));
                }
                (Ok(()), None) => {}
                (Err(problem), _) => {
                    output.problem(&problem);
                    exit = Exit::IO;
                }
            }
        }
        exit
    }
}

impl Target {
    fn is_stdout(&self) -> bool {
        self.path == Path::new("-")
    }
}

/// The outermost folder on the way to a file that is not there yet.
fn missing_folder(path: &Path) -> Option<&Path> {
    let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    folders.take_while(|folder| !folder.exists()).last()
}

/// In one step, unless it goes to what is not a file, such as a pipe.
fn write(path: &Path, bytes: &[u8]) -> Result<(), HostError> {
    let is_device = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
    if is_device {
        return fs::write(path, bytes).map_err(|error| HostError::io(path, error));
    }
    write_atomically(path, bytes)
}

fn target(text: &str) -> Result<Target, String> {
    let names = || REPORTS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
    let (name, path) = text.split_once('=').filter(|(_, path)| !path.is_empty()).ok_or_else(|| {
        format!("expected a format and a path, such as `json=results.json`; formats: {}", names())
    })?;
    let format =
        suite_format(name).ok_or_else(|| format!("no format `{name}`, expected one of: {}", names()))?;
    Ok(Target { format, path: PathBuf::from(path) })
}

/// Whether this is a step of GitHub Actions.
pub(super) fn in_actions() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// Annotations and the step summary, where there is a job to annotate; `more` follows in the summary. What GitHub does
/// not take fails nothing.
pub(super) fn annotate_actions(results: &Results, more: &str, output: &Output) {
    if !in_actions() {
        return;
    }
    let text = |name: &str| {
        let mut bytes = Vec::new();
        let format = suite_format(name).expect("the format is listed");
        (format.write)(results, &Pictures::default(), &mut bytes).expect("memory takes all that is written");
        String::from_utf8(bytes).expect("the format is text")
    };
    output.annotations(&text("github"));
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return };
    let summary = format!("{}\n{more}", text("markdown"));
    let append = || OpenOptions::new().append(true).create(true).open(&path)?.write_all(summary.as_bytes());
    if let Err(error) = append() {
        let problem = HostError::io(Path::new(&path), error);
        output.progress(&format!("note: no step summary: {problem}"));
    }
}
