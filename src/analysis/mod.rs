//! Tree to model: names, dimensions, units, ranges, defaults, inheritance, matrices.
//!
//! Collects every mistake and never stops at the first. Which names exist is asked of the registries, never
//! repeated here. Invariant: a case without errors holds only values its registry allows.

mod axis;
mod files;
mod items;
mod matrix;
mod params;

mod cases;
mod decode_rate;
mod fit;
mod layers;
mod plans;
mod scenario;
mod without_effect;

mod expectation;

mod blocks;
mod language;
mod tables;

mod error;

pub use language::context::ConfigLine;
pub(crate) use language::suggest;
pub use language::table::Table;
pub use matrix::MAX_CASES;
pub use plans::{Candidate, CompiledPlan};
pub use tables::tables;

use std::collections::BTreeMap;
use std::rc::Rc;

use self::cases::Wanted;
use self::items::Items;
use self::language::definitions::Layers;
use self::layers::Merged;
use self::matrix::{Known, Point};
use self::params::Override;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::model::{Case, Scenario};
use crate::source::{SourceId, Sources, Span};
use crate::syntax::ast;
use crate::units::Quantity;

/// A file ready to run.
pub struct Analysis {
    /// Every case, in the order written; empty when there are errors.
    pub cases: Vec<CompiledCase>,
    /// Every plan of every scenario, in the order written; empty when there are errors.
    pub plans: Vec<CompiledPlan>,
    /// Everything found, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// To compile the candidates of its plans.
    pub parsed: Parsed,
}

/// One case with the places its report points at.
pub struct CompiledCase {
    /// What runs.
    pub scenario: Scenario,
    /// Where each expectation is written, by its index.
    pub expectations: Vec<Span>,
    /// The header of each workload, by its index.
    pub workloads: Vec<Span>,
    /// Features the engine does not execute yet: errors, if this case is run.
    pub not_simulated: Vec<Diagnostic>,
    /// The parameters that are numbers or quantities, in base units.
    pub quantities: BTreeMap<String, Quantity>,
    /// Every setting with its value and where it comes from, for `kvs run --show-config`.
    pub settings: Vec<ConfigLine>,
}

/// Values given on the command line: `--set n=8`.
pub type Overrides = Vec<(String, String)>;

/// How the analysis reads imported files: `(importing source, path as written)` to a source.
pub type Import<'a> = &'a mut dyn FnMut(&str, &str, &mut Sources) -> Result<SourceId, String>;

/// What a file is analysed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Its cases: a missing cluster is a mistake.
    Cases,
    /// Its cases, unless it holds definitions only: without a cluster, a scenario or an expectation it is there to be used
    /// by other files.
    CasesOrDefinitions,
}

/// What is asked of a file on the command line.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What it is analysed for.
    pub purpose: Purpose,
    /// `--set n=8`.
    pub set: &'a Overrides,
    /// `--vary n=1..8`: axes in place of those of its matrix, or beside them.
    pub vary: &'a Overrides,
}

/// Analyses one file and what it uses, for its cases.
#[must_use]
pub fn analyse(source: SourceId, sources: &mut Sources, import: Import<'_>, set: &Overrides) -> Analysis {
    analyse_for(Asked { purpose: Purpose::Cases, set, vary: &Overrides::new() }, source, sources, import)
}

/// Analyses one file and what it uses.
#[must_use]
pub fn analyse_for(
    asked: Asked<'_>,
    source: SourceId,
    sources: &mut Sources,
    import: Import<'_>,
) -> Analysis {
    let mut diagnostics = Diagnostics::default();
    let files = files::load(source, sources, import, &mut diagnostics);
    let unreadable = diagnostics.has_errors();
    let items = items_of(&files, &mut diagnostics);
    let overrides = params::overrides(asked.set, &items, sources, &mut diagnostics);
    let varied = params::varied(asked.vary, &items, sources, &mut diagnostics);
    let parsed = Parsed { purpose: asked.purpose, files, source, overrides, varied, unreadable };
    // What is defined twice has been reported.
    let compilation = parsed.compilation(sources);
    let only_defines = compilation.only_defines();
    let cases = compilation.cases(&mut diagnostics);
    let plans = if only_defines { Vec::new() } else { compilation.plans_of_file(&mut diagnostics) };
    // Those of a file of definitions are there for others.
    if !only_defines {
        params::note_unused(&parsed.files.main, sources, &mut diagnostics);
    }
    let (cases, plans) = if diagnostics.has_errors() { Default::default() } else { (cases, plans) };
    Analysis { cases, plans, diagnostics: diagnostics.into_sorted(), parsed }
}

fn items_of<'s>(files: &'s files::Files, diagnostics: &mut Diagnostics) -> Items<'s> {
    let mut items = Items::default();
    for used in &files.used {
        items.add_definitions(&used.items, diagnostics);
    }
    items.add(&files.main.items, diagnostics);
    items
}

