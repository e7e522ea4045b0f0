//! `gamma mean M cv C`: shape `1/C^2`, scale `M C^2`.

use super::{Distribution, Entry, MAX, MIN, limited};
use crate::model::{Bound, Form, Param, Spec};
use crate::rng::Stream;
use crate::units::Dimension;
use crate::workload::number;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec {
        name: "gamma",
        summary: "skewed with an exponential tail, by mean and cv",
        params: &[
            Param::required("mean", Form::OfPlace, Bound::Positive, "the mean before clamping"),
            Param::required(
                "cv",
                Form::Quantity(Dimension::NUMBER),
                Bound::Between(0.01, 100.0),
                "standard deviation over the mean; 1 is exponential",
            ),
            MIN,
            MAX,
        ],
        simulated: true,
    },
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
    fn draw(&mut self, stream: &mut Stream) -> f64 {
        self.scale * stream.gamma(self.shape)
    }
}
