//! `decode_routing load_and_handoff`: weigh how busy a replica is against how long the cache takes to get there.
//!
//! cost = requests held × (500 tok/s / decode) + handoff_weight × handoff time in ms, the original simulator's units.
//! The request itself is left out of the count, so that one alone in the cluster stays where it is; how fast a GPU
//! prefills plays no part any more.

use super::{DecodeRouter, Destination, Entry};
use crate::model::{Bound, Choice, Field, Form, Spec};
use crate::units::Dimension;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "load_and_handoff",
        "the lowest requests held × (500 tok/s / decode) + handoff_weight × handoff time in ms, among replicas with \
         room",
    )
    .arguments(&[Field::optional(
        "handoff_weight",
        Form::Quantity(Dimension::NUMBER),
        "cost of a millisecond of handoff, in requests held by a GPU of 500 tok/s",
    )
    .within(Bound::NotNegative)
    .or("0.5")]),
    build,
};

fn build(choice: &Choice) -> Box<dyn DecodeRouter> {
    let handoff_weight = choice.number("handoff_weight").expect("`handoff_weight` has a default");
    Box::new(LoadAndHandoff { handoff_weight })
}

struct LoadAndHandoff {
    handoff_weight: f64,
}

impl DecodeRouter for LoadAndHandoff {
    fn cost(&self, destination: Destination) -> f64 {
        let load = f64::from(destination.held) * destination.slowness;
        load + self.handoff_weight * destination.handoff.as_ms_f64()
    }
}
