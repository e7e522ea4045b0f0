//! `constant`: always the same value.

use super::{Distribution, Draw, Entry};
use crate::model::{Bound, Field, Form, Spec};
use crate::rng::Stream;
use crate::workload::number;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("constant", "always the same value, which may be 0").arguments(&[Field::positional(
        "value",
        Form::OfPlace,
        "the value",
    )
    .within(Bound::NotNegative)]),
    build: |choice, _| Ok(Box::new(Constant(number(choice, "value")?))),
};

struct Constant(f64);

impl Distribution for Constant {
    fn draw(&self, _: &mut Stream) -> Draw {
        Draw::of(self.0)
    }
}
