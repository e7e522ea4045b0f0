//! `exponential mean M`: memoryless, cv 1.

use super::{Distribution, Entry, MAX, MIN, limited};
use crate::model::{Bound, Form, Param, Spec};
use crate::rng::Stream;
use crate::workload::number;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec {
        name: "exponential",
        summary: "memoryless: most values small, cv 1",
        params: &[
            Param::required("mean", Form::OfPlace, Bound::Positive, "the mean before clamping"),
            MIN,
            MAX,
        ],
        simulated: true,
    },
    build: |choice, place| limited(choice, Exponential { mean: number(choice, "mean")? }, place.least()),
};

struct Exponential {
    mean: f64,
}

impl Distribution for Exponential {
    fn draw(&mut self, stream: &mut Stream) -> f64 {
        self.mean * stream.exponential()
    }
}
