//! Tree to model: names, dimensions, units, ranges, defaults, inheritance, matrices.
//!
//! Collects every mistake and never stops at the first. Which names exist is asked of the registries, never
//! repeated here. Invariant: a case without errors holds only values its registry allows.

mod files;
mod items;
mod matrix;
mod params;

mod cases;
mod decode_rate;
mod fit;
mod layers;
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
pub use tables::tables;

use std::collections::BTreeMap;
use std::rc::Rc;

use self::cases::Plan;
use self::items::Items;
use self::language::definitions::Layers;
use self::layers::Merged;
use self::params::Override;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::model::{Case, Scenario};
use crate::source::{SourceId, Sources, Span};
use crate::syntax::ast;

/// A file ready to run.
pub struct Analysis {
    /// Every case, in the order written; empty when there are errors.
    pub cases: Vec<CompiledCase>,
    /// Everything found, sorted.
    pub diagnostics: Vec<Diagnostic>,
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

/// Analyses one file and what it uses, for its cases.
#[must_use]
pub fn analyse(
    source: SourceId,
    sources: &mut Sources,
    import: Import<'_>,
    overrides: &Overrides,
) -> Analysis {
    analyse_for(Purpose::Cases, source, sources, import, overrides)
}

/// Analyses one file and what it uses.
#[must_use]
pub fn analyse_for(
    purpose: Purpose,
    source: SourceId,
    sources: &mut Sources,
    import: Import<'_>,
    overrides: &Overrides,
) -> Analysis {
    let mut diagnostics = Diagnostics::default();
    let files = files::load(source, sources, import, &mut diagnostics);
    let unreadable = diagnostics.has_errors();
    let mut items = Items::default();
    for used in &files.used {
        items.add_definitions(&used.items, &mut diagnostics);
    }
    items.add(&files.main.items, &mut diagnostics);
    let overrides = params::overrides(overrides, &items, sources, &mut diagnostics);
    let compilation = Compilation { purpose, files: &files, items, overrides, sources, unreadable };
    let only_defines = compilation.only_defines();
    let cases = compilation.cases(source, &mut diagnostics);
    // Those of a file of definitions are there for others.
    if !only_defines {
        params::note_unused(&files.main, sources, &mut diagnostics);
    }
    let cases = if diagnostics.has_errors() { Vec::new() } else { cases };
    Analysis { cases, diagnostics: diagnostics.into_sorted() }
}

struct Compilation<'s> {
    purpose: Purpose,
    files: &'s files::Files,
    items: Items<'s>,
    overrides: Vec<Override>,
    sources: &'s Sources,
    unreadable: bool,
}

impl<'s> Compilation<'s> {
    fn cases(&self, source: SourceId, diagnostics: &mut Diagnostics) -> Vec<CompiledCase> {
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
            start: self.start(source),
        };
        if self.only_defines() {
            let params = params::evaluate(
                &self.items.params,
                &self.overrides,
                self.sources,
                self.unreadable,
                diagnostics,
            );
            scenario::check_definitions(&file, &Merged::of(&[&self.items], None), &params, diagnostics);
            return Vec::new();
        }
        let mut plans = Vec::new();
        if self.items.scenarios.is_empty() {
            self.expand(None, source, &mut plans, diagnostics);
        }
        let mut n_cases = 0;
        for written in &self.items.scenarios {
            n_cases += self.expand(Some(written), source, &mut plans, diagnostics);
            if n_cases > MAX_CASES {
                diagnostics.push(error::too_many_cases(written.keyword));
                break;
            }
        }
        cases::compile(&file, &plans, diagnostics)
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
            ast::Item::Scenario(_) | ast::Item::Expect(_) => true,
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
        written: Option<&'s ast::Scenario>,
        source: SourceId,
        plans: &mut Vec<Plan<'s>>,
        diagnostics: &mut Diagnostics,
    ) -> usize {
        let mut over = Items::default();
        if let Some(written) = written {
            over.add(&written.items, diagnostics);
        }
        diagnostics.extend(matrix::without_effect(self.items.matrix, &over.params));
        let scenario = written.map(|written| written.name.value.as_str());
        let merged = Rc::new(Merged::of(&[&self.items, &over], scenario));
        let declarations = layered_params(&self.items.params, &over.params);
        let declared: Vec<&str> = declarations.iter().map(|param| param.name.text.as_str()).collect();
        let points = matrix::points(self.items.matrix, &declared, &self.overrides, self.sources, diagnostics);
        let n_points = points.len();
        for point in points {
            let settings: Vec<Override> = self.overrides.iter().chain(&point.settings).cloned().collect();
            let params =
                params::evaluate(&declarations, &settings, self.sources, self.unreadable, diagnostics);
            let case = Case {
                file: self.sources.get(source).name.clone(),
                scenario: written.map(|written| written.name.value.clone()),
                args: point.args,
            };
            plans.push(Plan { merged: Rc::clone(&merged), case, params });
        }
        n_points
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
