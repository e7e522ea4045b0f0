//! Paths to files that are ready to run, with what is wrong with the others printed.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::analysis::Overrides;
use crate::check::{self, Compiled, Discovered, Suite};
use crate::cli::arguments::RunningArgs;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::host::{Host, Kind, Root};

/// Files ready to run, and what could not be made ready.
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
}

/// Finds and compiles files, printing what is wrong with them.
pub(in crate::cli) fn load(host: &Host, paths: &[PathBuf], running: &RunningArgs, output: &Output) -> Loaded {
    let discovered = check::discover(host, paths);
    let compiled = check::compile_all(host, &discovered, &running.settings, running.n_threads());
    ready(host, &discovered, compiled, output)
}

/// Files that were compiled, with what is wrong with them printed.
fn ready(host: &Host, discovered: &Discovered, compiled: Vec<Compiled>, output: &Output) -> Loaded {
    let mut loaded = Loaded {
        suites: Vec::new(),
        broken: Vec::new(),
        n_unread: 0,
        problems: BTreeSet::new(),
        exit: Exit::PASSED,
    };
    for problem in &discovered.problems {
        output.problem(problem);
        loaded.problems.insert(problem.to_string());
        loaded.exit = loaded.exit.and(Exit::IO);
    }
    for (file, suite) in discovered.files.iter().zip(compiled) {
        match suite {
            Ok(Ok(suite)) => {
                output.diagnostics(&suite.diagnostics, &suite.sources);
                if suite.has_errors() {
                    loaded.broken.push(suite);
                    loaded.exit = loaded.exit.and(Exit::WRONG_SCENARIO);
                } else {
                    loaded.suites.push(suite);
                }
            }
            Ok(Err(problem)) => {
                output.problem(&problem);
                loaded.problems.insert(problem.to_string());
                loaded.n_unread += 1;
                loaded.exit = loaded.exit.and(Exit::IO);
            }
            Err(crash) => {
                output.crash(&crate::host::display(file), &crash);
                loaded.problems.insert(format!("{}: {crash}", crate::host::display(file)));
                loaded.n_unread += 1;
                loaded.exit = loaded.exit.and(Exit::BUG);
            }
        }
    }
    let projects = roots(&loaded.suites).into_iter().map(|root| Project::of(host, root));
    let wrong: Vec<_> = projects.filter_map(Result::err).collect();
    for wrong in wrong {
        loaded.exit = loaded.exit.and(wrong.print(output));
        loaded.problems.extend(wrong.sentences());
    }
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
    let compile =
        |file: &PathBuf| check::catch(|| check::compile_varied(host, file, &running.settings, vary));
    let compiled = discovered.files.iter().map(compile).collect();
    Ok(ready(host, &discovered, compiled, output))
}

/// The roots of files, each once.
pub(in crate::cli) fn roots(suites: &[Suite]) -> BTreeSet<&Root> {
    suites.iter().map(|suite| &suite.root).collect()
}
