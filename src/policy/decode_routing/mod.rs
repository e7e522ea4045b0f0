//! Which replica decodes once a prompt is done.

mod load_and_handoff;
mod stay;

use crate::model::{Choice, Spec};
use crate::units::SimDuration;

/// A replica that could decode.
#[derive(Clone, Copy, Debug)]
pub struct Destination {
    /// Requests it holds, the one in question left out.
    pub held: u32,
    /// How slowly it decodes: 500 tok/s over its decode rate.
    pub slowness: f64,
    /// How long the cache takes to get there alone; zero where it lies.
    pub handoff: SimDuration,
}

/// Chooses where to decode.
pub trait DecodeRouter {
    /// The cost of decoding there: finite, lower is better, and never falling with `held` or `handoff`.
    fn cost(&self, destination: Destination) -> f64;

    /// Whether only the prefill replica comes into question.
    fn stays(&self) -> bool {
        false
    }
}

struct Entry {
    spec: Spec,
    build: fn(&Choice) -> Box<dyn DecodeRouter>,
}

static DECODE_ROUTING: &[&Entry] = &[&load_and_handoff::ENTRY, &stay::ENTRY];

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    DECODE_ROUTING.iter().map(|entry| &entry.spec)
}

/// The decode router a choice names.
#[must_use]
pub fn build(choice: &Choice) -> Box<dyn DecodeRouter> {
    let entry = DECODE_ROUTING.iter().find(|entry| entry.spec.name == choice.name);
    (entry.expect("analysis admits only registered decode routing policies").build)(choice)
}
