//! One case, lowered to a model.

use std::collections::BTreeMap;

use super::blocks::cluster::Layout;
use super::blocks::{cluster, engine, error, gpu, language_model, policy, run, trace, workload};
use super::error::{no_cluster, nothing_arrives, tensor_parallel_phases};
use super::expectation::{self, CaseContext, Cases, Surroundings};
use super::items::{self, Arrival};
use super::language::block::Block;
use super::language::context::Context;
use super::language::definitions::Definitions;
use super::language::mode::Mode;
use super::language::table::Table;
use super::language::value::{Param, ParamValue, Params};
use super::layers::{File, Merged, read_layers};
use super::{CompiledCase, decode_rate, fit, without_effect};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::model::{
    Batching, Case, Cluster, Engine, Expectation, Gpu, LanguageModel, Policy, Scenario, Workload,
};
use crate::source::Span;
use crate::syntax::ast;
use crate::units::Quantity;

/// Checks a file that is there to be used by others.
pub(super) fn check_definitions<'s>(
    file: &File<'_, 's>,
    merged: &Merged<'s>,
    params: &Params,
    diagnostics: &mut Diagnostics,
) {
    let mut ctx = file.context(params);
    let lowering = Lowering { file, merged };
    let (gpus, models) = (lowering.own_gpus(&mut ctx), lowering.own_models(&mut ctx));
    if !merged.cluster.is_empty() {
        lowering.cluster(gpus, models, &mut ctx);
    }
    if !merged.arrivals.is_empty() {
        lowering.workloads(file.start, &mut ctx);
    }
    // Which batching these will run with is not known here.
    let mode = Mode::assumed(file.start);
    engine::lower(&lowering.settings(&merged.engine, &engine::TABLE, file.start, &mut ctx), &mode, &mut ctx);
    policy::lower(&lowering.settings(&merged.policy, &policy::TABLE, file.start, &mut ctx), &mode, &mut ctx);
    run::lower(&lowering.settings(&merged.run, &run::TABLE, file.start, &mut ctx), &mut ctx);
    diagnostics.extend(ctx.diagnostics.iter().cloned());
}

/// A case without its expectations, which may speak of other cases.
pub(super) struct Draft<'s> {
    /// What it calls its workloads and traces, in the model's order.
    workloads: Vec<String>,
    /// How its replicas execute, where that is known.
    mode: Option<Mode>,
    lowered: Lowered<'s>,
}

/// How much of a case could be lowered.
enum Lowered<'s> {
    /// All of it but its expectations; the block describes its cluster.
    Sound { scenario: Box<Scenario>, block: Block<'s> },
    /// Not all of it; its cluster, where that could.
    Unsound { cluster: Option<Cluster> },
}

impl Lowered<'_> {
    fn cluster(&self) -> Option<&Cluster> {
        match self {
            Lowered::Sound { scenario, .. } => Some(&scenario.cluster),
            Lowered::Unsound { cluster } => cluster.as_ref(),
        }
    }
}

impl<'s> Draft<'s> {
    /// What an expectation about this case may name.
    pub(super) fn case_context(&self) -> CaseContext<'_> {
        let (mode, cluster) = (self.mode.as_ref(), self.lowered.cluster());
        CaseContext { scenario: None, workloads: &self.workloads, mode, cluster }
    }

    /// The case with its expectations; `None` when something was reported.
    pub(super) fn complete(
        self,
        merged: &Merged<'s>,
        expectations: Option<Vec<Expectation>>,
        ctx: Context<'_>,
    ) -> Option<CompiledCase> {
        let Lowered::Sound { scenario, block } = self.lowered else { return None };
        let scenario = Scenario { expectations: expectations?, ..*scenario };
        Some(CompiledCase {
            not_simulated: not_simulated(&scenario, &block),
            scenario,
            expectations: merged.expects.iter().map(|(expect, _)| expect.span).collect(),
            workloads: merged.headers(),
            quantities: quantities(ctx.params),
            settings: ctx.settings,
        })
    }
}

