//! One file to its cases, with everything that reports about them need.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::parallel::in_parallel;
use super::{Discovered, catch};
use crate::analysis::{self, Asked, CompiledCase, CompiledPlan, Overrides, Parsed, Purpose};
use crate::diagnostics::codes::limits;
use crate::diagnostics::{Diagnostic, Severity};
use crate::host::{Host, HostError, Problem, Root, display, normalise};
use crate::model::{Case, Scenario};
use crate::source::{SourceId, Sources, Span};

/// A compiled file.
pub struct Suite {
    /// As typed, with forward slashes.
    pub name: String,
    /// What its reads are confined to, and where its snapshots are.
    pub root: Root,
    /// In front of the ids of its cases: the root as seen from the current folder, with a slash, where files of several
    /// roots are looked at together; otherwise empty.
    pub prefix: String,
    /// Its text.
    pub source: SourceId,
    /// Its text and those it uses.
    pub sources: Sources,
    /// Its cases, in the order written, and after them its plans as cases; empty when it has errors.
    pub cases: Vec<CompiledCase>,
    /// Its plans, for each of the cases that they start from, in the order of their cases; empty when it has errors.
    pub plans: Vec<CompiledPlan>,
    /// What was found in it, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// Its trees, to compile the candidates of plans; `None` where it could not be read.
    pub parsed: Option<Parsed>,
    /// The files that made it, itself first, as displayed.
    pub inputs: Vec<String>,
}

impl Suite {
    /// Whether it cannot be run.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// How one of its cases is called.
    #[must_use]
    pub fn id(&self, case: usize) -> String {
        format!("{}{}", self.prefix, self.cases[case].scenario.case)
    }

    /// How many of its cases are run as they are.
    #[must_use]
    pub fn n_plain_cases(&self) -> usize {
        self.cases.len() - self.plans.len()
    }

    /// The plan that a case is about; `None` for one that is run as it is.
    #[must_use]
    pub fn plan(&self, case: usize) -> Option<&CompiledPlan> {
        case.checked_sub(self.n_plain_cases()).and_then(|plan| self.plans.get(plan))
    }

    /// The case that the plan of another starts from.
    #[must_use]
    pub fn base_of_plan(&self, case: usize) -> Option<usize> {
        let base = base_of(&self.cases[..self.n_plain_cases()], self.plan(case)?)?;
        self.cases.iter().position(|other| std::ptr::eq(other, base))
    }

    /// Puts its root in front of the ids of its cases.
    pub fn name_root(&mut self, host: &Host) {
        self.prefix = match host.shown(&self.root.folder) {
            here if here.is_empty() => here,
            shown if shown.ends_with('/') => shown,
            shown => format!("{shown}/"),
        };
    }
}

/// What came of one file: its cases, or why it could not be read; outside that a bug of ours.
pub type Compiled = Result<Result<Suite, HostError>, String>;

/// Compiles files in parallel, in their order. One that was only found in a folder may be there to be used by others.
/// Where they belong to several roots, ids of cases say which: below two roots two files may have one path.
#[must_use]
pub fn compile_all(
    host: &Host,
    discovered: &Discovered,
    overrides: &Overrides,
    n_threads: usize,
) -> Vec<Compiled> {
    let files = &discovered.files;
    let one = |file: &PathBuf| {
        let purpose =
            if discovered.named.contains(file) { Purpose::Cases } else { Purpose::CasesOrDefinitions };
        let asked = Asked { purpose, set: overrides, vary: &Overrides::new() };
        catch(|| compile_for(host, file, asked, ""))
    };
    let mut compiled: Vec<Compiled> = in_parallel(n_threads.min(files.len()), files, one);
    let mut suites: Vec<&mut Suite> = compiled.iter_mut().flatten().flatten().collect();
    if suites.iter().any(|suite| suite.root != suites[0].root) {
        suites.iter_mut().for_each(|suite| suite.name_root(host));
    }
    compiled
}

/// Compiles a file and what it uses.
///
/// # Errors
/// When the file itself cannot be read. What is wrong inside it is a diagnostic.
pub fn compile(host: &Host, file: &Path, overrides: &Overrides) -> Result<Suite, HostError> {
    compile_varied(host, file, overrides, &Overrides::new())
}

/// The same with items after the file's own, as a plan of the command line.
///
/// # Errors
/// When the file itself cannot be read.
pub fn compile_with(host: &Host, file: &Path, set: &Overrides, items: &str) -> Result<Suite, HostError> {
    compile_for(host, file, Asked { purpose: Purpose::Cases, set, vary: &Overrides::new() }, items)
}

/// The same; `vary` gives axes in place of those of the file's matrix, or beside them.
///
/// # Errors
/// When the file itself cannot be read. What is wrong inside it, or in the axes, is a diagnostic.
pub fn compile_varied(
    host: &Host,
    file: &Path,
    set: &Overrides,
    vary: &Overrides,
) -> Result<Suite, HostError> {
    compile_for(host, file, Asked { purpose: Purpose::Cases, set, vary }, "")
}

