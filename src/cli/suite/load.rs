//! Paths to files that are ready to run, with what is wrong with the others printed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::analysis::Overrides;
use crate::check::{self, Compiled, Discovered, Suite};
use crate::cli::arguments::RunningArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::host::{Host, Kind, Root};

/// Files ready to run, and what could not be made ready.
#[derive(Default)]
pub(in crate::cli) struct Loaded {
    /// Files without errors.
    pub(in crate::cli) suites: Vec<Suite>,
    /// Files with errors.
    pub(in crate::cli) broken: Vec<Suite>,
    /// Files that could not be read, and those that stopped the compiler.
    pub(in crate::cli) n_unread: usize,
    /// What is wrong beside diagnostics, a sentence each.
    pub(in crate::cli) problems: BTreeSet<String>,
    /// What the others are worth.
    pub(in crate::cli) exit: Exit,
}

impl Loaded {
    /// Files that cannot be run.
    pub(in crate::cli) fn n_broken(&self) -> usize {
        self.broken.len() + self.n_unread
    }

    fn add_problems(&mut self, discovered: &Discovered, output: &Output) {
        for problem in &discovered.problems {
            output.problem(problem);
            self.problems.insert(problem.to_string());
            self.exit = self.exit.and(Exit::IO);
        }
    }

    fn add(&mut self, files: &[PathBuf], compiled: Vec<Compiled>, output: &Output) {
        for (file, suite) in files.iter().zip(compiled) {
            match suite {
                Ok(Ok(suite)) => {
                    output.diagnostics(&suite.diagnostics, &suite.sources);
                    if suite.has_errors() {
                        self.broken.push(suite);
                        self.exit = self.exit.and(Exit::WRONG_SCENARIO);
                    } else {
                        self.suites.push(suite);
                    }
                }
                Ok(Err(problem)) => {
                    output.problem(&problem);
                    self.problems.insert(problem.to_string());
                    self.n_unread += 1;
                    self.exit = self.exit.and(Exit::IO);
                }
                Err(crash) => {
                    output.crash(&crate::host::display(file), &crash);
                    self.problems.insert(format!("{}: {crash}", crate::host::display(file)));
                    self.n_unread += 1;
                    self.exit = self.exit.and(Exit::BUG);
                }
            }
        }
    }

    fn check_projects(&mut self, host: &Host, output: &Output) {
        let projects = roots(&self.suites).into_iter().map(|root| Project::of(host, root));
        let wrong: Vec<_> = projects.filter_map(Result::err).collect();
        for wrong in wrong {
            self.exit = self.exit.and(wrong.print(output));
            self.problems.extend(wrong.sentences());
        }
    }
}

/// Finds and compiles files, printing what is wrong with them.
pub(in crate::cli) fn load(host: &Host, paths: &[PathBuf], running: &RunningArgs, output: &Output) -> Loaded {
    let discovered = check::discover(host, paths);
    let mut loaded = Loaded::default();
    loaded.add_problems(&discovered, output);
    let compiled = check::compile_all(host, &discovered, &running.settings, running.n_threads());
    loaded.add(&discovered.files, compiled, output);
    loaded.check_projects(host, output);
    loaded
}

/// As [`load`], of one file; `vary` gives axes in place of those of its matrix, or beside them.
///
/// # Errors
/// When it is a folder.
pub(in crate::cli) fn load_file(
    host: &Host,
    file: &PathBuf,
    running: &RunningArgs,
    vary: &Overrides,
    output: &Output,
) -> Result<Loaded, Exit> {
    if let Ok(Kind::Folder) = host.kind(file) {
        let folder = file.display();
        output.error(
            &format!("expected a file, found the folder `{folder}`"),
            Some(&format!("check every scenario in it with: kvs check {folder}")),
        );
        return Err(Exit::USAGE);
    }
    let discovered = check::discover(host, std::slice::from_ref(file));
    let mut loaded = Loaded::default();
    loaded.add_problems(&discovered, output);
    let compile =
        |file: &PathBuf| check::catch(|| check::compile_varied(host, file, &running.settings, vary));
    let compiled = discovered.files.iter().map(compile).collect();
    loaded.add(&discovered.files, compiled, output);
    loaded.check_projects(host, output);
    Ok(loaded)
}

/// One file with a plan of the command line, if there is one.
pub(in crate::cli) fn load_with_plan(
    host: &Host,
    file: &Path,
    plan: Option<&str>,
    running: &RunningArgs,
    output: &Output,
) -> Loaded {
    let mut loaded = Loaded::default();
    let compiled =
        check::catch(|| check::compile_with(host, file, &running.settings, plan.unwrap_or_default()));
    loaded.add(&[file.to_owned()], vec![compiled], output);
    loaded.check_projects(host, output);
    loaded
}

/// The roots of files, each once.
pub(in crate::cli) fn roots(suites: &[Suite]) -> BTreeSet<&Root> {
    suites.iter().map(|suite| &suite.root).collect()
}
