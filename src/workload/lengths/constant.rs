//! `constant`: always the same value.

use super::{Distribution, Entry};
use crate::model::{Bound, Form, Param, Spec};
use crate::rng::Stream;
use crate::workload::number;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec {
        name: "constant",
        summary: "always the same value, which may be 0",
        params: &[Param::positional("value", Form::OfPlace, Bound::NotNegative, "the value")],
        simulated: true,
    },
    build: |choice, _| Ok(Box::new(Constant(number(choice, "value")?))),
};

struct Constant(f64);

impl Distribution for Constant {
    fn draw(&mut self, _: &mut Stream) -> f64 {
        self.0
    }
}
