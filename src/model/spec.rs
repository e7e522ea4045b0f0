//! How a registry entry describes itself: the source of spelling, unit and range checks, `kvs list` and the docs.

use super::field::Field;

/// One name an open set offers, as `p2c` among the routing policies.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// As written in a scenario.
    pub name: &'static str,
    /// One sentence for lists and docs.
    pub summary: &'static str,
    /// Positional ones first, in order.
    pub arguments: &'static [Field],
}

impl Spec {
    /// An entry without arguments.
    #[must_use]
    pub const fn new(name: &'static str, summary: &'static str) -> Spec {
        Spec { name, summary, arguments: &[] }
    }

    /// The same entry with arguments.
    #[must_use]
    pub const fn arguments(self, arguments: &'static [Field]) -> Spec {
        Spec { arguments, ..self }
    }
}
