//! `weibull`: a renewal process with Weibull gaps `E^(1/k) / gamma(1 + 1/k)`, `E` exponential.
//!
//! The shape k follows from `cv^2 = gamma(1 + 2/k) / gamma(1 + 1/k)^2 - 1`, which falls in k.

use super::{Entry, Gaps, Renewal};
use crate::model::{Bound, Field, Form, Spec};
use crate::rng::Stream;
use crate::units::Dimension;
use crate::workload::number;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("weibull", "Weibull-distributed gaps: heavier-tailed than gamma at the same cv")
        .arguments(&[Field::required(
            "cv",
            Form::Quantity(Dimension::NUMBER),
            "standard deviation of the gaps over their mean; 1 is Poisson",
        )
        .within(Bound::Between(0.01, 100.0))]),
    build: |choice| Ok(Renewal::open(Weibull::new(number(choice, "cv")?))),
};

struct Weibull {
    inverse_shape: f64,
    /// For a mean of 1.
    scale: f64,
}

impl Weibull {
    fn new(cv: f64) -> Weibull {
        let wanted = libm::log1p(cv * cv);
        // 1/k rises with cv: 0.007 for cv 0.01, 8 for cv 100.
        let (mut low, mut high) = (0.001, 20.0);
        for _ in 0..70 {
            let middle = 0.5 * (low + high);
            let log_moment = libm::lgamma(1.0 + 2.0 * middle) - 2.0 * libm::lgamma(1.0 + middle);
            if log_moment < wanted { low = middle } else { high = middle }
        }
        let inverse_shape = 0.5 * (low + high);
        Weibull { inverse_shape, scale: libm::exp(-libm::lgamma(1.0 + inverse_shape)) }
    }
}

impl Gaps for Weibull {
    /// Weighted by length, the exponential under the power becomes a gamma of shape `1 + 1/k`.
    fn first(&self, stream: &mut Stream) -> f64 {
        let share = stream.uniform();
        let whole = stream.gamma(1.0 + self.inverse_shape);
        share * self.scale * libm::pow(whole, self.inverse_shape)
    }

    fn next(&self, stream: &mut Stream) -> f64 {
        self.scale * libm::pow(stream.exponential(), self.inverse_shape)
    }
}
