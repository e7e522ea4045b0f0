//! `from "file"`: a rate read from a file, that repeats.
//!
//! The file holds a value for each step: requests a second, or with `values count` how many there were in the step.
//! Steps begin at the times of a column, or one `every` so often; the last one is as long as the one before it. Within
//! a step the rate stays (`shape steps`) or goes straight to that of the next one, and from the last to the first
//! (`shape linear`). `mean` scales all values. The first row is time 0 of the run's clock.

use super::ramp::Ramp;
use super::{Entry, MOST_PER_SECOND, PER_SECOND, Rate, STEP};
use crate::model::{Arg, Choice, DataFile, Field, Form, Spec, Values};
use crate::units::{Dimension, SimTime};
use crate::workload::formats::{Cells, Wanted, columns};
use crate::workload::{Misfit, OpenTrace, TrafficError};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("from", "read from a file: a value for each step; repeats, on the run's clock").arguments(&[
            Field::positional("file", Form::File, "one value a line, or a CSV"),
            Field::optional(COLUMN, Form::Text, "the column of values, where there are several"),
            Field::optional(TIME, Form::Text, "the column of times at which steps begin, in seconds or as timestamps"),
            Field::optional(EVERY, Form::Quantity(Dimension::TIME), "the length of a step, where the file has no times; without it a file of two columns holds time and value").within(STEP),
            Field::optional(VALUES_ARE, Form::Word(&["rate", COUNT]), "what is written: requests a second, or requests in a step")
            .or("rate"),
            Field::optional(SHAPE, Form::Word(&["steps", LINEAR]), "whether the rate stays within a step or goes straight to the next")
            .or("steps"),
            Field::optional(MEAN, Form::Quantity(Dimension::REQUEST_RATE), "the mean over all steps, in the place of the file's own").within(PER_SECOND),
        ]),
    build: |choice, start| Ok(Box::new(build(choice, start)?)),
};

const COLUMN: &str = "column";
const TIME: &str = "time";
const EVERY: &str = "every";
const VALUES_ARE: &str = "values";
const COUNT: &str = "count";
const SHAPE: &str = "shape";
const LINEAR: &str = "linear";
const MEAN: &str = "mean";

/// The arguments that hold what was read: the values, and the beginnings of steps.
const READ: &str = "read";
const BEGINS: &str = "begins";

/// Reads the values and times of a choice's file.
pub(super) fn read(choice: &mut Choice, file: &DataFile, open: OpenTrace<'_>) -> Result<(), TrafficError> {
    let values = Wanted::new(choice, COLUMN, &[], Cells::Numbers);
    let mut read = if choice.arg(EVERY).is_some() {
        columns(file, &[values], open)?
    } else {
        columns(file, &[Wanted::new(choice, TIME, &[], Cells::Times), values], open)?
    };
    let values = read.pop().expect("a column of values was asked for");
    let begins = read.pop();
    for (name, values) in [(READ, Some(values)), (BEGINS, begins)] {
        choice.args.extend(values.map(|values| (name.to_owned(), Arg::Values(Values(values.into())))));
    }
    Ok(())
}

fn build(choice: &Choice, start: SimTime) -> Result<Repeated, Misfit> {
    if choice.arg(EVERY).is_some() && choice.arg(TIME).is_some() {
        return Err(Misfit::new(
            "steps are of one length or begin at given times, found `every` and `time`",
            "leave out one of the two",
        ));
    }
    let mean = choice.number(MEAN);
    let Some(Values(values)) = choice.values(READ) else {
        // Nothing is known of the file yet: the same rate throughout.
        let ramp = Ramp { begin: 0.0, duration: 1.0, before: 0.0, rate: mean.unwrap_or(1.0), slope: 0.0 };
        return Ok(Repeated::new(vec![ramp], start));
    };
    let lengths = lengths(choice, values.len())?;
    let counts = choice.text(VALUES_ARE) == Some(COUNT);
    let rates =
        values.iter().zip(&lengths).map(|(value, length)| if counts { value / length } else { *value });
    let rates: Vec<f64> = rates.collect();
    let mut ramps = ramps(&rates, &lengths, choice.text(SHAPE) == Some(LINEAR));
    let end = ramps.last().map_or((0.0, 0.0), |ramp| (ramp.begin + ramp.duration, ramp.end()));
    if end.1 <= 0.0 {
        return Err(Misfit::new(
            "expected a value above 0 in the file of a rate, found none",
            "check that it is the right column",
        ));
    }
    let factor = mean.map_or(1.0, |mean| mean * end.0 / end.1);
    for ramp in &mut ramps {
        (ramp.before, ramp.rate, ramp.slope) =
            (ramp.before * factor, ramp.rate * factor, ramp.slope * factor);
    }
    if ramps.iter().any(|ramp| ramp.rate > MOST_PER_SECOND) {
        return Err(Misfit::new(
            format!("expected rates of at most `{MOST_PER_SECOND:e}` requests a second, found a higher one"),
            "give a lower `mean`",
        ));
    }
    Ok(Repeated::new(ramps, start))
}

