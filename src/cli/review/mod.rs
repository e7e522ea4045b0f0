//! `kvs review`, `accept`, `reject` and `pending`: what becomes of pending snapshots.
//!
//! The files are insta's, so `cargo insta review` does the same with the same keys.

mod keys;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::CommandResult;
use super::arguments::{CaseFilter, GlobalArgs, case_filter, in_ci};
use super::difference::difference;
use super::exit::Exit;
use super::output::{DOUBTFUL, FAINT, GOOD, Output, STRONG};
use crate::check::{self, Pending};
use crate::host::{Host, HostError, Root};
use crate::report::one_line;
use keys::{Answer, Keys};

/// Which of the pending snapshots.
#[derive(Args)]
pub(super) struct PendingArgs {
    /// Only snapshots of these scenario files, or of those in these folders [default: the whole project]
    paths: Vec<PathBuf>,
    /// Only cases whose id contains this text, or matches it as a regular expression: --filter 'router.*p2c'
    #[arg(long, env = "KVS_FILTER", hide_env = true, value_name = "TEXT", value_parser = case_filter)]
    filter: Option<CaseFilter>,
}

impl PendingArgs {
    /// As if typed.
    pub(super) fn new(paths: Vec<PathBuf>, filter: Option<CaseFilter>) -> PendingArgs {
        PendingArgs { paths, filter }
    }
}

/// Arguments of `kvs pending`.
#[derive(Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    which: PendingArgs,
    /// Print one JSON object a line, with the stored and the new text
    #[arg(long, env = "KVS_JSON", hide_env = true, value_parser = BoolishValueParser::new())]
    json: bool,
}

/// What to do with all of them.
#[derive(Clone, Copy)]
pub(super) enum Decision {
    /// They become the snapshots.
    Accept,
    /// They are removed.
    Reject,
}

/// Prints the pending snapshots.
pub(super) fn list(arguments: &ListArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    let (host, pending_snapshots) = find(&arguments.which, global, output)?;
    for pending in &pending_snapshots {
        let path = host.shown(&pending.path);
        if arguments.json {
            let object = serde_json::json!({
                "id": pending.id, "file": pending.file, "line": pending.line, "pending": path,
                "snapshot": host.shown(&pending.target), "old": pending.old, "new": pending.new,
            });
            output.result(&format!("{object}\n"));
        } else {
            output.result(&format!("{}  {FAINT}{path}{FAINT:#}\n", one_line(&pending.id)));
        }
    }
    Ok(Exit::PASSED)
}

/// Does the same with all pending snapshots.
pub(super) fn decide(
    arguments: &PendingArgs,
    decision: Decision,
    global: &GlobalArgs,
    output: &Output,
) -> CommandResult {
    refuse_in_ci(output)?;
    let (_, pending_snapshots) = find(arguments, global, output)?;
    let mut count = Count::default();
    for pending in &pending_snapshots {
        match decision {
            Decision::Accept => count.accept(pending, output),
            Decision::Reject => count.reject(pending, output),
        }
    }
    Ok(count.sum_up(output))
}

/// Shows one after the other and asks.
pub(super) fn review(arguments: &PendingArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    refuse_in_ci(output)?;
    let (host, pending_snapshots) = find(arguments, global, output)?;
    let mut keys = Keys::begin();
    let mut count = Count::default();
    let mut for_all = None;
    for (index, pending) in pending_snapshots.iter().enumerate() {
        let answer = for_all.map_or_else(
            || {
                output.result(&shown(&host, pending, index, pending_snapshots.len()));
                keys.ask(output)
            },
            Ok,
        );
        match answer {
            Ok(Answer::Accept { all }) => {
                for_all = all.then_some(Answer::Accept { all });
                count.accept(pending, output);
            }
            Ok(Answer::Reject { all }) => {
                for_all = all.then_some(Answer::Reject { all });
                count.reject(pending, output);
            }
            Ok(Answer::Skip { all }) => {
                for_all = all.then_some(Answer::Skip { all });
                count.skipped += 1;
            }
            Err(keys::Interrupted) => {
                count.skipped += pending_snapshots.len() - index;
                return Ok(count.sum_up(output).and(Exit::INTERRUPTED));
            }
        }
    }
    Ok(count.sum_up(output))
}

