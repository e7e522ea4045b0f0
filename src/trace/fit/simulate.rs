//! Drawing from a fitted workload: the same generator, the same figures as of a trace.

use std::io::{self, BufRead, Cursor};

use super::FitError;
use crate::model::Scenario;
use crate::trace::stats::{Counting, Lengths};
use crate::workload::Traffic;

/// Seeds a fit is drawn under.
pub const SEEDS: u64 = 10;

/// The scenario of a text that holds a workload, or why it is none: a trace may have a rate that no workload can.
pub type Compile<'a> = &'a dyn Fn(&str) -> Result<Scenario, String>;

/// What drawing gave: means over the seeds, and all lengths together.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// Mean number of requests.
    pub requests: f64,
    /// Requests a second, as of a trace.
    pub rate_per_s: Option<f64>,
    /// Of the gaps.
    pub cv: Option<f64>,
    /// In the windows of a trace; `None` where a seed had not two whole ones.
    pub dispersion: [Option<f64>; 3],
    /// Prompt tokens.
    pub prompt: Lengths,
    /// Output tokens.
    pub output: Lengths,
}

/// Draws everything under every seed; `pairs` is the content of the file the workload names, where it names one.
pub(super) fn simulate(text: &str, pairs: Option<&str>, compile: Compile<'_>) -> Result<Simulated, FitError> {
    let scenario = compile(text).map_err(FitError::OutOfRange)?;
    let mut all = Vec::new();
    let (mut prompt, mut output) = (Lengths::default(), Lengths::default());
    let open = |path: &str| -> io::Result<Box<dyn BufRead + Send>> {
        let pairs = pairs.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, path))?;
        Ok(Box::new(Cursor::new(pairs.as_bytes().to_vec())))
    };
    for seed in 1..=SEEDS {
        let mut traffic =
            Traffic::new(&scenario, seed, &open).map_err(|error| FitError::OutOfRange(error.message))?;
        let mut counting = Counting::default();
        while let Some(request) = traffic.next_request() {
            counting.add(request.arrival);
            prompt.add(request.prompt);
            output.add(request.output);
        }
        if let Some(problem) = traffic.problem() {
            return Err(FitError::OutOfRange(problem.message.clone()));
        }
        all.push(counting.finish());
    }
    let mean = |figures: Vec<Option<f64>>| -> Option<f64> {
        let n = figures.len() as f64;
        figures.into_iter().sum::<Option<f64>>().map(|sum| sum / n)
    };
    Ok(Simulated {
        requests: all.iter().map(|arrivals| arrivals.n as f64).sum::<f64>() / SEEDS as f64,
        rate_per_s: mean(all.iter().map(|arrivals| arrivals.rate_per_s).collect()),
        cv: mean(all.iter().map(|arrivals| arrivals.cv).collect()),
        dispersion: [0, 1, 2]
            .map(|window| mean(all.iter().map(|arrivals| arrivals.dispersion[window]).collect())),
        prompt,
        output,
    })
}
