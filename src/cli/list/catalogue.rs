//! GPUs and models of the catalogue.

use super::table::Table;
use crate::catalog;
use crate::source::Sources;
use crate::syntax::ast::{Block, BlockKind, Item};
use crate::syntax::parse;

/// Every GPU.
pub(super) fn gpus() -> Table {
    table("gpu", BlockKind::Gpu)
}

/// Every model.
pub(super) fn models() -> Table {
    table("model", BlockKind::Model)
}

fn table(title: &str, kind: BlockKind) -> Table {
    let mut table = Table::new(format!("{title} of the catalogue"));
    for entry in entries(kind) {
        table.row([entry.name, entry.doc.unwrap_or_else(|| entry.statements.join("; "))]);
    }
    table
}

/// A block of the catalogue.
pub(in crate::cli) struct CatalogueEntry {
    pub(in crate::cli) name: String,
    /// The first line of its doc comment.
    pub(in crate::cli) doc: Option<String>,
    /// As written.
    pub(in crate::cli) statements: Vec<String>,
}

/// Every block of a kind, in the order of the catalogue.
pub(in crate::cli) fn entries(kind: BlockKind) -> Vec<CatalogueEntry> {
    let of_file = |(name, text): &(&str, &str)| {
        let mut sources = Sources::default();
        let source = sources.add(*name, *text);
        let (file, _) = parse(source, &sources);
        let entry = |item: Item| match item {
            Item::Block(block) if block.kind == kind => CatalogueEntry::of(&block, &sources),
            _ => None,
        };
        file.items.into_iter().filter_map(entry).collect::<Vec<_>>()
    };
    catalog::FILES.iter().flat_map(of_file).collect()
}

impl CatalogueEntry {
    fn of(block: &Block, sources: &Sources) -> Option<CatalogueEntry> {
        let first_line = |text: &str| text.lines().next().unwrap_or_default().trim().to_owned();
        let statements = block.statements.iter().map(|statement| sources.slice(statement.span).to_owned());
        Some(CatalogueEntry {
            name: block.name.as_ref()?.text.clone(),
            doc: block.doc.as_ref().map(|doc| first_line(&doc.text)),
            statements: statements.collect(),
        })
    }
}
