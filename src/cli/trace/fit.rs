//! `kvs trace fit`: a workload that is like a trace, on stdout or in a file.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::BoolishValueParser;

use super::super::CommandResult;
use super::super::arguments::GlobalArgs;
use super::super::exit::Exit;
use super::super::output::Output;
use super::file::{FileArgs, Trace, bad_row, compiled};
use crate::host::{display, write_atomically};
use crate::trace::fit::{self, FitError};

/// Arguments of `kvs trace fit`.
#[derive(Args)]
pub(in crate::cli) struct FitArgs {
    #[command(flatten)]
    file: FileArgs,
    /// Write the workload to this file, and pairs of lengths beside it if they depend on each other
    #[arg(long, env = "KVS_OUT", hide_env = true, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite existing files
    #[arg(long, requires = "out", env = "KVS_FORCE", hide_env = true, value_parser = BoolishValueParser::new())]
    force: bool,
}

pub(super) fn run(arguments: &FitArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    let out = arguments.out.as_deref().map(Out::of);
    if let Some(out) = &out
        && !arguments.force
        && let Some(taken) = [&out.block, &out.pairs].into_iter().find(|path| path.exists())
    {
        output.error(
            &format!("`{}` already exists", display(taken)),
            Some("choose another name for `--out`, or overwrite it with `--force`"),
        );
        return Err(Exit::IO);
    }
    let trace = Trace::open(&arguments.file, global.allow_outside, output)?;
    let compile = |text: &str| {
        compiled(text).map_err(|(mistakes, _)| {
            let messages = mistakes.into_iter().map(|mistake| mistake.message);
            messages.collect::<Vec<_>>().join("; ")
        })
    };
    let fit = match fit::fit(&|| trace.requests(), &compile, out.is_some()) {
        Ok(fit) => fit,
        Err(FitError::Traffic(error)) => return Err(bad_row(&error, output)),
        Err(FitError::NoSpan { requests }) => {
            output.error(
                &format!("`{}`: expected requests at different times, found {requests} at one", trace.shown),
                Some("give a trace, or a `--slice` of it, with two arrivals or more"),
            );
            return Err(Exit::WRONG_SCENARIO);
        }
        Err(FitError::OutOfRange(why)) => {
            output.error(
                &format!("`{}`: no workload can be like this trace: {why}", trace.shown),
                Some("give a part of it with `--slice`, or replay it as it is with `trace … from`"),
            );
            return Err(Exit::WRONG_SCENARIO);
        }
    };
    if let Some(off) = fit.requests_off() {
        let more = if off > 0.0 { "more" } else { "fewer" };
        output.progress(&format!(
            "note: the fit draws {:.0}% {more} requests than recorded",
            off.abs() * 100.0
        ));
    }
    let from = trace.described();
    match &out {
        None => output.result(&fit::block(&fit, &from, "")),
        Some(out) => {
            out.write(&fit, &from, output)?;
            output.result(&fit::comparison(&fit));
        }
    }
    Ok(Exit::PASSED)
}

/// The files that are written.
struct Out {
    block: PathBuf,
    /// `w.pairs.csv` beside `w.kvs`.
    pairs: PathBuf,
}

impl Out {
    fn of(block: &Path) -> Out {
        Out { block: block.to_path_buf(), pairs: block.with_extension("pairs.csv") }
    }

    /// Pairs first, so that there is never a workload without them.
    fn write(&self, fit: &fit::Fit, from: &str, output: &Output) -> Result<(), Exit> {
        let failed = |problem| {
            output.problem(&problem);
            Exit::IO
        };
        if let Some(pairs) = fit.pairs() {
            write_atomically(&self.pairs, pairs.as_bytes()).map_err(failed)?;
            output.progress(&format!("written to {}", display(&self.pairs)));
        }
        let name = self.pairs.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let name = name.replace('\\', "\\\\").replace('"', "\\\"");
        write_atomically(&self.block, fit::block(fit, from, &name).as_bytes()).map_err(failed)?;
        output.progress(&format!("written to {}", display(&self.block)));
        Ok(())
    }
}
