//! `kvs merge`: the results of several partitions as those of the whole.

use std::path::{Path, PathBuf};

use clap::Args;

use super::CommandResult;
use super::exit::Exit;
use super::output::Output;
use super::reports::{ReportArgs, annotate_actions};
use crate::host::HostError;
use crate::report::{Pictures, Results, read_results, suite_format};

/// Arguments of `kvs merge`.
#[derive(Args)]
pub(super) struct MergeArgs {
    /// Files from `kvs check --report json=FILE`, one per partition
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) reports: ReportArgs,
}

/// Joins the files: as JSON on stdout, or as the reports asked for.
pub(super) fn run(arguments: &MergeArgs, output: &Output) -> CommandResult {
    let mut shares = Vec::new();
    for file in &arguments.files {
        match read(file) {
            Ok(results) => shares.push(results),
            Err(problem) => {
                output.problem(&problem);
                return Err(Exit::IO);
            }
        }
    }
    let results = match Results::join(shares) {
        Ok(results) => results,
        Err(twice) => {
            output.error(
                &format!("`{twice}` is in two of the files"),
                Some("merge the partitions of one check, such as `--partition hash:1/2` and `hash:2/2`"),
            );
            return Err(Exit::USAGE);
        }
    };
    if arguments.reports.reports.is_empty() {
        let json = suite_format("json").expect("the format is listed");
        let mut bytes = Vec::new();
        (json.write)(&results, &Pictures::default(), &mut bytes).expect("memory takes all that is written");
        output.result(&String::from_utf8(bytes).expect("JSON is text"));
        return Ok(Exit::PASSED);
    }
    if arguments.reports.takes_stdout() {
        output.keep_stdout_for_a_document();
    }
    annotate_actions(&results, "", output);
    output.progress(&results.sentence());
    Ok(arguments.reports.write(&results, &Pictures::default(), output))
}

/// Results of a file.
pub(super) fn read(file: &Path) -> Result<Results, HostError> {
    let text = std::fs::read_to_string(file).map_err(|error| HostError::io(file, error))?;
    read_results(&text)
        .map_err(|why| HostError::io(file, std::io::Error::new(std::io::ErrorKind::InvalidData, why)))
}