/// The trees of a file and of what it uses, kept to compile the candidates of its plans.
pub struct Parsed {
    purpose: Purpose,
    files: files::Files,
    source: SourceId,
    overrides: Vec<Override>,
    varied: Vec<ast::Axis>,
    unreadable: bool,
}

impl Parsed {
    fn compilation<'s>(&'s self, sources: &'s Sources) -> Compilation<'s> {
        let items = items_of(&self.files, &mut Diagnostics::default());
        Compilation {
            purpose: self.purpose,
            files: &self.files,
            source: self.source,
            items,
            overrides: &self.overrides,
            varied: &self.varied,
            sources,
            unreadable: self.unreadable,
        }
    }

    /// A candidate of one of the file's plans: the value of each axis by its index.
    ///
    /// # Panics
    /// When the plan is of another file, or has no such value.
    #[must_use]
    pub fn candidate(&self, sources: &Sources, plan: &CompiledPlan, choice: &[usize]) -> Candidate {
        self.compilation(sources).with_file(|compilation, file| compilation.candidate(file, plan, choice))
    }
}

struct Compilation<'s> {
    purpose: Purpose,
    files: &'s files::Files,
    source: SourceId,
    items: Items<'s>,
    overrides: &'s [Override],
    varied: &'s [ast::Axis],
    sources: &'s Sources,
    unreadable: bool,
}

