//! Which request is evicted first. A policy says which touches renew a resident's place in the order of victims.

mod fifo;
mod lru;

use crate::model::{Choice, Spec};

/// Something that happens to a resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// It was admitted.
    Admission,
    /// Its prompt began to execute.
    PrefillStart,
    /// Its output began to execute.
    DecodeStart,
    /// Its cache arrived on another GPU.
    HandoffEnd,
}

/// Orders victims: the resident renewed longest ago goes first.
pub trait Evictor {
    /// Whether the touch moves the resident after all others.
    fn renews(&self, touch: Touch) -> bool;
}

struct Entry {
    spec: Spec,
    build: fn(&Choice) -> Box<dyn Evictor>,
}

static EVICTION: &[&Entry] = &[&lru::ENTRY, &fifo::ENTRY];

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    EVICTION.iter().map(|entry| &entry.spec)
}

/// The evictor a choice names.
#[must_use]
pub fn build(choice: &Choice) -> Box<dyn Evictor> {
    let entry = EVICTION.iter().find(|entry| entry.spec.name == choice.name);
    (entry.expect("analysis admits only registered eviction policies").build)(choice)
}
