//! `gamma`: a renewal process with gamma gaps of shape `1/cv^2`, burstier than Poisson for `cv` above 1.

use super::{Entry, Gaps, Renewal};
use crate::model::{Bound, Field, Form, Spec};
use crate::rng::Stream;
use crate::units::Dimension;
use crate::workload::Misfit;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("gamma", "gamma-distributed gaps; give either `cv` or `burstiness`").arguments(&[
        Field::optional(
            "cv",
            Form::Quantity(Dimension::NUMBER),
            "standard deviation of the gaps over their mean; 1 is Poisson",
        )
        .within(Bound::Between(0.01, 100.0)),
        Field::optional(
            "burstiness",
            Form::Quantity(Dimension::NUMBER),
            "the gamma shape, 1/cv^2, as load generators state it; 1 is Poisson, below 1 is burstier",
        )
        .within(Bound::Between(0.0001, 10_000.0)),
    ]),
    build: |choice| match (choice.number("cv"), choice.number("burstiness")) {
        (Some(cv), None) => Ok(Renewal::open(Gamma { shape: 1.0 / (cv * cv) })),
        (None, Some(shape)) => Ok(Renewal::open(Gamma { shape })),
        (Some(_), Some(_)) => Err(Misfit::new(
            "`gamma` takes either `cv` or `burstiness`, found both",
            "leave one out: `burstiness` is 1/cv^2",
        )),
        (None, None) => Err(Misfit::new("`gamma` needs `cv`", "add it, as in `arrivals gamma cv 3`")),
    },
};

struct Gamma {
    shape: f64,
}

impl Gaps for Gamma {
    /// Weighted by length, a gamma gap has a shape larger by 1.
    fn first(&self, stream: &mut Stream) -> f64 {
        stream.uniform() * stream.gamma(self.shape + 1.0) / self.shape
    }

    fn next(&self, stream: &mut Stream) -> f64 {
        stream.gamma(self.shape) / self.shape
    }
}
