//! The statements a block may hold: one table a block, from which checks, lists and docs come.
//!
//! A table is in the file that reads it (`gpu.rs` holds the keys of `gpu`). Invariant: nothing else in the
//! analysis spells a default or a bound of a key.

use super::expected::unit_of_name;
use crate::model::{Field, Form};

/// The keys of one kind of block.
#[derive(Debug)]
pub struct Table {
    /// The word that opens the block.
    pub block: &'static str,
    /// One sentence for lists and docs.
    pub summary: &'static str,
    /// In the order shown to users.
    pub keys: &'static [Field],
}

impl Table {
    /// The key a statement's first word stands for: its name, or its name and a unit (`vram_bytes`).
    pub(in crate::analysis) fn find(&self, word: &str) -> Option<&'static Field> {
        let keys = self.keys;
        keys.iter().find(|key| key.name == word).or_else(|| {
            keys.iter().find(|key| match key.form {
                Form::Quantity(dimension) => word
                    .strip_prefix(key.name)
                    .is_some_and(|ending| unit_of_name(ending, dimension).is_some() && is_unit(ending)),
                _ => false,
            })
        })
    }

    /// Every name.
    pub(in crate::analysis) fn names(&self) -> impl Iterator<Item = &'static str> {
        let keys = self.keys;
        keys.iter().map(|key| key.name)
    }
}

/// Whether the ending is a unit and nothing else, so that `vram_x_bytes` is not `vram`.
fn is_unit(ending: &str) -> bool {
    matches!(ending, "_bytes" | "_per_sec" | "_usd_per_hour" | "_ms" | "_us" | "_secs")
}

/// A place in words: `block` or `block name`.
pub(in crate::analysis) fn block_name(table: &Table, name: Option<&str>) -> String {
    name.map_or_else(|| table.block.to_owned(), |name| format!("{} {name}", table.block))
}
