//! GPUs and models of the catalogue.

use super::table::Table;
use crate::catalog;
use crate::source::Sources;
use crate::syntax::ast::{Block, BlockKind, Item};
use crate::syntax::parse;

/// Every GPU.
pub(super) fn gpus() -> Table {
    blocks("gpu", BlockKind::Gpu)
}

/// Every model.
pub(super) fn models() -> Table {
    blocks("model", BlockKind::Model)
}

fn blocks(title: &str, kind: BlockKind) -> Table {
    let mut table = Table::new(format!("{title} of the catalogue"));
    for (name, text) in catalog::FILES {
        let mut sources = Sources::default();
        let source = sources.add(*name, *text);
        let (file, _) = parse(source, &sources);
        let blocks = file.items.into_iter().filter_map(|item| match item {
            Item::Block(block) if block.kind == kind => Some(block),
            _ => None,
        });
        for block in blocks {
            if let Some(name) = &block.name {
                table.row([name.text.clone(), about(&block, &sources)]);
            }
        }
    }
    table
}

/// Its doc comment, else its figures.
fn about(block: &Block, sources: &Sources) -> String {
    match &block.doc {
        Some(doc) => doc.text.lines().next().unwrap_or_default().trim().to_owned(),
        None => {
            let statements = block.statements.iter().map(|statement| sources.slice(statement.span));
            statements.collect::<Vec<_>>().join("; ")
        }
    }
}
