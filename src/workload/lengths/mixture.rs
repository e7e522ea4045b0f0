//! `mixture [w dist, …]`: one of several distributions, by weight.

use super::{Distribution, Draw, Entry, MAX, MIN, build, limited};
use crate::model::{Arg, Bound, Field, Form, Spec};
use crate::rng::Stream;
use crate::workload::Misfit;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("mixture", "one of several distributions, drawn by weight").arguments(&[
        Field::positional("parts", Form::Weighted, "weights, relative to each other, and distributions")
            .within(Bound::NotNegative),
        MIN,
        MAX,
    ]),
    build: |choice, place| {
        let Some(Arg::Weighted(weighted)) = choice.arg("parts") else {
            return Err(Misfit::missing(choice, "parts"));
        };
        let total: f64 = weighted.iter().map(|(weight, _)| weight).sum();
        if total <= 0.0 {
            return Err(Misfit::new(
                "expected a weight above 0 in a `mixture`, found none",
                "give each part its share, as in `mixture [0.7 constant 20, 0.3 constant 400]`",
            ));
        }
        let mut parts = Vec::with_capacity(weighted.len());
        let mut below = 0.0;
        for (weight, part) in weighted {
            below += weight / total;
            parts.push(Part { below, law: build(part, place)? });
        }
        limited(choice, Mixture { parts }, 0.0)
    },
};

struct Mixture {
    parts: Vec<Part>,
}

struct Part {
    /// The share of this part and those before it.
    below: f64,
    law: Box<dyn Distribution>,
}

impl Distribution for Mixture {
    fn draw(&self, stream: &mut Stream) -> Draw {
        let share = stream.uniform();
        // The last share may be a rounding below 1.
        let last = self.parts.len() - 1;
        let chosen = self.parts[..last].iter().position(|part| share < part.below).unwrap_or(last);
        self.parts[chosen].law.draw(stream)
    }
}
