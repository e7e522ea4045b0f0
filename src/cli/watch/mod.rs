//! `kvs watch`: runs again what a save or a key asks for, and shows how values changed.
//!
//! Only what an edit touches runs: a file is touched when the bytes of itself, its imports, its traces or its
//! snapshots differ from those of its last run. Invariant: nothing that is written here makes anything run.

mod digests;
mod files;
mod fingerprint;
mod job;
mod keys;
mod press;
mod session;
mod signals;
mod values;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::CommandResult;
use super::arguments::{CaseFilter, GlobalArgs, RunningArgs, case_filter};
use super::exit::Exit;
use super::output::Output;
use session::Session;

/// Arguments of `kvs watch`.
#[derive(Args)]
pub(super) struct WatchArgs {
    /// Files, and folders to search for *.kvs [default: scenarios/ if it exists, otherwise the current folder]
    pub(super) paths: Vec<PathBuf>,
    /// Run only cases whose id contains this text, or matches it as a regular expression: --filter 'router.*p2c'
    #[arg(long, env = "KVS_FILTER", hide_env = true, value_name = "TEXT", value_parser = case_filter)]
    pub(super) filter: Option<CaseFilter>,
    #[command(flatten)]
    pub(in crate::cli) running: RunningArgs,
}

/// Watches until `q` or Ctrl-C.
pub(super) fn run(arguments: &WatchArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    let host = Arc::new(super::host(global.allow_outside, output)?);
    match Session::new(arguments, global, host, output) {
        Ok(session) => Ok(session.run()),
        Err(error) => {
            output.error(&format!("files cannot be watched: {error}"), None);
            Err(Exit::IO)
        }
    }
}
