//! One case: the file's blocks with the scenario's put over them, lowered to a model.

use std::collections::BTreeMap;

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::model::{
    Batching, Case, Cluster, Engine, Expectation, Gpu, LanguageModel, Policy, Scenario, Workload,
};
use crate::source::{Sources, Span};
use crate::syntax::ast::{self, BlockKind, Expect};

use super::block::Block;
use super::cluster::Layout;
use super::context::{Context, Params};
use super::definitions::{Definitions, Layers};
use super::engine::Mode;
use super::expectation::{self, Cases, Place, Surroundings};
use super::items::{self, Arrival, Items};
use super::keys::Table;
use super::not_simulated::{Feature, require};
use super::{CompiledCase, cluster, engine, error, fit, gpu, language_model, policy, run, trace, workload};

/// The table of a kind of block.
pub(super) fn table_of(kind: BlockKind) -> &'static Table {
    match kind {
        BlockKind::Gpu => &gpu::TABLE,
        BlockKind::Model => &language_model::TABLE,
        BlockKind::Cluster => &cluster::TABLE,
        BlockKind::Engine => &engine::TABLE,
        BlockKind::Policy => &policy::TABLE,
        BlockKind::Workload => &workload::TABLE,
        BlockKind::Run => &run::TABLE,
    }
}

/// The blocks of a case: the file's, and over them the scenario's.
pub(super) struct Merged<'s> {
    gpus: Layers<'s>,
    models: Layers<'s>,
    cluster: Vec<&'s ast::Block>,
    engine: Vec<&'s ast::Block>,
    policy: Vec<&'s ast::Block>,
    run: Vec<&'s ast::Block>,
    arrivals: Vec<(Arrival<'s>, Vec<&'s ast::Block>)>,
    arrival_index: BTreeMap<&'s str, usize>,
    expects: Vec<(&'s Expect, Option<&'s str>)>,
}

impl<'s> Merged<'s> {
    /// Layers from the bottom: what the file uses, the file, the scenario with its name.
    pub(super) fn of(layers: &[&Items<'s>], scenario: Option<&'s str>) -> Merged<'s> {
        let settings = |kind: BlockKind| {
            let blocks = layers.iter().flat_map(|items| items.settings.iter().copied());
            blocks.filter(|block| block.kind == kind).collect::<Vec<_>>()
        };
        let mut merged = Merged {
            gpus: Layers::new(),
            models: Layers::new(),
            cluster: settings(BlockKind::Cluster),
            engine: settings(BlockKind::Engine),
            policy: settings(BlockKind::Policy),
            run: settings(BlockKind::Run),
            arrivals: Vec::new(),
            arrival_index: BTreeMap::new(),
            expects: Vec::new(),
        };
        for (position, items) in layers.iter().enumerate() {
            add_layer(&mut merged.gpus, &items.gpus);
            add_layer(&mut merged.models, &items.models);
            items.arrivals.iter().for_each(|arrival| merged.add_arrival(*arrival));
            let on_top = position + 1 == layers.len();
            let owner = scenario.filter(|_| on_top);
            merged.expects.extend(items.expects.iter().map(|expect| (*expect, owner)));
        }
        merged
    }

    /// A scenario's workload changes the file's statement by statement; its trace takes the place of the file's.
    fn add_arrival(&mut self, arrival: Arrival<'s>) {
        let layers = match arrival {
            Arrival::Workload(block) => vec![block],
            Arrival::Trace(_) => Vec::new(),
        };
        let index = *self.arrival_index.entry(arrival.name()).or_insert(self.arrivals.len());
        match (self.arrivals.get_mut(index), arrival) {
            (Some((Arrival::Workload(_), below)), Arrival::Workload(block)) => below.push(block),
            (Some(known), _) => *known = (arrival, layers),
            (None, _) => self.arrivals.push((arrival, layers)),
        }
    }

    /// Where each workload begins, in the order of the scenario's.
    fn headers(&self) -> Vec<Span> {
        self.arrivals.iter().map(|(arrival, _)| arrival.header()).collect()
    }
}

/// Puts blocks over those of the same name.
pub(super) fn add_layer<'s>(definitions: &mut Layers<'s>, blocks: &[&'s ast::Block]) {
    for block in blocks {
        definitions.entry(items::name(block)).or_default().push(block);
    }
}

/// What all cases of a file have in common.
pub(super) struct File<'m, 's> {
    /// The texts.
    pub(super) sources: &'m Sources,
    /// The catalogue's GPUs.
    pub(super) catalogue_gpus: &'m Layers<'s>,
    /// The catalogue's models.
    pub(super) catalogue_models: &'m Layers<'s>,
    /// Headers of blocks that could not be read in full.
    pub(super) damaged: &'m std::collections::BTreeSet<Span>,
    /// Whether some text could not be read at all.
    pub(super) unreadable: bool,
    /// Every scenario of the file.
    pub(super) scenarios: &'m [String],
    /// Where to report what the whole file lacks.
    pub(super) start: Span,
}

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
    policy::lower(
        &lowering.settings(&merged.policy, &policy::TABLE, file.start, &mut ctx),
        &mode,
        None,
        &mut ctx,
    );
    run::lower(&lowering.settings(&merged.run, &run::TABLE, file.start, &mut ctx), &mut ctx);
    diagnostics.extend(ctx.diagnostics.iter().cloned());
}