/// The parameters that are numbers or quantities.
fn quantities(params: &Params) -> BTreeMap<String, Quantity> {
    let quantity = |param: &Param| match &param.value {
        Some(ParamValue::Quantity(evaluated)) => Some(evaluated.quantity),
        _ => None,
    };
    params.iter().filter_map(|(name, param)| Some((name.clone(), quantity(param)?))).collect()
}

/// Lowers one case but for its expectations.
pub(super) fn draft<'s>(
    file: &File<'_, 's>,
    merged: &Merged<'s>,
    case: &Case,
    params: &Params,
    ctx: &mut Context<'_>,
) -> Draft<'s> {
    Lowering { file, merged }.draft(case, params, ctx)
}

/// Lowers the expectations of a case of those of the file.
pub(super) fn expectations(
    file: &File<'_, '_>,
    merged: &Merged<'_>,
    case: &Case,
    cases: &Cases<'_>,
    ctx: &mut Context<'_>,
) -> Option<Vec<Expectation>> {
    let own = CaseContext { scenario: case.scenario.as_deref(), ..cases[&case_name(case)] };
    let (_, args) = case_name(case);
    let lowered = merged.expects.iter().map(|(expect, scenario)| {
        let (scenarios, scenario) = (file.scenarios, *scenario);
        let around = Surroundings { own, args, cases, scenarios, scenario, varied: None };
        expectation::lower(expect, &around, ctx)
    });
    lowered.collect::<Vec<_>>().into_iter().collect()
}

/// What tells the cases of a file apart.
pub(super) fn case_name(case: &Case) -> (Option<&str>, &[(String, String)]) {
    (case.scenario.as_deref(), &case.args)
}

struct Lowering<'m, 'f, 's> {
    file: &'m File<'f, 's>,
    merged: &'m Merged<'s>,
}

