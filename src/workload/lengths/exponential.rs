//! `exponential mean M`: memoryless, cv 1.

use super::{Distribution, Draw, Entry, MAX, MIN, limited};
use crate::model::{Bound, Field, Form, Spec};
use crate::rng::Stream;
use crate::workload::number;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("exponential", "memoryless: most values small, cv 1").arguments(&[
        Field::required("mean", Form::OfPlace, "the mean before clamping").within(Bound::Positive),
        MIN,
        MAX,
    ]),
    build: |choice, place| limited(choice, Exponential { mean: number(choice, "mean")? }, place.least()),
};

struct Exponential {
    mean: f64,
}

impl Distribution for Exponential {
    fn draw(&self, stream: &mut Stream) -> Draw {
        Draw::of(self.mean * stream.exponential())
    }
}
