//! `timing linear`: a step takes what the user's own coefficients say.
//!
//! base + per_prompt_token × prompt tokens + per_request × requests + per_context_token × tokens of cache read: a
//! decode reads its context, a chunk of a prompt everything up to its end. The form that measured step times are
//! usually fitted with; it knows no ceiling of compute or memory, so nothing in it overlaps.

use super::{Batch, Growth, StepCost, StepTiming};
use crate::engine::ticks::{Ticks, ticks};
use crate::model::Choice;

/// The coefficients, in ticks.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Linear {
    base: Ticks,
    prompt_token: Ticks,
    request: Ticks,
    context_token: Ticks,
}

impl Linear {
    /// From the arguments of the choice.
    pub(in crate::engine) fn of(choice: &Choice) -> Linear {
        let coefficient =
            |name| ticks(choice.number(name).expect("the coefficients are required or have defaults"));
        Linear {
            base: coefficient("base"),
            prompt_token: coefficient("per_prompt_token"),
            request: coefficient("per_request"),
            context_token: coefficient("per_context_token"),
        }
    }
}

impl StepTiming for Linear {
    fn cost(&self, batch: &Batch) -> StepCost {
        let rest = self.base
            + self.prompt_token * Ticks::from(batch.prompt_tokens)
            + self.request * Ticks::from(batch.requests())
            + self.context_token * Ticks::from(batch.decode_context + batch.chunk_context);
        StepCost { rest, compute: 0, memory: 0 }
    }

    fn growth(&self) -> Growth {
        let token = StepCost { rest: self.context_token, compute: 0, memory: 0 };
        Growth { decode_context: token, chunk_context: token, chunk_pairs: StepCost::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Arg;
    use crate::units::{Dimension, Quantity};

    #[test]
    fn every_coefficient_counts_what_it_is_named_for() {
        let microseconds = |us: f64| Arg::Quantity(Quantity { value: us * 1e-6, dimension: Dimension::TIME });
        let choice = Choice::named("linear")
            .with("base", microseconds(1000.0))
            .with("per_prompt_token", microseconds(100.0))
            .with("per_request", microseconds(10.0))
            .with("per_context_token", microseconds(1.0));
        let timing = Linear::of(&choice);
        let mut batch = Batch::default();
        batch.add_decode(7);
        batch.add_decode(20);
        batch.add_chunk(3, 5, false);
        let cost = timing.cost(&batch);
        // 1000 + 2 × 100 + 3 × 10 + (27 + 5) × 1 us.
        assert_eq!(cost.total(), ticks(1262e-6));
        let mut longer = batch;
        longer.decode_context += 2;
        assert_eq!(timing.cost(&longer), cost + timing.growth().decode_context * 2);
    }
}