impl<'s> Lowering<'_, '_, 's> {
    fn draft(&self, case: &Case, params: &Params, ctx: &mut Context<'_>) -> Draft<'s> {
        let gpus = self.own_gpus(ctx);
        let models = self.own_models(ctx);
        let built = self.cluster(gpus, models, ctx);
        let cluster = built.as_ref().and_then(|built| built.cluster.as_ref());
        let header = built.as_ref().map_or(self.file.start, |built| built.header);

        let engine_block = self.settings(&self.merged.engine, &engine::TABLE, header, ctx);
        let policy_block = self.settings(&self.merged.policy, &policy::TABLE, header, ctx);
        let run_block = self.settings(&self.merged.run, &run::TABLE, header, ctx);
        let mode = engine::mode(&engine_block, cluster, header, ctx);
        let assumed = Mode::assumed(header);
        let engine = engine::lower(&engine_block, mode.as_ref().unwrap_or(&assumed), ctx);
        let policy = policy::lower(&policy_block, mode.as_ref().unwrap_or(&assumed), ctx);
        if let (Some(mode), Some(built)) = (&mode, &built) {
            built.check_mode(mode, ctx);
        }
        if let (Some(_), Some(engine), Some(policy)) = (&mode, &engine, &policy) {
            check_routing(&policy_block, engine, policy, ctx);
        }
        let run = run::lower(&run_block, ctx);

        let workloads = self.workloads(header, ctx);
        let names = self.merged.arrivals.iter().map(|(arrival, _)| arrival.name().to_owned()).collect();
        let lowered = match (&mode, built, engine, policy, workloads, run) {
            (
                Some(_),
                Some(Built { block, layout, model: Some(model), cluster: Some(cluster), .. }),
                Some(engine),
                Some(policy),
                Some(workloads),
                Some(run),
            ) => {
                let params = params.iter().map(|(name, param)| (name.clone(), param.text.clone()));
                let scenario = Scenario {
                    case: case.clone(),
                    model,
                    cluster,
                    engine,
                    policy,
                    workloads,
                    run,
                    expectations: Vec::new(),
                    params: params.collect(),
                };
                let lowered = fitting(scenario, block, ctx);
                if let Lowered::Sound { scenario, .. } = &lowered {
                    decode_rate::check(scenario, &layout, &self.gpus(), ctx);
                    without_effect::check(scenario, &policy_block, ctx);
                }
                lowered
            }
            (_, built, ..) => Lowered::Unsound { cluster: built.and_then(|built| built.cluster) },
        };
        Draft { workloads: names, mode, lowered }
    }

    /// Every GPU the file defines, used or not: its mistakes are reported once.
    fn own_gpus(&self, ctx: &mut Context<'_>) -> BTreeMap<&'s str, Option<Gpu>> {
        let names = self.merged.gpus.iter();
        names
            .map(|(name, layers)| {
                let resolved = self.gpus().resolve(name, items::name_span(layers[0]), ctx);
                (*name, resolved.and_then(|block| gpu::lower(&block, ctx)))
            })
            .collect()
    }

    fn own_models(&self, ctx: &mut Context<'_>) -> BTreeMap<&'s str, Option<LanguageModel>> {
        let names = self.merged.models.iter();
        names
            .map(|(name, layers)| {
                let resolved = self.models().resolve(name, items::name_span(layers[0]), ctx);
                (*name, resolved.and_then(|block| language_model::lower(&block, ctx)))
            })
            .collect()
    }

    fn gpus(&self) -> Definitions<'_, 's> {
        let (own, catalogue) = (&self.merged.gpus, self.file.catalogue_gpus);
        Definitions { table: &gpu::TABLE, what: "GPU", own, catalogue }
    }

    fn models(&self) -> Definitions<'_, 's> {
        let (own, catalogue) = (&self.merged.models, self.file.catalogue_models);
        Definitions { table: &language_model::TABLE, what: "model", own, catalogue }
    }

    /// The cluster and the model it serves.
    fn cluster(
        &self,
        mut gpus: BTreeMap<&'s str, Option<Gpu>>,
        mut models: BTreeMap<&'s str, Option<LanguageModel>>,
        ctx: &mut Context<'_>,
    ) -> Option<Built<'s>> {
        let Some(first) = self.merged.cluster.first() else {
            if !ctx.unreadable {
                ctx.report(no_cluster(self.file.start));
            }
            return None;
        };
        let header = first.header;
        let block = self.settings(&self.merged.cluster, &cluster::TABLE, header, ctx);
        let layout = cluster::layout(&block, ctx);
        let types: Vec<Option<Gpu>> = layout
            .lines
            .iter()
            .map(|line| {
                let (name, span) = &line.kind;
                match gpus.remove_entry(name.as_str()) {
                    Some((known, gpu)) => {
                        gpus.insert(known, gpu.clone());
                        gpu
                    }
                    None => {
                        let block = self.gpus().resolve(name, *span, ctx)?;
                        gpu::lower(&block, ctx)
                    }
                }
            })
            .collect();
        let model = layout.serves.as_ref().and_then(|(name, span)| match models.remove(name.as_str()) {
            Some(model) => model,
            None => {
                let block = self.models().resolve(name, *span, ctx)?;
                language_model::lower(&block, ctx)
            }
        });
        let cluster = cluster::lower(&block, &layout, &types, ctx);
        self.record_definitions(&layout, ctx);
        Some(Built { header, block, layout, types, model, cluster })
    }

    /// The settings of the GPUs and the model in use, for `--show-config`.
    fn record_definitions(&self, layout: &Layout, ctx: &mut Context<'_>) {
        let mut quiet = Context::new(ctx.sources, ctx.params, ctx.tables);
        let mut seen: Vec<&str> = Vec::new();
        for line in &layout.lines {
            let (name, span) = &line.kind;
            if seen.contains(&name.as_str()) {
                continue;
            }
            seen.push(name);
            if let Some(block) = self.gpus().resolve(name, *span, &mut quiet) {
                gpu::record(&block, &mut quiet);
            }
        }
        if let Some((name, span)) = &layout.serves
            && let Some(block) = self.models().resolve(name, *span, &mut quiet)
        {
            block.record(None, &[], &mut quiet);
        }
        ctx.settings.append(&mut quiet.settings);
    }

    fn settings(
        &self,
        layers: &[&'s ast::Block],
        table: &'static Table,
        header: Span,
        ctx: &mut Context<'_>,
    ) -> Block<'s> {
        read_layers(layers, table, None, ctx).unwrap_or_else(|| Block::empty(table, header))
    }

    fn workloads(&self, header: Span, ctx: &mut Context<'_>) -> Option<Vec<Workload>> {
        if self.merged.arrivals.is_empty() {
            if !ctx.unreadable {
                ctx.report(nothing_arrives(header));
            }
            return None;
        }
        let lowered = self.merged.arrivals.iter().map(|(arrival, layers)| match arrival {
            Arrival::Trace(recorded) => trace::lower(recorded, ctx),
            Arrival::Workload(block) => {
                let name = Some(items::name(block));
                let block = read_layers(layers, &workload::TABLE, name, ctx)?;
                block.record(None, &[], ctx);
                workload::lower(&block, ctx)
            }
        });
        lowered.collect::<Vec<_>>().into_iter().collect()
    }
}

/// A case whose parts are sound: whether they fit together.
fn fitting<'s>(scenario: Scenario, block: Block<'s>, ctx: &mut Context<'_>) -> Lowered<'s> {
    if !fit::check(&scenario, &block, ctx) {
        return Lowered::Unsound { cluster: Some(scenario.cluster) };
    }
    fit::check_links(&scenario, &block, ctx);
    Lowered::Sound { scenario: Box::new(scenario), block }
}

/// A cluster with what was found on the way to it.
struct Built<'s> {
    header: Span,
    block: Block<'s>,
    layout: Layout,
    types: Vec<Option<Gpu>>,
    model: Option<LanguageModel>,
    cluster: Option<Cluster>,
}

impl Built<'_> {
    /// Whether GPUs, model and cluster say what the execution model needs.
    fn check_mode(&self, mode: &Mode, ctx: &mut Context<'_>) {
        self.block.refuse_other_batching(mode, ctx);
        for (line, gpu) in self.layout.lines.iter().zip(&self.types) {
            let Some(gpu) = gpu else { continue };
            let has = match mode.batching {
                Batching::Phases => gpu.throughput.is_some(),
                Batching::Continuous => gpu.hardware.is_some(),
            };
            if !has {
                ctx.report(error::figures_of_other_batching(line.kind.1, &gpu.name, mode));
            }
        }
        if let (Batching::Continuous, Some(model), Some((_, span))) =
            (mode.batching, &self.model, &self.layout.serves)
        {
            let missing = language_model::missing_architecture(model);
            if !missing.is_empty() {
                ctx.report(error::incomplete_architecture(*span, &model.name, &missing));
            }
        }
    }
}

/// `routing prefix_aware` compares prefix caches.
fn check_routing(block: &Block<'_>, engine: &Engine, policy: &Policy, ctx: &mut Context<'_>) {
    let has_caches = engine.batching == Batching::Continuous && engine.prefix_cache;
    if let Some(statement) = block.one("routing")
        && policy.routing.name == "prefix_aware"
        && !has_caches
    {
        ctx.report(error::routing_without_prefixes(statement, engine.batching));
    }
}

/// What a sound case asks for and the engine does not execute yet.
fn not_simulated(scenario: &Scenario, cluster: &Block<'_>) -> Vec<Diagnostic> {
    if scenario.engine.batching == Batching::Continuous {
        return Vec::new();
    }
    let groups = scenario.cluster.groups.iter().zip(cluster.all("gpus"));
    let of_several = groups.filter(|(group, _)| group.tensor_parallel > 1);
    of_several.map(|(_, statement)| tensor_parallel_phases(statement.span)).collect()
}
