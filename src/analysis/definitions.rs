//! GPUs and models by name: the file's own first, then the catalogue's; `extends` followed to its root.

use crate::source::Span;
use crate::syntax::ast;

use super::block::Block;
use super::context::Context;
use super::error;
use super::keys::Table;

/// Everything written under one name: the file's block, then the scenario's.
#[derive(Clone)]
pub(super) struct Layered<'s> {
    /// The name.
    pub(super) name: &'s str,
    /// From the file to the scenario.
    pub(super) layers: Vec<&'s ast::Block>,
}

/// All definitions of one kind.
pub(super) struct Definitions<'m, 's> {
    /// What may stand in them.
    pub(super) table: &'static Table,
    /// What one is called in messages.
    pub(super) what: &'static str,
    /// The file's.
    pub(super) own: &'m [Layered<'s>],
    /// The catalogue's.
    pub(super) catalogue: &'m [Layered<'s>],
}

impl<'s> Definitions<'_, 's> {
    /// The statements under a name that was written at `span`, its parents' among them; unknown names and cycles are
    /// reported.
    pub(super) fn resolve(&self, name: &str, span: Span, ctx: &mut Context<'_>) -> Option<Block<'s>> {
        let Some(found) = self.find(name) else {
            self.report_unknown(name, span, ctx);
            return None;
        };
        self.inherit(found, &mut Vec::new(), ctx)
    }

    fn find(&self, name: &str) -> Option<&Layered<'s>> {
        let named = |layered: &&Layered<'s>| layered.name == name;
        self.own.iter().find(named).or_else(|| self.catalogue.iter().find(named))
    }

    fn inherit(
        &self,
        from: &Layered<'s>,
        children: &mut Vec<&'s str>,
        ctx: &mut Context<'_>,
    ) -> Option<Block<'s>> {
        let mut layers = from
            .layers
            .iter()
            .map(|layer| Block::read(self.table, Some(from.name), layer.header, &layer.statements, ctx));
        let first = layers.next()?;
        let mut block = layers.fold(first, |below, above| below.overridden_by(&above));
        let Some(parent) = from.layers.iter().rev().find_map(|layer| layer.extends.as_ref()) else {
            return Some(block);
        };
        children.push(from.name);
        if let Some(found) = self.parent(&parent.text, from) {
            if let Some(start) =
                children.iter().position(|child| *child == found.name && !self.shadows(found, from))
            {
                ctx.report(error::extends_cycle(parent, &children[start..]));
                block.damaged = true;
                return Some(block);
            }
            return Some(self.inherit(found, children, ctx)?.inherited_by(&block));
        }
        self.report_unknown(&parent.text, parent.span, ctx);
        block.damaged = true;
        Some(block)
    }

    /// A definition that extends its own name means the catalogue's.
    fn parent(&self, name: &str, child: &Layered<'s>) -> Option<&Layered<'s>> {
        let in_catalogue = || self.catalogue.iter().find(|layered| layered.name == name);
        if name == child.name { in_catalogue().or_else(|| self.find(name)) } else { self.find(name) }
    }

    fn shadows(&self, found: &Layered<'s>, child: &Layered<'s>) -> bool {
        found.name == child.name && !std::ptr::eq(found, child)
    }

    fn report_unknown(&self, name: &str, span: Span, ctx: &mut Context<'_>) {
        // A block that could not be read is no unknown name: its own mistake has been reported.
        let text = &ctx.sources.get(span.source).text;
        if ctx.unreadable && mentions(text, self.table.block, name) {
            return;
        }
        let names: Vec<&str> = self.own.iter().chain(self.catalogue).map(|layered| layered.name).collect();
        let own: Vec<&str> = self.own.iter().map(|layered| layered.name).collect();
        ctx.report(error::unknown_definition(self.what, self.table.block, name, span, &names, &own));
    }
}

/// Whether a line of the text begins such a block: `gpu fast`.
fn mentions(text: &str, keyword: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let mut words = line.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
        let mut words = words.by_ref().filter(|word| !word.is_empty());
        words.next() == Some(keyword) && words.next() == Some(name)
    })
}
