//! `gamma mean M cv C`: shape `1/C^2`, scale `M C^2`.

use super::{Distribution, Draw, Entry, MAX, MIN, limited};
use crate::model::{Bound, Field, Form, Spec};
use crate::rng::Stream;
use crate::units::Dimension;
use crate::workload::number;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("gamma", "skewed with an exponential tail, by mean and cv").arguments(&[
        Field::required("mean", Form::OfPlace, "the mean before clamping").within(Bound::Positive),
        Field::required(
            "cv",
            Form::Quantity(Dimension::NUMBER),
            "standard deviation over the mean; 1 is exponential",
        )
        .within(Bound::Between(0.01, 100.0)),
        MIN,
        MAX,
    ]),
    build: |choice, place| {
        let (mean, cv) = (number(choice, "mean")?, number(choice, "cv")?);
        limited(choice, Gamma { shape: 1.0 / (cv * cv), scale: mean * cv * cv }, place.least())
    },
};

struct Gamma {
    shape: f64,
    scale: f64,
}

impl Distribution for Gamma {
    fn draw(&self, stream: &mut Stream) -> Draw {
        Draw::of(self.scale * stream.gamma(self.shape))
    }
}
