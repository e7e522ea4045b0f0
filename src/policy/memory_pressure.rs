//! `memory_pressure`: what happens when a reservation does not fit. A closed set: the engine knows both.

use crate::model::{Choice, Spec};

/// What happens when a reservation does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryPressure {
    /// No request is evicted: this one is tried elsewhere, waits or is rejected.
    Reject,
    /// Residents of the GPU are evicted, if that makes room.
    Evict,
}

static REJECT: Spec = Spec::new(
    "reject",
    "no request is evicted: one that does not fit is tried elsewhere, waits or is rejected",
);

static EVICT: Spec =
    Spec::new("evict", "requests on the GPU are evicted in the order of `eviction`, if that makes room");

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    [&REJECT, &EVICT].into_iter()
}

impl MemoryPressure {
    /// The behaviour a choice names.
    #[must_use]
    pub fn of(choice: &Choice) -> MemoryPressure {
        match choice.name.as_str() {
            "reject" => MemoryPressure::Reject,
            "evict" => MemoryPressure::Evict,
            name => unreachable!("analysis admits no memory pressure `{name}`"),
        }
    }
}
