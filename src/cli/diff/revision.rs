//! The scenarios of a git revision, run by this binary.
//!
//! They are written to a temporary folder through an index of their own, so that neither the repository nor what is
//! checked out is touched. Invariant: what is run is what is committed, traces and imports included, and what cannot be
//! run is said.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use super::Sides;
use crate::check::{self, CaseResult, GoldenMode, Listener, Options, Suite, case_report};
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::output::Output;
use crate::cli::suite::{Collect, every_case, select_groups};
use crate::diagnostics::{Located, Severity};
use crate::host::{Host, TemporaryFolder, display};
use crate::report::{CaseReport, Results, Status};

/// Runs what a revision holds.
pub(super) fn run(revision: &str, sides: &Sides<'_>) -> Result<Results, Exit> {
    // From here on Ctrl-C removes the checkout as well.
    let stop = interrupt::heed();
    let checked_out = check_out(revision).map_err(|why| {
        // git gets Ctrl-C too, and gives up.
        if stop.load(Ordering::Relaxed) {
            interrupt::exit(sides.output);
        }
        let message = format!("no results `{revision}`: neither a file, a folder nor a git revision ({why})");
        sides
            .output
            .error(&message, Some("save results with `kvs check --report json=FILE`, or name a revision"));
        Exit::IO
    })?;
    sides.output.progress(&format!("note: running the scenarios of `{revision}`"));
    let host = Host::disk_at(checked_out.here.clone(), sides.global.allow_outside);
    let suites = compiled(revision, &host, &checked_out, sides)?;
    let running = sides.running;
    let groups = select_groups(&suites, &every_case(&suites), running, None);
    let collect = Collect::new(false);
    let reports = CaseReports { collect: &collect, cases: Mutex::default(), sides };
    let options = Options {
        n_threads: running.n_threads(),
        fail_fast: false,
        golden: GoldenMode::Off,
        stepping: running.engine.into(),
        explain: false,
        overrides: &running.settings,
        stop,
    };
    check::run(&host, &suites, &groups, &options, &collect, &reports);
    // Before anything has begun every case is reported as not run.
    if stop.load(Ordering::Relaxed) {
        interrupt::exit(sides.output);
    }
    let located = |suite: &Suite| {
        let list = suite.diagnostics.iter();
        list.map(|diagnostic| Located::of(diagnostic, &suite.sources)).collect::<Vec<_>>()
    };
    let of_files = suites.iter().flat_map(located).collect();
    let cases = reports.cases.into_inner().expect("no panic while the lock is held");
    measured(revision, &cases, sides.output)?;
    Ok(Results::new(cases, of_files, BTreeSet::new()))
}

/// The scenarios of a revision. What is wrong with a file that is still there is an error: its cases would be new ones,
/// which nothing is compared with.
fn compiled(
    revision: &str,
    host: &Host,
    checked_out: &CheckedOut,
    sides: &Sides<'_>,
) -> Result<Vec<Suite>, Exit> {
    let Sides { output, running, .. } = *sides;
    let mut paths = Vec::new();
    for path in sides.paths {
        let Some(path) = checked_out.path(path, sides.host) else {
            let message = format!("`{}` is outside the repository of `{revision}`", path.display());
            output.error(&message, Some("name files and folders of the repository"));
            return Err(Exit::IO);
        };
        paths.push(path);
    }
    let discovered = check::discover(host, &paths);
    for problem in &discovered.problems {
        output.progress(&format!("note: at `{revision}` {problem}"));
    }
    let mut exit = Exit::PASSED;
    let mut suites = Vec::new();
    let compiled = check::compile_all(host, &discovered, &running.settings, running.n_threads());
    for (file, suite) in discovered.files.iter().zip(compiled) {
        let (why, worth) = match suite {
            Ok(Ok(suite)) if !suite.has_errors() => {
                suites.push(suite);
                continue;
            }
            Ok(Ok(suite)) => {
                let first =
                    suite.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
                let first = first.map_or("it has errors", |error| &error.message);
                (format!("`{}` cannot be run: {first}", suite.name), Exit::WRONG_SCENARIO)
            }
            Ok(Err(problem)) => (problem.to_string(), Exit::IO),
            Err(crash) => {
                output.crash(&format!("{} at `{revision}`", display(file)), &crash);
                exit = exit.and(Exit::BUG);
                continue;
            }
        };
        let message = format!("at `{revision}` {why}");
        if sides.host.kind(&checked_out.now(file)).is_ok() {
            output.error(
                &message,
                Some("nothing can be compared with it; name the other files, or another revision"),
            );
            exit = exit.and(worth);
        } else {
            output.progress(&format!("note: {message}"));
        }
    }
    if exit != Exit::PASSED {
        return Err(exit);
    }
    if every_case(&suites).is_empty() {
        let message = format!("no results `{revision}`: the revision holds no case in what is compared");
        output.error(&message, Some("name a revision that has the scenarios, or leave the baseline out"));
        return Err(Exit::IO);
    }
    if sides.roots_in_ids {
        suites.iter_mut().for_each(|suite| suite.name_root(host));
    }
    Ok(suites)
}

/// Says which cases gave no numbers; an error where none did.
fn measured(revision: &str, cases: &[CaseReport], output: &Output) -> Result<(), Exit> {
    let has_ended = |case: &&CaseReport| {
        matches!(case.status, Status::Passed | Status::New | Status::Failed | Status::NoData)
    };
    for case in cases.iter().filter(|case| !has_ended(case)) {
        let why = case.diagnostics.first().map(|first| &first.message).or(case.problems.first());
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        output.progress(&format!("note: at `{revision}` {} gives no numbers{why}", case.id));
    }
    if cases.iter().any(|case| has_ended(&case)) {
        return Ok(());
    }
    output.error(
        &format!("no results `{revision}`: none of its cases could be run to its end"),
        Some("name another revision"),
    );
    Err(Exit::IO)
}

/// Keeps the results of cases.
struct CaseReports<'a> {
    collect: &'a Collect,
    cases: Mutex<Vec<CaseReport>>,
    sides: &'a Sides<'a>,
}

impl Listener for CaseReports<'_> {
    fn finished(&self, suite: &Suite, result: CaseResult) {
        let metrics = self.collect.take(suite, result.case).metrics;
        let case = case_report(suite, &result, metrics);
        self.cases.lock().expect("no panic while the lock is held").push(case);
    }

    fn interrupted(&self, _n_left: usize) {
        interrupt::exit(self.sides.output)
    }
}

/// A revision on disk, as long as it lives.
struct CheckedOut {
    _folder: TemporaryFolder,
    /// Where the current folder lies in it.
    here: PathBuf,
    tree: PathBuf,
    top: PathBuf,
}

impl CheckedOut {
    /// A path as typed, in the tree of the revision; `None` where it is outside the repository.
    fn path(&self, typed: &Path, host: &Host) -> Option<PathBuf> {
        // What is gone now may have been there.
        let real = typed.canonicalize().unwrap_or_else(|_| host.absolute(typed));
        let below = real.strip_prefix(&self.top).ok()?;
        Some(if typed.is_absolute() { self.tree.join(below) } else { typed.to_path_buf() })
    }

    /// A path of the revision, as it is called now.
    fn now(&self, file: &Path) -> PathBuf {
        file.strip_prefix(&self.tree).map_or_else(|_| file.to_path_buf(), |below| self.top.join(below))
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
    let folder = TemporaryFolder::new().map_err(|error| error.to_string())?;
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
