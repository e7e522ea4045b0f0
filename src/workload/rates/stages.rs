//! `stages`: linear ramps, one after the other; the last one ends the workload.

use super::ramp::Ramp;
use super::{Entry, PER_SECOND_OR_NONE, Rate};
use crate::model::{Arg, Field, Form, Spec, Stage};
use crate::units::Dimension;
use crate::workload::{Misfit, number};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("stages", "linear ramps from `start`, one after the other; they end the workload")
        .arguments(&[
            Field::positional("stages", Form::Stages, "each `duration -> rate` or `duration hold`"),
            Field::optional(
                "from",
                Form::Quantity(Dimension::REQUEST_RATE),
                "the rate the first stage starts at",
            )
            .within(PER_SECOND_OR_NONE)
            .or("0 req/s"),
        ]),
    build: |choice, _| {
        let Some(Arg::Stages(written)) = choice.arg("stages") else {
            return Err(Misfit::missing(choice, "stages"));
        };
        let stages = Stages::new(written, number(choice, "from")?);
        if stages.total == 0.0 {
            return Err(Misfit::new(
                "expected a stage with requests, found a rate of 0 throughout",
                "end a stage on a rate, as in `stages { 5 min -> 20 req/s; 10 min hold }`",
            ));
        }
        Ok(Box::new(stages))
    },
};

struct Stages {
    /// Those that last, in order.
    ramps: Vec<Ramp>,
    /// When the last one ends.
    end: f64,
    /// Requests expected in all.
    total: f64,
}

impl Stages {
    fn new(written: &[Stage], from: f64) -> Stages {
        let (mut begin, mut before, mut rate) = (0.0, 0.0, from);
        let mut ramps = Vec::with_capacity(written.len());
        for stage in written {
            let duration = stage.duration.as_secs_f64();
            let target = stage.target.unwrap_or(rate);
            // One without duration is a jump.
            if duration > 0.0 {
                ramps.push(Ramp { begin, duration, before, rate, slope: (target - rate) / duration });
                begin += duration;
                before += 0.5 * (rate + target) * duration;
            }
            rate = target;
        }
        Stages { ramps, end: begin, total: before }
    }
}

impl Rate for Stages {
    fn cumulative(&self, seconds: f64) -> f64 {
        if seconds >= self.end {
            return self.total;
        }
        let ramp = self.ramps.partition_point(|ramp| ramp.begin <= seconds);
        self.ramps[ramp - 1].cumulative(seconds)
    }

    fn time_of(&self, mass: f64, after: f64) -> Option<f64> {
        if mass >= self.total {
            return None;
        }
        let ramp = self.ramps.partition_point(|ramp| ramp.before <= mass);
        Some(self.ramps[ramp - 1].time_of(mass).max(after))
    }

    fn end(&self) -> Option<f64> {
        Some(self.end)
    }
}