fn refuse_in_ci(output: &Output) -> Result<(), Exit> {
    if !in_ci() {
        return Ok(());
    }
    output.error(
        "this changes snapshots, which is not done where `CI` is set",
        Some("review and commit them where the change is made, or unset `CI`"),
    );
    Err(Exit::USAGE)
}

/// The pending snapshots that were asked for; otherwise what to exit with.
fn find(arguments: &PendingArgs, global: &GlobalArgs, output: &Output) -> Result<(Host, Vec<Pending>), Exit> {
    let host = super::host(global.allow_outside, output)?;
    let failed = |problem: &HostError| {
        output.problem(problem);
        Exit::IO
    };
    let everywhere = [PathBuf::from(".")];
    let paths = if arguments.paths.is_empty() { &everywhere } else { arguments.paths.as_slice() };
    let mut places: Vec<(Root, String)> = Vec::new();
    for path in paths {
        let root = host.root_of(path).map_err(|problem| failed(&problem))?;
        let below = if arguments.paths.is_empty() { String::new() } else { host.below(&root, path) };
        places.push((root, below));
    }
    let mut pending_snapshots = Vec::new();
    let mut n_all = 0;
    for root in places.iter().map(|(root, _)| root).collect::<BTreeSet<_>>() {
        let mut of_root = check::pending(root).map_err(|problem| failed(&problem))?;
        n_all += of_root.len();
        of_root.retain(|pending| places.iter().any(|(of, below)| of == root && pending.is_below(below)));
        if let Some(filter) = &arguments.filter {
            let filter = filter.among(of_root.iter().map(|pending| pending.id.clone()));
            of_root.retain(|pending| filter.matches(&pending.id));
        }
        pending_snapshots.extend(of_root);
    }
    match (pending_snapshots.is_empty(), n_all) {
        (false, _) => Ok((host, pending_snapshots)),
        (true, 0) => {
            output.progress("nothing is pending");
            Err(Exit::PASSED)
        }
        (true, n_all) => {
            output.error(
                &format!("none of the {n_all} pending snapshots is selected"),
                Some("`kvs pending` shows them"),
            );
            Err(Exit::NOTHING_SELECTED)
        }
    }
}

/// A pending snapshot as a reviewer sees it.
fn shown(host: &Host, pending: &Pending, index: usize, n: usize) -> String {
    let Pending { file, line, target, old, new, .. } = pending;
    let (id, file) = (one_line(&pending.id), one_line(file));
    let what = if old.is_some() { "" } else { ", new" };
    let place = format!("{file}:{line}, {}{what}", host.shown(target));
    let difference = difference(old.as_deref().unwrap_or_default(), new);
    format!("{STRONG}{}/{n}  {id}{STRONG:#}\n     {FAINT}{place}{FAINT:#}\n{difference}", index + 1)
}

/// What became of them.
#[derive(Default)]
struct Count {
    accepted: usize,
    rejected: usize,
    skipped: usize,
    failed: bool,
}

impl Count {
    fn accept(&mut self, pending: &Pending, output: &Output) {
        match pending.accept() {
            Ok(()) => {
                self.accepted += 1;
                output.progress(&format!("{GOOD}accepted{GOOD:#}  {}", pending.id));
            }
            Err(problem) => self.fail(&problem, output),
        }
    }

    fn reject(&mut self, pending: &Pending, output: &Output) {
        match pending.reject() {
            Ok(()) => {
                self.rejected += 1;
                output.progress(&format!("{DOUBTFUL}rejected{DOUBTFUL:#}  {}", pending.id));
            }
            Err(problem) => self.fail(&problem, output),
        }
    }

    fn fail(&mut self, problem: &HostError, output: &Output) {
        output.problem(problem);
        self.failed = true;
    }

    fn sum_up(&self, output: &Output) -> Exit {
        let Count { accepted, rejected, skipped, failed } = self;
        output.result(&format!("{accepted} accepted, {rejected} rejected, {skipped} skipped\n"));
        if *failed { Exit::IO } else { Exit::PASSED }
    }
}