fn compile_for(host: &Host, file: &Path, asked: Asked<'_>, items: &str) -> Result<Suite, HostError> {
    let root = host.root_of(file)?;
    let name = display(file);
    let mut sources = Sources::default();
    let text = match host.read_scenario(&root, file) {
        Ok(text) => text + items,
        Err(error) => return unreadable(error, root, sources),
    };
    let source = sources.add(name.clone(), text);
    let mut imported = BTreeMap::from([(display(&normalise(file)), source)]);
    let mut inputs = vec![name.clone()];
    let mut import = |from: &str, written: &str, sources: &mut Sources| {
        let path = normalise(&Path::new(from).parent().unwrap_or(Path::new("")).join(written));
        let import_name = display(&path);
        if let Some(known) = imported.get(&import_name) {
            return Ok(*known);
        }
        let text =
            host.read_scenario(&root, &path).map_err(|error| match (&error.problem, error.help()) {
                // Where the path counts from is said beside it, and is not where typed ones do.
                (Problem::Io(_), _) | (_, None) => error.to_string(),
                (_, Some(help)) => format!("{error}; {help}"),
            })?;
        let id = sources.add(import_name.clone(), text);
        imported.insert(import_name.clone(), id);
        inputs.push(import_name);
        Ok(id)
    };
    let analysis = analysis::analyse_for(asked, source, &mut sources, &mut import);
    let mut cases = analysis.cases;
    let mut plans = analysis.plans;
    let below = host.below(&root, file);
    for case in cases
        .iter_mut()
        .map(|case| &mut case.scenario.case)
        .chain(plans.iter_mut().map(|plan| &mut plan.case))
    {
        case.file.clone_from(&below);
    }
    plans.retain(|plan| base_of(&cases, plan).is_some());
    let of_plans: Vec<CompiledCase> =
        plans.iter().filter_map(|plan| plan_case(&cases, plan, &analysis.parsed, &sources)).collect();
    cases.extend(of_plans);
    Ok(Suite {
        name,
        root,
        prefix: String::new(),
        source,
        sources,
        cases,
        plans,
        diagnostics: analysis.diagnostics,
        parsed: Some(analysis.parsed),
        inputs,
    })
}

/// The case of the file that a plan starts from.
fn base_of<'c>(cases: &'c [CompiledCase], plan: &CompiledPlan) -> Option<&'c CompiledCase> {
    let has_args = |case: &&CompiledCase| {
        let case = &case.scenario.case;
        case.scenario == plan.case.scenario && plan.case.args.iter().all(|arg| case.args.contains(arg))
    };
    cases.iter().find(has_args)
}

/// A plan as a case: what it starts from, expecting what is expected of the answer.
fn plan_case(
    cases: &[CompiledCase],
    plan: &CompiledPlan,
    parsed: &Parsed,
    sources: &Sources,
) -> Option<CompiledCase> {
    let base = base_of(cases, plan)?;
    let first = parsed.candidate(sources, plan, &vec![0; plan.plan.axes.len()]);
    let case = Case { plan: Some(plan.plan.name.clone()), ..plan.case.clone() };
    Some(CompiledCase {
        scenario: Scenario { case, expectations: first.expectations, ..base.scenario.clone() },
        expectations: plan.expectations.clone(),
        workloads: base.workloads.clone(),
        not_simulated: Vec::new(),
        quantities: base.quantities.clone(),
        settings: Vec::new(),
    })
}

/// What is wrong with the text as a whole is drawn like any other mistake; the rest is the world's fault.
fn unreadable(error: HostError, root: Root, mut sources: Sources) -> Result<Suite, HostError> {
    let (code, text, place, label) = match &error.problem {
        Problem::Io(_) | Problem::Outside { .. } | Problem::Special(_) => return Err(error),
        Problem::TooLarge { limit } => {
            (&limits::FILE_TOO_LARGE, String::new(), 0, format!("more than {} MiB", limit / (1024 * 1024)))
        }
        Problem::NotUtf8 { offset, readable } => {
            (&limits::NOT_UTF8, readable.clone(), *offset, "this byte is not text".to_owned())
        }
    };
    let place = u32::try_from(place).expect("scenarios are below 8 MiB");
    let length = text[place as usize..].chars().next().map_or(0, char::len_utf8);
    let source = sources.add(error.path.clone(), text);
    let end = place + u32::try_from(length).expect("a character has at most four bytes");
    let span = Span { source, start: place, end };
    let mut diagnostic = Diagnostic::error(code, error.to_string(), span, label);
    diagnostic.help = error.help();
    let name = error.path;
    let inputs = vec![name.clone()];
    Ok(Suite {
        name,
        root,
        prefix: String::new(),
        source,
        sources,
        cases: Vec::new(),
        plans: Vec::new(),
        diagnostics: vec![diagnostic],
        parsed: None,
        inputs,
    })
}
