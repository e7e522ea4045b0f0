//! The statements a block may hold: one table a block, from which checks, lists and docs come.
//!
//! A table stands in the file that reads it (`gpu.rs` holds the keys of `gpu`). Invariant: nothing else in the
//! analysis spells a default or a bound of a key.

use super::expected::unit_of_name;
use crate::model::{Batching, Bound, Spec};
use crate::units::Dimension;

/// The keys of one kind of block.
#[derive(Debug)]
pub struct Table {
    /// The word that opens the block.
    pub block: &'static str,
    /// One sentence for lists and docs.
    pub summary: &'static str,
    /// In the order shown to users.
    pub keys: &'static [Key],
}

/// One statement a block may hold.
#[derive(Debug)]
pub struct Key {
    /// The first word of the statement.
    pub name: &'static str,
    /// What stands behind it.
    pub value: Value,
    /// What holds where the statement is missing, as it would be written.
    pub default: Option<&'static str>,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it may stand several times; a scenario then replaces all of them.
    pub repeatable: bool,
    /// The only batching that knows it.
    pub batching: Option<Batching>,
    /// One sentence for lists and docs.
    pub summary: &'static str,
}

/// What stands behind a key.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// A quantity of this dimension.
    Quantity(Dimension, Bound),
    /// A percentage.
    Share(Bound),
    /// A number, or a percentage.
    Factor(Bound),
    /// A whole number.
    Count(Bound),
    /// One of these words.
    Word(&'static [&'static str]),
    /// An entry of a registry; first what its entries are called.
    Choice(&'static str, fn() -> Vec<&'static Spec>),
    /// A shape of its own, as it would be written.
    Shape(&'static str),
}

impl Key {
    /// A statement that may be left out and then does not apply.
    pub(in crate::analysis) const fn optional(
        name: &'static str,
        value: Value,
        summary: &'static str,
    ) -> Key {
        Key { name, value, default: None, required: false, repeatable: false, batching: None, summary }
    }

    /// A statement that must be there.
    pub(in crate::analysis) const fn required(
        name: &'static str,
        value: Value,
        summary: &'static str,
    ) -> Key {
        Key { required: true, ..Key::optional(name, value, summary) }
    }

    /// The same with a default.
    pub(in crate::analysis) const fn or(self, default: &'static str) -> Key {
        Key { default: Some(default), required: false, ..self }
    }

    /// The same, allowed several times.
    pub(in crate::analysis) const fn repeatable(self) -> Key {
        Key { repeatable: true, ..self }
    }

    /// The same, known to one batching only.
    pub(in crate::analysis) const fn only(self, batching: Batching) -> Key {
        Key { batching: Some(batching), ..self }
    }
}

impl Table {
    /// The key a statement's first word stands for: its name, or its name and a unit (`vram_bytes`).
    pub(in crate::analysis) fn find(&self, word: &str) -> Option<&'static Key> {
        let keys = self.keys;
        keys.iter().find(|key| key.name == word).or_else(|| {
            keys.iter().find(|key| match key.value {
                Value::Quantity(dimension, _) => word
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

/// Whether the ending is a unit and nothing else, so that `vram_x_bytes` is no `vram`.
fn is_unit(ending: &str) -> bool {
    matches!(ending, "_bytes" | "_per_sec" | "_usd_per_hour" | "_ms" | "_us" | "_secs")
}

/// A place in words: `block` or `block name`.
pub(in crate::analysis) fn block_name(table: &Table, name: Option<&str>) -> String {
    name.map_or_else(|| table.block.to_owned(), |name| format!("{} {name}", table.block))
}
