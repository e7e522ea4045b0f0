//! The blocks of a case: the file's with the scenario's put over them, as written.
//!
//! Not for what the statements say: `scenario` lowers them.

use std::collections::{BTreeMap, BTreeSet};

use super::items::{self, Arrival, Items};
use super::language::block::Block;
use super::language::context::Context;
use super::language::definitions::Layers;
use super::language::table::Table;
use super::language::value::Params;
use super::tables::TABLES;
use crate::source::{Sources, Span};
use crate::syntax::ast::{self, BlockKind, Expect};

/// The blocks of a case: the file's, and over them the scenario's.
pub(super) struct Merged<'s> {
    /// `gpu`, by name.
    pub(super) gpus: Layers<'s>,
    /// `model`, by name.
    pub(super) models: Layers<'s>,
    /// `cluster`, the lowest layer first.
    pub(super) cluster: Vec<&'s ast::Block>,
    /// `engine`, likewise.
    pub(super) engine: Vec<&'s ast::Block>,
    /// `policy`, likewise.
    pub(super) policy: Vec<&'s ast::Block>,
    /// `run`, likewise.
    pub(super) run: Vec<&'s ast::Block>,
    /// Workloads and traces in order, with the layers of each workload.
    pub(super) arrivals: Vec<(Arrival<'s>, Vec<&'s ast::Block>)>,
    arrival_index: BTreeMap<&'s str, usize>,
    /// Expectations, each with the scenario it is written in.
    pub(super) expects: Vec<(&'s Expect, Option<&'s str>)>,
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
    pub(super) fn headers(&self) -> Vec<Span> {
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
    pub(super) damaged: &'m BTreeSet<Span>,
    /// Whether some text could not be read at all.
    pub(super) unreadable: bool,
    /// Every scenario of the file.
    pub(super) scenarios: &'m [String],
    /// Where to report what the whole file lacks.
    pub(super) start: Span,
}

impl<'m> File<'m, '_> {
    /// A context for one case.
    pub(super) fn context(&self, params: &'m Params) -> Context<'m> {
        let mut ctx = Context::new(self.sources, params, TABLES);
        ctx.damaged.clone_from(self.damaged);
        ctx.unreadable = self.unreadable;
        ctx
    }
}

/// Blocks of one kind, each put over those before it; `None` where there is none.
pub(super) fn read_layers<'s>(
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
