//! `uniform a .. b`: every value between two limits alike.

use super::{Distribution, Draw, Entry, MAX, MIN, limited};
use crate::model::{Arg, Bound, Field, Form, Spec};
use crate::rng::Stream;
use crate::workload::Misfit;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("uniform", "every value between the two with equal probability, both included")
        .arguments(&[
            Field::positional("range", Form::RangeOfPlace, "the lowest and the highest value")
                .within(Bound::NotNegative),
            MIN,
            MAX,
        ]),
    build: |choice, _| match choice.arg("range") {
        Some(Arg::Range(low, high)) if low.dimension.is_count() => {
            let (low, high) = (libm::round(low.value) as u64, libm::round(high.value) as u64);
            limited(choice, Counts { low, count: high.saturating_sub(low).saturating_add(1) }, 0.0)
        }
        Some(Arg::Range(low, high)) => {
            limited(choice, Reals { low: low.value, width: high.value - low.value }, 0.0)
        }
        _ => Err(Misfit::missing(choice, "range")),
    },
};

/// Whole numbers: tokens, turns.
struct Counts {
    low: u64,
    count: u64,
}

impl Distribution for Counts {
    fn draw(&self, stream: &mut Stream) -> Draw {
        Draw::of((self.low + stream.below(self.count)) as f64)
    }
}

/// Real numbers: seconds.
struct Reals {
    low: f64,
    width: f64,
}

impl Distribution for Reals {
    fn draw(&self, stream: &mut Stream) -> Draw {
        Draw::of(self.low + self.width * stream.uniform())
    }
}