impl<'m> File<'m, '_> {
    /// A context for one case.
    pub(super) fn context(&self, params: &'m Params) -> Context<'m> {
        let mut ctx = Context::new(self.sources, params);
        ctx.damaged.clone_from(self.damaged);
        ctx.unreadable = self.unreadable;
        ctx
    }
}

/// A case without its expectations, which may speak of other cases.
pub(super) struct Draft<'s> {
    /// What it calls its workloads and traces, in the model's order.
    workloads: Vec<String>,
    /// What is built, where the case as a whole is not sound.
    cluster: Option<Cluster>,
    /// How its replicas execute, where that can be told.
    mode: Option<Mode>,
    sound: Option<(Scenario, Block<'s>)>,
}

impl<'s> Draft<'s> {
    /// What an expectation about this case may name.
    pub(super) fn place(&self) -> Place<'_> {
        let cluster = self.sound.as_ref().map(|(scenario, ..)| &scenario.cluster).or(self.cluster.as_ref());
        Place { scenario: None, workloads: &self.workloads, mode: self.mode.as_ref(), cluster }
    }

    /// The case with its expectations; `None` when something was reported.
    pub(super) fn complete(
        self,
        merged: &Merged<'s>,
        expectations: Option<Vec<Expectation>>,
        mut ctx: Context<'_>,
    ) -> Option<CompiledCase> {
        let (scenario, cluster) = self.sound?;
        let scenario = Scenario { expectations: expectations?, ..scenario };
        require_features(&scenario, &cluster, &mut ctx);
        Some(CompiledCase {
            scenario,
            expectations: merged.expects.iter().map(|(expect, _)| expect.span).collect(),
            workloads: merged.headers(),
            not_simulated: sorted(ctx.not_simulated),
            settings: ctx.settings,
        })
    }
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
    let own = Place { scenario: case.scenario.as_deref(), ..cases[&case_name(case)] };
    let (_, args) = case_name(case);
    let lowered = merged.expects.iter().map(|(expect, scenario)| {
        let around = Surroundings { own, args, cases, scenarios: file.scenarios, scenario: *scenario };
        expectation::lower(expect, &around, ctx)
    });
    lowered.collect::<Vec<_>>().into_iter().collect()
}

/// What tells the cases of a file apart.
pub(super) fn case_name(case: &Case) -> (Option<&str>, &[(String, String)]) {
    (case.scenario.as_deref(), &case.args)
}

fn sorted(list: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut diagnostics = Diagnostics::default();
    diagnostics.extend(list);
    diagnostics.into_sorted()
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
        let n_replicas = built.as_ref().and_then(|built| built.layout.n_replicas());
        let assumed = Mode::assumed(header);
        let engine = engine::lower(&engine_block, mode.as_ref().unwrap_or(&assumed), ctx);
        let policy = policy::lower(&policy_block, mode.as_ref().unwrap_or(&assumed), n_replicas, ctx);
        if let (Some(mode), Some(built)) = (&mode, &built) {
            built.check_mode(mode, ctx);
        }
        if let (Some(_), Some(engine), Some(policy)) = (&mode, &engine, &policy) {
            check_routing(&policy_block, engine, policy, ctx);
        }
        let run = run::lower(&run_block, ctx);

        let workloads = self.workloads(header, ctx);
        let names = self.merged.arrivals.iter().map(|(arrival, _)| arrival.name().to_owned()).collect();
        let Some(built) = built else { return Draft { workloads: names, cluster: None, mode, sound: None } };
        let Built { block, model, cluster, .. } = built;
        match (&mode, model, cluster, engine, policy, workloads, run) {
            (Some(_), Some(model), Some(cluster), Some(engine), Some(policy), Some(workloads), Some(run)) => {
                let scenario = Scenario {
                    case: case.clone(),
                    model,
                    cluster,
                    engine,
                    policy,
                    workloads,
                    run,
                    expectations: Vec::new(),
                    params: params.iter().map(|(name, param)| (name.clone(), param.text.clone())).collect(),
                };
                if !fit::check(&scenario, &block, ctx) {
                    return Draft { workloads: names, cluster: Some(scenario.cluster), mode, sound: None };
                }
                fit::check_links(&scenario, &block, ctx);
                Draft { workloads: names, cluster: None, mode, sound: Some((scenario, block)) }
            }
            (_, _, cluster, ..) => Draft { workloads: names, cluster, mode, sound: None },
        }
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
                ctx.report(error::no_cluster(self.file.start));
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
        let mut quiet = Context::new(ctx.sources, ctx.params);
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
                ctx.report(error::nothing_arrives(header));
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

/// Blocks of one kind, each put over those before it; `None` where there is none.
fn read_layers<'s>(
    layers: &[&'s ast::Block],
    table: &'static Table,
    name: Option<&'s str>,
    ctx: &mut Context<'_>,
) -> Option<Block<'s>> {
    let mut blocks =
        layers.iter().map(|layer| Block::read(table, name, layer.header, &layer.statements, ctx));
    let first = blocks.next()?;
    Some(blocks.fold(first, |below, above| below.overridden_by(&above)))
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

/// Notes what a sound case needs and the engine does not execute yet, beyond entries of registries.
fn require_features(scenario: &Scenario, cluster: &Block<'_>, ctx: &mut Context<'_>) {
    if scenario.engine.batching == Batching::Continuous {
        return;
    }
    let groups = scenario.cluster.groups.iter().zip(cluster.all("gpus"));
    for (_, statement) in groups.filter(|(group, _)| group.tensor_parallel > 1) {
        require(Feature::TensorParallelPhases, statement.span, ctx);
    }
}
