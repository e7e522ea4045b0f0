//! `kvs new`: a scenario to start from, its snapshot and a CI workflow, which pass at once.
//!
//! Invariant: nothing that exists is overwritten.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use clap::{Args, ValueEnum};

use super::CommandResult;
use super::arguments::GlobalArgs;
use super::exit::Exit;
use super::output::{FAINT, Output, STRONG};
use crate::analysis::CompiledCase;
use crate::check::{
    self, CaseResult, GoldenMode, Group, Listener, NoRecorder, Options, Snapshots, Suite, compile,
    snapshot_name,
};
use crate::engine::Stepping;
use crate::host::{Host, HostError, Root, display, write_new};

/// Arguments of `kvs new`.
#[derive(Args)]
pub(super) struct NewArgs {
    /// The file to make
    #[arg(value_name = "FILE", default_value = "scenarios/first.kvs")]
    file: PathBuf,
    /// How the cluster of the scenario is described
    #[arg(
        long,
        env = "KVS_TEMPLATE",
        hide_env = true,
        value_enum,
        default_value = "phases",
        value_name = "TEMPLATE"
    )]
    template: Template,
}

/// `--template`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Template {
    /// By measured throughput, requests sharing the rates of a GPU
    Phases,
    /// By a model and a GPU of the catalogue, in steps as a server takes them
    Continuous,
}

impl Template {
    const fn text(self) -> &'static str {
        match self {
            Template::Phases => SCENARIO,
            Template::Continuous => CONTINUOUS,
        }
    }
}

const CONTINUOUS: &str = include_str!("continuous.kvs");
const SCENARIO: &str = include_str!("scenario.kvs");
const WORKFLOW: &str = include_str!("workflow.yml");
const PROJECT: &str =
    "# Marks the root of a kvs project: scenarios and traces are read only below this folder.\n";

/// Makes the files and runs the scenario once.
pub(super) fn run(arguments: &NewArgs, global: &GlobalArgs, output: &Output) -> CommandResult {
    let file = &arguments.file;
    if file.extension().is_none_or(|extension| extension != "kvs") {
        let shown = display(file);
        output.error(
            &format!("expected the name of a `.kvs` file, found `{shown}`"),
            Some(&format!("kvs new {}", display(&file.with_extension("kvs")))),
        );
        return Err(Exit::USAGE);
    }
    let host = super::host(global.allow_outside, output)?;
    if host.kind(file).is_ok() {
        output.error(&format!("`{}` exists", display(file)), Some("name another file, or run it: kvs check"));
        return Err(Exit::USAGE);
    }
    make(&host, file, arguments.template, output).map_err(|problem| {
        output.problem(&problem);
        Exit::IO
    })
}

fn make(host: &Host, file: &Path, template: Template, output: &Output) -> Result<Exit, HostError> {
    create(host, file, template.text(), output)?;
    // Where nothing marks a root, the current folder becomes one, or that of a file elsewhere.
    let root = host.root_of(file)?;
    let is_marked = ["kvs.toml", ".git"].iter().any(|mark| root.folder.join(mark).exists());
    if !is_marked {
        let (here, path) = (host.absolute(Path::new("")), host.absolute(file));
        let folder = if path.starts_with(&here) { here } else { root.folder };
        create(host, &folder.join("kvs.toml"), PROJECT, output)?;
    }
    let root = host.root_of(file)?;
    let suite = compile(host, file, &Vec::new())?;
    let exit = store_snapshot(host, suite, output);
    // Workflows are read at the root of a repository only, which may lie above that of the project.
    let repository = root.folder.ancestors().find(|folder| folder.join(".git").exists());
    let repository = Root { folder: repository.unwrap_or(&root.folder).to_path_buf() };
    let workflow = repository.folder.join(".github/workflows/kvs.yml");
    if !workflow.exists() {
        let text = WORKFLOW.replace("PATHS", &to_check(&host.below(&repository, file)));
        create(host, &workflow, &text, output)?;
    }
    let commands = [
        ("kvs check".to_owned(), "run it; it passes"),
        (format!("kvs run {}", display(file)), "see its numbers"),
        ("kvs watch".to_owned(), "change it, save, and see what moved"),
    ];
    let width = commands.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    output.result("\n");
    for (command, what) in commands {
        output.result(&format!("  {STRONG}{command:<width$}{STRONG:#}  {FAINT}{what}{FAINT:#}\n"));
    }
    Ok(exit)
}

/// What a workflow checks for the sake of a file: its folder, or the first above it whose path is one word of a shell and
/// of YAML, as the action needs it.
fn to_check(file: &str) -> String {
    let folders = file.rsplit_once('/').map_or("", |(folders, _)| folders);
    let is_word = |folder: &&str| {
        !folder.starts_with('-')
            && folder.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'))
    };
    let path: String =
        folders.split_terminator('/').take_while(is_word).flat_map(|folder| [folder, "/"]).collect();
    if path.is_empty() { ".".to_owned() } else { path }
}

fn create(host: &Host, path: &Path, text: &str, output: &Output) -> Result<(), HostError> {
    write_new(&host.absolute(path), text.as_bytes())?;
    output.result(&format!("made {}\n", host.shown(&host.absolute(path))));
    Ok(())
}

/// Runs the new file and stores what it gives, or compares it with what is there.
fn store_snapshot(host: &Host, suite: Suite, output: &Output) -> Exit {
    let seeds = |run: &crate::model::Run| run.seed..run.seed + u64::from(run.seeds);
    let groups: Vec<Group> = check::groups(0, &suite, &|_| true, &seeds);
    // A scenario that was deleted may have left one: what it is worth is for a review to say.
    let folder = Snapshots::of(&suite.root, GoldenMode::Update).folder().to_path_buf();
    let is_stored =
        |case: &CompiledCase| folder.join(format!("{}.snap", snapshot_name(&case.scenario.case))).exists();
    let golden = match suite.cases.iter().any(is_stored) {
        true => GoldenMode::Pending,
        false => GoldenMode::Update,
    };
    let options = Options {
        n_threads: 1,
        fail_fast: false,
        golden,
        stepping: Stepping::default(),
        explain: true,
        overrides: &Vec::new(),
        stop: &AtomicBool::new(false),
    };
    let stored = StoredSnapshots { host, output, exit: Mutex::new(Exit::PASSED) };
    check::run(host, &[suite], &groups, &options, &NoRecorder, &stored);
    stored.exit.into_inner().expect("no panic while the lock is held")
}

/// Names the snapshots that are stored.
struct StoredSnapshots<'a> {
    host: &'a Host,
    output: &'a Output,
    exit: Mutex<Exit>,
}

impl Listener for StoredSnapshots<'_> {
    fn finished(&self, suite: &Suite, result: CaseResult) {
        if let check::Golden::Written(path) = &result.golden {
            self.output.result(&format!("made {}\n", self.host.shown(path)));
        }
        if result.ending.is_failure() {
            super::progress::print_failures(self.output, suite, &result, &mut Default::default());
            let mut exit = self.exit.lock().expect("no panic while the lock is held");
            *exit = exit.and(Exit::of(&result.ending));
        }
    }
}
