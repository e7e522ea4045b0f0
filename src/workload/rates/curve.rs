//! `curve`: a rate in steps that repeats.

use super::{Entry, PER_SECOND, Rate, STEP};
use crate::model::{Arg, Bound, Field, Form, Spec};
use crate::units::Dimension;
use crate::workload::{Misfit, number};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("curve", "steps of equal length that repeat, on the run's clock, scaled to a mean")
        .arguments(&[
            Field::positional("weights", Form::List(Dimension::NUMBER), "the rates, relative to each other")
                .within(Bound::Between(0.0, 1e12)),
            Field::required("every", Form::Quantity(Dimension::TIME), "the length of a step").within(STEP),
            Field::required("mean", Form::Quantity(Dimension::REQUEST_RATE), "the mean over all steps")
                .within(PER_SECOND),
        ]),
    build: |choice, start| {
        let Some(Arg::List(weights)) = choice.arg("weights") else {
            return Err(Misfit::missing(choice, "weights"));
        };
        let weights: Vec<f64> = weights.iter().map(|weight| weight.value).collect();
        let curve =
            Curve::new(&weights, number(choice, "every")?, number(choice, "mean")?, start.as_secs_f64())?;
        Ok(Box::new(curve))
    },
};

struct Curve {
    /// The length of a step in seconds.
    every: f64,
    /// Requests expected in a cycle before each step, and at its end.
    before: Vec<f64>,
    /// The workload's start on the run's clock, in seconds.
    start: f64,
    /// Requests expected on the run's clock before the start.
    at_start: f64,
}

impl Curve {
    fn new(weights: &[f64], every: f64, mean: f64, start: f64) -> Result<Curve, Misfit> {
        let total: f64 = weights.iter().sum();
        if total <= 0.0 {
            return Err(Misfit::new(
                "expected a weight above 0 in a `curve`, found none",
                "give the rates relative to each other, as in `curve [1, 3, 2] every 1 h mean 5 req/s`",
            ));
        }
        let per_weight = mean * every * weights.len() as f64 / total;
        let mut before = vec![0.0];
        let mut sum = 0.0;
        for weight in weights {
            sum += weight * per_weight;
            before.push(sum);
        }
        let mut curve = Curve { every, before, start, at_start: 0.0 };
        curve.at_start = curve.on_clock(start);
        Ok(curve)
    }

    fn steps(&self) -> usize {
        self.before.len() - 1
    }

    /// Requests expected in a cycle.
    fn cycle(&self) -> f64 {
        self.before[self.steps()]
    }

    /// Requests expected up to a time of the run's clock.
    fn on_clock(&self, seconds: f64) -> f64 {
        let period = self.every * self.steps() as f64;
        let cycles = libm::floor(seconds / period);
        let inside = (seconds - cycles * period).max(0.0);
        let step = ((inside / self.every) as usize).min(self.steps() - 1);
        let share = (inside / self.every - step as f64).min(1.0);
        let (low, high) = (self.before[step], self.before[step + 1]);
        cycles * self.cycle() + low + (high - low) * share
    }
}

impl Rate for Curve {
    fn cumulative(&self, seconds: f64) -> f64 {
        self.on_clock(self.start + seconds) - self.at_start
    }

    fn time_of(&self, mass: f64, after: f64) -> Option<f64> {
        let mass = mass + self.at_start;
        let cycles = libm::floor(mass / self.cycle());
        let inside = (mass - cycles * self.cycle()).max(0.0);
        // The last step that begins at or below: steps of weight 0 are passed over.
        let step = self.before[..self.steps()].partition_point(|before| *before <= inside) - 1;
        let (low, high) = (self.before[step], self.before[step + 1]);
        let share = if high > low { ((inside - low) / (high - low)).min(1.0) } else { 1.0 };
        let on_clock = (cycles * self.steps() as f64 + step as f64 + share) * self.every;
        Some((on_clock - self.start).max(after))
    }
}
