//! `rate 5 req/s`: the same rate throughout.

use super::{Entry, PER_SECOND, Rate};
use crate::model::{Field, Form, Spec};
use crate::units::Dimension;
use crate::workload::number;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("constant", "a constant rate; the name is optional: `rate 5 req/s`").arguments(&[
        Field::positional("rate", Form::Quantity(Dimension::REQUEST_RATE), "requests a second")
            .within(PER_SECOND),
    ]),
    build: |choice, _| Ok(Box::new(Constant { per_second: number(choice, "rate")? })),
};

struct Constant {
    per_second: f64,
}

impl Rate for Constant {
    fn cumulative(&self, seconds: f64) -> f64 {
        self.per_second * seconds
    }

    fn time_of(&self, mass: f64, after: f64) -> Option<f64> {
        Some((mass / self.per_second).max(after))
    }

    fn constant(&self) -> Option<f64> {
        Some(self.per_second)
    }
}
