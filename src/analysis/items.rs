//! The items of a file or of a scenario, sorted by kind; what may stand once stands once.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::syntax::ast::{Block, BlockKind, Expect, Item, Matrix, Param, Scenario, Trace};

use super::{error, trace};

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
    /// `expect`.
    pub(super) expects: Vec<&'s Expect>,
    /// `scenario`.
    pub(super) scenarios: Vec<&'s Scenario>,
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

    /// Where the name stands.
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

/// Where the name of a block stands.
pub(super) fn name_span(block: &Block) -> Span {
    block.name.as_ref().map_or(block.keyword, |name| name.span)
}

impl<'s> Items<'s> {
    /// Adds a file's or a scenario's items; what is defined twice is reported and left out.
    pub(super) fn add(&mut self, items: &'s [Item], diagnostics: &mut Diagnostics) {
        for item in items {
            if let Some(diagnostic) = self.add_one(item) {
                diagnostics.push(diagnostic);
            }
        }
    }

    /// Adds what another file may take: no scenarios, matrices and expectations.
    pub(super) fn add_definitions(&mut self, items: &'s [Item], diagnostics: &mut Diagnostics) {
        for item in items {
            let diagnostic = match item {
                Item::Scenario(_) | Item::Matrix(_) | Item::Expect(_) | Item::Use(_) => None,
                Item::Param(_) | Item::Block(_) | Item::Trace(_) => self.add_one(item),
            };
            diagnostics.extend(diagnostic);
        }
    }

    fn add_one(&mut self, item: &'s Item) -> Option<Diagnostic> {
        match item {
            Item::Use(_) => None,
            Item::Expect(expect) => {
                self.expects.push(expect);
                None
            }
            Item::Param(param) => {
                let first = self.params.iter().find(|other| other.name.text == param.name.text);
                let twice = first.map(|first| {
                    error::defined_twice("parameter", &param.name.text, param.name.span, first.name.span)
                });
                insert(&mut self.params, param, twice)
            }
            Item::Block(block) => self.add_block(block),
            Item::Trace(recorded) => self.add_arrival(Arrival::Trace(recorded)),
            Item::Matrix(matrix) => match self.matrix {
                Some(first) => Some(error::one_of_a_kind("matrix", matrix.keyword, first.keyword)),
                None => {
                    self.matrix = Some(matrix);
                    None
                }
            },
            Item::Scenario(scenario) => {
                let first = self.scenarios.iter().find(|other| other.name.value == scenario.name.value);
                let twice = first.map(|first| {
                    error::defined_twice(
                        "scenario",
                        &scenario.name.value,
                        scenario.name.span,
                        first.name.span,
                    )
                });
                insert(&mut self.scenarios, scenario, twice)
            }
        }
    }

    fn add_block(&mut self, block: &'s Block) -> Option<Diagnostic> {
        let (list, what) = match block.kind {
            BlockKind::Gpu => (&mut self.gpus, "GPU"),
            BlockKind::Model => (&mut self.models, "model"),
            BlockKind::Workload => return self.add_arrival(Arrival::Workload(block)),
            BlockKind::Cluster | BlockKind::Engine | BlockKind::Policy | BlockKind::Run => {
                let first = self.settings.iter().find(|other| other.kind == block.kind);
                let twice = first.map(|first| {
                    error::one_of_a_kind(
                        super::scenario::table_of(block.kind).block,
                        block.keyword,
                        first.keyword,
                    )
                });
                return insert(&mut self.settings, block, twice);
            }
        };
        let first = list.iter().find(|other| name(other) == name(block));
        let twice =
            first.map(|first| error::defined_twice(what, name(block), name_span(block), name_span(first)));
        insert(list, block, twice)
    }

    fn add_arrival(&mut self, arrival: Arrival<'s>) -> Option<Diagnostic> {
        let first = self.arrivals.iter().find(|other| other.name() == arrival.name());
        let twice = first.map(|first| error::arrival_twice(arrival.name(), arrival.span(), first.span()));
        insert(&mut self.arrivals, arrival, twice)
    }
}

fn insert<T>(list: &mut Vec<T>, item: T, twice: Option<Diagnostic>) -> Option<Diagnostic> {
    if twice.is_none() {
        list.push(item);
    }
    twice
}