impl<'s> Compilation<'s> {
    /// Does something with what all cases of the file have in common.
    fn with_file<T>(&self, work: impl FnOnce(&Compilation<'s>, &layers::File<'_, 's>) -> T) -> T {
        let catalogue = || self.files.catalogue.iter().flat_map(|file| &file.items);
        let scenarios: Vec<String> =
            self.items.scenarios.iter().map(|scenario| scenario.name.value.clone()).collect();
        let file = layers::File {
            sources: self.sources,
            catalogue_gpus: &blocks_of(catalogue(), ast::BlockKind::Gpu),
            catalogue_models: &blocks_of(catalogue(), ast::BlockKind::Model),
            damaged: &self.files.damaged,
            unreadable: self.unreadable,
            scenarios: &scenarios,
            start: self.start(self.source),
        };
        work(self, &file)
    }

    fn plans_of_file(&self, diagnostics: &mut Diagnostics) -> Vec<CompiledPlan> {
        if self.items.plans.is_empty() && self.written_plans().is_empty() {
            return Vec::new();
        }
        self.with_file(|compilation, file| compilation.plans(file, diagnostics))
    }

    fn cases(&self, diagnostics: &mut Diagnostics) -> Vec<CompiledCase> {
        self.with_file(|compilation, file| compilation.cases_of(file, diagnostics))
    }

    fn cases_of(&self, file: &layers::File<'_, 's>, diagnostics: &mut Diagnostics) -> Vec<CompiledCase> {
        if self.only_defines() {
            let params = params::evaluate(
                &self.items.params,
                self.overrides,
                self.sources,
                self.unreadable,
                diagnostics,
            );
            scenario::check_definitions(file, &Merged::of(&[&self.items], None), &params, diagnostics);
            return Vec::new();
        }
        let mut wanted = Vec::new();
        if self.items.scenarios.is_empty() {
            self.expand(None, &mut wanted, diagnostics);
        }
        let mut n_cases = 0;
        for written in &self.items.scenarios {
            n_cases += self.expand(Some(written), &mut wanted, diagnostics);
            if n_cases > MAX_CASES {
                diagnostics.push(error::too_many_cases(written.keyword));
                break;
            }
        }
        cases::compile(file, &wanted, diagnostics)
    }

    /// Whether the file is there to be used by others: nothing must hold, and nothing arrives in it, or what arrives is
    /// served by nothing.
    fn only_defines(&self) -> bool {
        let is_cluster = |block: &&ast::Block| block.kind == ast::BlockKind::Cluster;
        let may_arrive =
            self.purpose == Purpose::CasesOrDefinitions && !self.items.settings.iter().any(is_cluster);
        !self.files.main.items.iter().any(|item| match item {
            ast::Item::Block(block) => block.kind == ast::BlockKind::Workload && !may_arrive,
            ast::Item::Trace(_) => !may_arrive,
            ast::Item::Scenario(_) | ast::Item::Plan(_) | ast::Item::Expect(_) => true,
            ast::Item::Use(_) | ast::Item::Param(_) | ast::Item::Matrix(_) => false,
        })
    }

    /// The first item of the file, where it is reported what the file lacks.
    fn start(&self, source: SourceId) -> Span {
        let first = self.files.main.items.first().map(ast::Item::keyword);
        first.unwrap_or(Span { source, start: 0, end: 0 })
    }

    /// Adds the cases of one scenario, or of the file that is one; how many there are.
    fn expand(
        &self,
        scenario: Option<&'s ast::Scenario>,
        wanted: &mut Vec<Wanted<'s>>,
        diagnostics: &mut Diagnostics,
    ) -> usize {
        if let Some(scenario) = scenario {
            let mut over = Items::default();
            over.add(&scenario.items, diagnostics);
            diagnostics.extend(matrix::without_effect(self.items.matrix, &over.params));
        }
        let merged = Rc::new(self.merged(scenario));
        let declarations = self.declarations(scenario);
        let points = self.points(&self.axes(), scenario, diagnostics);
        let n_points = points.len();
        for point in points {
            let settings: Vec<Override> = self.overrides.iter().chain(&point.settings).cloned().collect();
            let params =
                params::evaluate(&declarations, &settings, self.sources, self.unreadable, diagnostics);
            let case = self.case(scenario, &point, &[]);
            wanted.push(Wanted { merged: Rc::clone(&merged), case, params });
        }
        n_points
    }

    /// The blocks of a scenario over those of the file.
    fn merged(&self, scenario: Option<&'s ast::Scenario>) -> Merged<'s> {
        let mut over = Items::default();
        if let Some(scenario) = scenario {
            over.add(&scenario.items, &mut Diagnostics::default());
        }
        Merged::of(&[&self.items, &over], scenario.map(|scenario| scenario.name.value.as_str()))
    }

    /// The parameters of a scenario, in the order in which they are evaluated.
    fn declarations(&self, scenario: Option<&'s ast::Scenario>) -> Vec<&'s ast::Param> {
        let items = scenario.map_or(&[] as &[ast::Item], |scenario| scenario.items.as_slice());
        let of_scenario: Vec<&ast::Param> = items
            .iter()
            .filter_map(|item| match item {
                ast::Item::Param(param) => Some(param),
                _ => None,
            })
            .collect();
        layered_params(&self.items.params, &of_scenario)
    }

    /// The axes of the matrix, those of the command line in their place or after them.
    fn axes(&self) -> Vec<&'s ast::Axis> {
        let of_matrix = self.items.matrix.map_or(&[] as &[ast::Axis], |matrix| matrix.axes.as_slice());
        let varied = |name: &str| self.varied.iter().find(|axis| axis.name.text == name);
        let is_of_matrix =
            |axis: &&ast::Axis| of_matrix.iter().any(|known| known.name.text == axis.name.text);
        let in_place = of_matrix.iter().map(|axis| varied(&axis.name.text).unwrap_or(axis));
        in_place.chain(self.varied.iter().filter(|axis| !is_of_matrix(axis))).collect()
    }

    /// The points of axes in a scenario.
    fn points(
        &self,
        axes: &[&ast::Axis],
        scenario: Option<&'s ast::Scenario>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Point> {
        let declarations = self.declarations(scenario);
        let declared: Vec<&str> = declarations.iter().map(|param| param.name.text.as_str()).collect();
        // The ends of ranges may be parameters; what is wrong with those is reported with the cases.
        let mut quiet = Diagnostics::default();
        let params =
            params::evaluate(&declarations, self.overrides, self.sources, self.unreadable, &mut quiet);
        let known = Known { params: &params, overrides: self.overrides, sources: self.sources };
        let keyword = self.items.matrix.map(|matrix| matrix.keyword);
        let place = keyword.or_else(|| axes.first().map(|axis| axis.span));
        let place = place.unwrap_or_else(|| self.start(self.source));
        matrix::points(axes, place, &declared, &known, diagnostics)
    }

    /// A case of the file, with the values that a plan gives to parameters.
    fn case(&self, scenario: Option<&ast::Scenario>, point: &Point, chosen: &[Override]) -> Case {
        let chosen = chosen.iter().map(|setting| (setting.name.clone(), setting.text.clone()));
        Case {
            file: self.sources.get(self.source).name.clone(),
            scenario: scenario.map(|scenario| scenario.name.value.clone()),
            args: point.args.iter().cloned().chain(chosen).collect(),
            plan: None,
        }
    }
}

/// A scenario's declarations replace the file's, in their positions.
fn layered_params<'s>(below: &[&'s ast::Param], above: &[&'s ast::Param]) -> Vec<&'s ast::Param> {
    let by_name = |list: &[&'s ast::Param]| -> BTreeMap<&'s str, &'s ast::Param> {
        list.iter().map(|param| (param.name.text.as_str(), *param)).collect()
    };
    let (known, replacing) = (by_name(below), by_name(above));
    let replaced =
        below.iter().map(|param| replacing.get(param.name.text.as_str()).copied().unwrap_or(param));
    let added = above.iter().copied().filter(|param| !known.contains_key(param.name.text.as_str()));
    replaced.chain(added).collect()
}

fn blocks_of<'s>(items: impl Iterator<Item = &'s ast::Item>, kind: ast::BlockKind) -> Layers<'s> {
    let blocks: Vec<&ast::Block> = items
        .filter_map(|item| match item {
            ast::Item::Block(block) if block.kind == kind => Some(block),
            _ => None,
        })
        .collect();
    let mut layered = Layers::new();
    layers::add_layer(&mut layered, &blocks);
    layered
}
