//! The scenarios of a git revision, run by this binary.
//!
//! They are written to a temporary folder through an index of their own, so that neither the repository nor what is
//! checked out is touched. Invariant: what is run is what is committed, traces and imports included.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use tempfile::TempDir;

use super::Sides;
use crate::check::{self, CaseResult, GoldenMode, Options, Suite, Watch, case_report};
use crate::cli::check::{Collect, every_case, select_groups};
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::diagnostics::Located;
use crate::host::Host;
use crate::report::{CaseReport, Results};

/// Runs what a revision holds.
pub(super) fn run(revision: &str, sides: &Sides<'_>) -> Result<Results, Exit> {
    let checked_out = check_out(revision).map_err(|why| {
        let message = format!("no results `{revision}`: neither a file, a folder nor a git revision ({why})");
        sides
            .output
            .error(&message, Some("save results with `kvs check --report json=FILE`, or name a revision"));
        Exit::IO
    })?;
    sides.output.progress(&format!("note: running the scenarios of `{revision}`"));
    let host = Host::disk_at(checked_out.here.clone(), sides.global.allow_outside);
    let paths: Vec<PathBuf> = sides.paths.iter().map(|path| checked_out.path(path)).collect();
    let discovered = check::discover(&host, &paths);
    for problem in &discovered.problems {
        sides.output.progress(&format!("note: at `{revision}` {problem}"));
    }
    let running = sides.running;
    let compiled = check::compile_all(&host, &discovered.files, &running.settings, running.n_threads());
    let mut suites = Vec::new();
    for suite in compiled {
        match suite {
            Ok(Ok(suite)) if !suite.has_errors() => suites.push(suite),
            Ok(Ok(suite)) => {
                sides
                    .output
                    .progress(&format!("note: at `{revision}` `{}` has errors and is left out", suite.name));
            }
            Ok(Err(problem)) => sides.output.progress(&format!("note: at `{revision}` {problem}")),
            Err(crash) => sides.output.crash(revision, &crash),
        }
    }
    let groups = select_groups(&suites, &every_case(&suites), running, None);
    let collect = Collect::new(false);
    let told = Told { collect: &collect, cases: Mutex::default(), sides };
    let options = Options {
        n_threads: running.n_threads(),
        fail_fast: false,
        golden: GoldenMode::Off,
        stepping: running.engine.into(),
        overrides: &running.settings,
        stop: interrupt::heed(sides.output),
    };
    check::run(&host, &suites, &groups, &options, &collect, &told);
    let located = |suite: &Suite| {
        let list = suite.diagnostics.iter();
        list.map(|diagnostic| Located::of(diagnostic, &suite.sources)).collect::<Vec<_>>()
    };
    let of_files = suites.iter().flat_map(located).collect();
    let cases = told.cases.into_inner().expect("no panic while the lock is held");
    Ok(Results::new(cases, of_files, BTreeSet::new()))
}

/// Keeps what is told.
struct Told<'a> {
    collect: &'a Collect,
    cases: Mutex<Vec<CaseReport>>,
    sides: &'a Sides<'a>,
}

impl Watch for Told<'_> {
    fn finished(&self, suite: &Suite, result: CaseResult) {
        let metrics = self.collect.take(&result.id).metrics;
        let case = case_report(suite, &result, metrics);
        self.cases.lock().expect("no panic while the lock is held").push(case);
    }

    fn interrupted(&self, _n_left: usize) {
        interrupt::exit(self.sides.output)
    }
}

/// A revision on disk, as long as it lives.
struct CheckedOut {
    _folder: TempDir,
    /// Where the current folder lies in it.
    here: PathBuf,
    tree: PathBuf,
    top: PathBuf,
}

impl CheckedOut {
    /// A path as typed, in the tree of the revision.
    fn path(&self, typed: &Path) -> PathBuf {
        let real = typed.canonicalize().unwrap_or_else(|_| typed.to_path_buf());
        match real.strip_prefix(&self.top) {
            Ok(below) if typed.is_absolute() => self.tree.join(below),
            _ => typed.to_path_buf(),
        }
    }
}

fn check_out(revision: &str) -> Result<CheckedOut, String> {
    let commit = git(
        Path::new("."),
        &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")],
        None,
    )
    .map_err(|why| if why.is_empty() { "git knows no such revision".to_owned() } else { why })?;
    let top = PathBuf::from(git(Path::new("."), &["rev-parse", "--show-toplevel"], None)?);
    let prefix = git(Path::new("."), &["rev-parse", "--show-prefix"], None)?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let real = folder.path().canonicalize().map_err(|error| error.to_string())?;
    let (tree, index) = (real.join("tree"), real.join("index"));
    git(&top, &["read-tree", &commit], Some(&index))?;
    git(
        &top,
        &["checkout-index", "--all", "--quiet", &format!("--prefix={}/", tree.display())],
        Some(&index),
    )?;
    // The root of a project may be that of its repository.
    let here = tree.join(&prefix);
    for marker in [tree.join(".git"), here.clone()] {
        std::fs::create_dir_all(&marker).map_err(|error| error.to_string())?;
    }
    Ok(CheckedOut { _folder: folder, here, tree, top })
}

/// What git prints, without its last line end.
fn git(folder: &Path, arguments: &[&str], index: Option<&Path>) -> Result<String, String> {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments);
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    let output = command.output().map_err(|error| format!("git: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}
