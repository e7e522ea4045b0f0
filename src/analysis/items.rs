//! The items of a file or of a scenario, sorted by kind; what is allowed once is there once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::blocks::trace;
use super::error;
use super::language::error::reserved_name;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::syntax::ast::{Block, BlockKind, Expect, Ident, Item, Matrix, Param, Plan, Scenario, Trace};

/// Items by kind, each kind in the order written.
#[derive(Default)]
pub(super) struct Items<'s> {
    /// `param`.
    pub(super) params: Vec<&'s Param>,
    /// `gpu`.
    pub(super) gpus: Vec<&'s Block>,
    /// `model`.
    pub(super) models: Vec<&'s Block>,
    /// `cluster`, `engine`, `policy`, `run`: at most one of each.
    pub(super) settings: Vec<&'s Block>,
    /// `workload` and `trace`.
    pub(super) arrivals: Vec<Arrival<'s>>,
    /// `matrix`.
    pub(super) matrix: Option<&'s Matrix>,
    /// `plan`.
    pub(super) plans: Vec<&'s Plan>,
    /// `expect`.
    pub(super) expects: Vec<&'s Expect>,
    /// `scenario`.
    pub(super) scenarios: Vec<&'s Scenario>,
    /// Where each name of a kind was first defined.
    defined: BTreeMap<(&'static str, &'s str), Span>,
}

/// Something that makes requests.
#[derive(Clone, Copy)]
pub(super) enum Arrival<'s> {
    /// `workload`.
    Workload(&'s Block),
    /// `trace`.
    Trace(&'s Trace),
}

impl<'s> Arrival<'s> {
    /// The name metrics are selected by.
    pub(super) fn name(self) -> &'s str {
        match self {
            Arrival::Workload(block) => name(block),
            Arrival::Trace(recorded) => trace::name(recorded),
        }
    }

    /// From the keyword to the last token of the header.
    pub(super) fn header(self) -> Span {
        match self {
            Arrival::Workload(block) => block.header,
            Arrival::Trace(recorded) => recorded.header,
        }
    }

    /// Where the name is written.
    pub(super) fn span(self) -> Span {
        match self {
            Arrival::Workload(block) => name_span(block),
            Arrival::Trace(recorded) => recorded.name.as_ref().map_or(recorded.keyword, |name| name.span),
        }
    }
}

/// The name of a block that has one.
pub(super) fn name(block: &Block) -> &str {
    block.name.as_ref().map_or("", |name| name.text.as_str())
}

/// Where the name of a block is written.
pub(super) fn name_span(block: &Block) -> Span {
    block.name.as_ref().map_or(block.keyword, |name| name.span)
}

/// The name an item gives, other than a text.
fn defined_name(item: &Item) -> Option<&Ident> {
    match item {
        Item::Param(param) => Some(&param.name),
        Item::Block(block) => block.name.as_ref(),
        Item::Trace(recorded) => recorded.name.as_ref(),
        Item::Use(_) | Item::Expect(_) | Item::Matrix(_) | Item::Plan(_) | Item::Scenario(_) => None,
    }
}

impl<'s> Items<'s> {
    /// Adds a file's or a scenario's items; what is defined twice is reported and left out.
    pub(super) fn add(&mut self, items: &'s [Item], diagnostics: &mut Diagnostics) {
        for item in items {
            diagnostics.extend(defined_name(item).and_then(reserved_name));
            diagnostics.extend(self.add_one(item).err());
        }
    }

    /// Adds what another file may take: no scenarios, matrices, plans and expectations.
    pub(super) fn add_definitions(&mut self, items: &'s [Item], diagnostics: &mut Diagnostics) {
        for item in items {
            match item {
                Item::Scenario(_) | Item::Matrix(_) | Item::Plan(_) | Item::Expect(_) | Item::Use(_) => {}
                Item::Param(_) | Item::Block(_) | Item::Trace(_) => {
                    diagnostics.extend(defined_name(item).and_then(reserved_name));
                    diagnostics.extend(self.add_one(item).err());
                }
            }
        }
    }

    fn add_one(&mut self, item: &'s Item) -> Result<(), Diagnostic> {
        match item {
            Item::Use(_) => {}
            Item::Expect(expect) => self.expects.push(expect),
            Item::Param(param) => {
                self.define("parameter", &param.name.text, param.name.span)?;
                self.params.push(param);
            }
            Item::Block(block) => self.add_block(block)?,
            Item::Trace(recorded) => self.add_arrival(Arrival::Trace(recorded))?,
            Item::Matrix(matrix) => {
                self.define_once("matrix", matrix.keyword)?;
                self.matrix = Some(matrix);
            }
            Item::Plan(plan) => {
                self.define("plan", &plan.name.value, plan.name.span)?;
                self.plans.push(plan);
            }
            Item::Scenario(scenario) => {
                self.define("scenario", &scenario.name.value, scenario.name.span)?;
                self.scenarios.push(scenario);
            }
        }
        Ok(())
    }

    fn add_block(&mut self, block: &'s Block) -> Result<(), Diagnostic> {
        match block.kind {
            BlockKind::Gpu => {
                self.define("GPU", name(block), name_span(block))?;
                self.gpus.push(block);
            }
            BlockKind::Model => {
                self.define("model", name(block), name_span(block))?;
                self.models.push(block);
            }
            BlockKind::Workload => self.add_arrival(Arrival::Workload(block))?,
            BlockKind::Cluster | BlockKind::Engine | BlockKind::Policy | BlockKind::Run => {
                self.define_once(block.kind.word(), block.keyword)?;
                self.settings.push(block);
            }
        }
        Ok(())
    }

    fn add_arrival(&mut self, arrival: Arrival<'s>) -> Result<(), Diagnostic> {
        let (name, span) = (arrival.name(), arrival.span());
        match self.first("arrival", name, span) {
            Some(first) => Err(error::arrival_twice(name, span, first)),
            None => {
                self.arrivals.push(arrival);
                Ok(())
            }
        }
    }

    fn define(&mut self, what: &'static str, name: &'s str, span: Span) -> Result<(), Diagnostic> {
        match self.first(what, name, span) {
            Some(first) => Err(error::defined_twice(what, name, span, first)),
            None => Ok(()),
        }
    }

    /// Defines a block that has no name.
    fn define_once(&mut self, block: &'static str, keyword: Span) -> Result<(), Diagnostic> {
        match self.first(block, "", keyword) {
            Some(first) => Err(error::one_of_a_kind(block, keyword, first)),
            None => Ok(()),
        }
    }

    /// Where the name was defined before; if it was not, it is defined now.
    fn first(&mut self, what: &'static str, name: &'s str, span: Span) -> Option<Span> {
        match self.defined.entry((what, name)) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(place) => {
                place.insert(span);
                None
            }
        }
    }
}