/// How long each step is, in seconds.
fn lengths(choice: &Choice, n_steps: usize) -> Result<Vec<f64>, Misfit> {
    if let Some(every) = choice.number(EVERY) {
        return Ok(vec![every; n_steps]);
    }
    let begins = choice.values(BEGINS).ok_or_else(|| Misfit::missing(choice, EVERY))?;
    // The reader has made sure that they rise.
    let mut lengths: Vec<f64> = begins.0.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let Some(&last) = lengths.last() else {
        return Err(Misfit::new(
            "expected two times or more in the file of a rate, found one",
            "give `every`",
        ));
    };
    lengths.push(last);
    Ok(lengths)
}

fn ramps(rates: &[f64], lengths: &[f64], linear: bool) -> Vec<Ramp> {
    let (mut begin, mut before) = (0.0, 0.0);
    let nexts = rates.iter().cycle().skip(1);
    let mut ramps = Vec::with_capacity(rates.len());
    for ((&rate, &next), &duration) in rates.iter().zip(nexts).zip(lengths) {
        let slope = if linear { (next - rate) / duration } else { 0.0 };
        let ramp = Ramp { begin, duration, before, rate, slope };
        begin += duration;
        before = ramp.end();
        ramps.push(ramp);
    }
    ramps
}

/// Ramps that follow each other and begin again.
struct Repeated {
    ramps: Vec<Ramp>,
    /// Seconds of a cycle.
    period: f64,
    /// Requests expected in a cycle.
    cycle: f64,
    /// The workload's start on the run's clock, in seconds.
    start: f64,
    /// Requests expected on the run's clock before the start.
    at_start: f64,
}

impl Repeated {
    fn new(ramps: Vec<Ramp>, start: SimTime) -> Repeated {
        let last = ramps.last().expect("a file holds a value at least");
        let (period, cycle) = (last.begin + last.duration, last.end());
        let mut repeated = Repeated { ramps, period, cycle, start: start.as_secs_f64(), at_start: 0.0 };
        repeated.at_start = repeated.on_clock(repeated.start);
        repeated
    }

    /// Requests expected up to a time of the run's clock.
    fn on_clock(&self, seconds: f64) -> f64 {
        let cycles = libm::floor(seconds / self.period);
        let inside = (seconds - cycles * self.period).clamp(0.0, self.period);
        let ramp = self.ramps.partition_point(|ramp| ramp.begin <= inside) - 1;
        cycles * self.cycle + self.ramps[ramp].cumulative(inside)
    }
}

impl Rate for Repeated {
    fn cumulative(&self, seconds: f64) -> f64 {
        self.on_clock(self.start + seconds) - self.at_start
    }

    fn time_of(&self, mass: f64, after: f64) -> Option<f64> {
        let mass = mass + self.at_start;
        let cycles = libm::floor(mass / self.cycle);
        let inside = (mass - cycles * self.cycle).max(0.0);
        // The last one that begins at or below: those of rate 0 are passed over.
        let ramp = self.ramps.partition_point(|ramp| ramp.before <= inside) - 1;
        let on_clock = cycles * self.period + self.ramps[ramp].time_of(inside);
        Some((on_clock - self.start).max(after))
    }
}
