//! `geometric mean M`: a count with the same chance `1/M` to end at every step.

use super::{Distribution, Draw, Entry, MAX, MIN, limited};
use crate::model::{Bound, Field, Form, Spec};
use crate::rng::Stream;
use crate::workload::number;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("geometric", "1, 2, 3, … with the same probability of stopping at every step").arguments(
        &[
            Field::required("mean", Form::OfPlace, "the mean before clamping").within(Bound::AtLeast(1.0)),
            MIN,
            MAX,
        ],
    ),
    build: |choice, _| {
        let mean = number(choice, "mean")?;
        limited(choice, Geometric { log_survival: libm::log1p(-1.0 / mean) }, 0.0)
    },
};

struct Geometric {
    /// Logarithm of the chance to go on; minus infinity for a mean of 1.
    log_survival: f64,
}

impl Distribution for Geometric {
    /// By inversion: an exponential value counted in steps of the rate at which survival decays.
    fn draw(&self, stream: &mut Stream) -> Draw {
        Draw::of(1.0 + libm::floor(stream.exponential() / -self.log_survival))
    }
}
