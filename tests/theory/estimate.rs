//! Means of correlated observations with their standard errors.
//!
//! By batch means: the observations of one run, after a warm-up of a twentieth, are cut into 40 consecutive batches that
//! are long against the time the system remembers, so that the means of batches are almost independent.

use kvs::engine::{Event, Journey, Levels, Sink};
use kvs::units::SimTime;

const N_BATCHES: usize = 40;

/// A mean and its standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimate {
    pub(crate) mean: f64,
    pub(crate) error: f64,
}

impl Estimate {
    /// Of values that are independent.
    pub(crate) fn of_independent(values: &[f64]) -> Estimate {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Estimate { mean, error: f64::sqrt(squares / (n - 1.0) / n) }
    }

    /// Of values in the order in which they came about.
    pub(crate) fn of_batches(values: &[f64]) -> Estimate {
        let values = &values[values.len() / 20..];
        let size = values.len() / N_BATCHES;
        let mean = |batch: &[f64]| batch.iter().sum::<f64>() / batch.len() as f64;
        let means: Vec<f64> = values.chunks_exact(size).map(mean).collect();
        Estimate::of_independent(&means)
    }

    /// Must lie within three standard errors of what theory says, which must be small: `precision` of it.
    #[track_caller]
    pub(crate) fn agrees(self, what: &str, theory: f64, precision: f64) {
        let Estimate { mean, error } = self;
        println!("{what}: {mean:.5} +- {error:.5}, theory {theory:.5}: {:+.2}", (mean - theory) / error);
        assert!(error < precision * theory, "{what}: {mean} with an error of {error} shows nothing");
        assert!((mean - theory).abs() <= 3.0 * error, "{what}: {mean} +- {error}, theory {theory}");
    }
}

/// Latencies, waits and sizes of what finished, by arrival.
#[derive(Default)]
pub(crate) struct Requests {
    /// Arrival to finish, in seconds.
    pub(crate) latencies: Vec<f64>,
    /// Arrival to start, in seconds.
    pub(crate) waits: Vec<f64>,
    /// Prompts, in tokens.
    pub(crate) prompts: Vec<f64>,
}

impl Sink for Requests {
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        let index = journey.number as usize;
        match event {
            Event::Arrived => {
                self.latencies.push(f64::NAN);
                self.waits.push(f64::NAN);
                self.prompts.push(f64::from(journey.request.prompt.get()));
            }
            Event::PrefillStarted { .. } => {
                self.waits[index] = at.since(journey.request.arrival).as_secs_f64();
            }
            Event::Finished { .. } => {
                self.latencies[index] = at.since(journey.request.arrival).as_secs_f64();
            }
            _ => {}
        }
    }
}

/// How the levels of one GPU are spread over time: for every second the average of a function of them.
pub(crate) struct Seconds<F> {
    function: F,
    level: f64,
    now: u64,
    sum: f64,
    pub(crate) averages: Vec<f64>,
}

const SECOND: u64 = 1_000_000_000_000;

impl<F: Fn(&Levels) -> f64> Seconds<F> {
    pub(crate) fn new(function: F) -> Seconds<F> {
        let level = function(&Levels::default());
        Seconds { function, level, now: 0, sum: 0.0, averages: Vec::new() }
    }
}

impl<F: Fn(&Levels) -> f64> Sink for Seconds<F> {
    fn advance(&mut self, to: SimTime) {
        while self.now < to.as_ps() {
            let second_ends = (self.now / SECOND + 1) * SECOND;
            let until = second_ends.min(to.as_ps());
            self.sum += self.level * (until - self.now) as f64 / SECOND as f64;
            self.now = until;
            if until == second_ends {
                self.averages.push(std::mem::take(&mut self.sum));
            }
        }
    }

    fn levels(&mut self, _at: SimTime, _gpu: u32, levels: &Levels) {
        self.level = (self.function)(levels);
    }
}
