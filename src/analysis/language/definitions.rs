//! GPUs and models by name: the file's own first, then the catalogue's; `extends` followed to its root.

use std::collections::BTreeMap;

use super::block::Block;
use super::context::Context;
use super::error;
use super::table::Table;
use crate::source::Span;
use crate::syntax::ast;

/// Blocks by name; under each the file's block, then the scenario's.
pub(in crate::analysis) type Layers<'s> = BTreeMap<&'s str, Vec<&'s ast::Block>>;

/// All definitions of one kind.
pub(in crate::analysis) struct Definitions<'m, 's> {
    /// The keys they may hold.
    pub(in crate::analysis) table: &'static Table,
    /// What one is called in messages.
    pub(in crate::analysis) what: &'static str,
    /// The file's.
    pub(in crate::analysis) own: &'m Layers<'s>,
    /// The catalogue's.
    pub(in crate::analysis) catalogue: &'m Layers<'s>,
}

/// One definition, and whether it is the catalogue's.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key<'s> {
    name: &'s str,
    in_catalogue: bool,
}

impl<'s> Definitions<'_, 's> {
    /// The statements under a name that was written at `span`, its parents' among them; unknown names and cycles are
    /// reported.
    pub(in crate::analysis) fn resolve(
        &self,
        name: &str,
        span: Span,
        ctx: &mut Context<'_>,
    ) -> Option<Block<'s>> {
        let Some(found) = self.find(name) else {
            self.report_unknown(name, span, ctx);
            return None;
        };
        Some(self.inherit(found, &mut Vec::new(), ctx))
    }

    fn find(&self, name: &str) -> Option<Key<'s>> {
        let own = self.own.get_key_value(name).map(|(name, _)| Key { name, in_catalogue: false });
        own.or_else(|| self.find_in_catalogue(name))
    }

    fn find_in_catalogue(&self, name: &str) -> Option<Key<'s>> {
        self.catalogue.get_key_value(name).map(|(name, _)| Key { name, in_catalogue: true })
    }

    /// A definition that extends its own name means the catalogue's.
    fn find_parent(&self, name: &str, child: Key<'s>) -> Option<Key<'s>> {
        let shadowed = if name == child.name { self.find_in_catalogue(name) } else { None };
        shadowed.or_else(|| self.find(name))
    }

    /// The statements of a definition, its parents' below them; `children` lead from the one asked for to its parent.
    fn inherit(&self, from: Key<'s>, children: &mut Vec<Key<'s>>, ctx: &mut Context<'_>) -> Block<'s> {
        let layers = if from.in_catalogue { &self.catalogue[from.name] } else { &self.own[from.name] };
        let read = |layer: &&'s ast::Block, ctx: &mut Context<'_>| {
            Block::read(self.table, Some(from.name), layer.header, &layer.statements, ctx)
        };
        let first = read(&layers[0], ctx);
        let mut block = layers[1..].iter().fold(first, |below, above| below.overridden_by(&read(above, ctx)));
        let Some(parent) = layers.iter().rev().find_map(|layer| layer.extends.as_ref()) else {
            return block;
        };
        children.push(from);
        let found = self.find_parent(&parent.text, from);
        let circle = found.and_then(|found| children.iter().position(|child| *child == found));
        match (found, circle) {
            (Some(found), None) => return self.inherit(found, children, ctx).inherited_by(&block),
            (Some(_), Some(start)) => {
                // Each member of a circle comes by here; the first by name speaks for all.
                let circle: Vec<&str> = children[start..].iter().map(|child| child.name).collect();
                if circle.iter().all(|name| circle[0] <= *name) {
                    ctx.report(error::extends_cycle(parent, &circle));
                }
            }
            (None, _) => self.report_unknown(&parent.text, parent.span, ctx),
        }
        block.damaged = true;
        block
    }

    fn report_unknown(&self, name: &str, span: Span, ctx: &mut Context<'_>) {
        if ctx.is_unreadable(self.table.block, name, span) {
            return;
        }
        let names: Vec<&str> = self.own.keys().chain(self.catalogue.keys()).copied().collect();
        let own: Vec<&str> = self.own.keys().copied().collect();
        ctx.report(error::unknown_definition(self.what, self.table.block, name, span, &names, &own));
    }
}
