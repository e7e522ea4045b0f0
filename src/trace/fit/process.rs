//! The arrival process: the simplest with the measured index of dispersion, otherwise the nearest.
//!
//! Candidates are Poisson, gamma gaps by the moments of the gaps, and bursts fitted to the index. Each is put on the
//! fitted rate, drawn from under every seed, and judged by its worst window.

use super::FitError;
use super::burst::{self, Burst};
use super::expected::Expected;
use super::lengths::FittedLengths;
use super::rate::Rate;
use super::simulate::{Compile, simulate};
use super::write;
use crate::trace::stats::{Arrivals, WINDOWS};
use crate::units::SimTime;

/// How evenly requests come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Process {
    /// All gaps alike.
    Constant,
    /// Independent.
    Poisson,
    /// Gaps of a gamma law with that cv.
    Gamma { cv: f64 },
    /// On and off.
    Bursty(Burst),
}

/// A cv below which gaps are taken for constant: the least that `gamma` has.
const CONSTANT: f64 = 0.01;
/// The largest that `gamma` has.
const MOST: f64 = 100.0;
/// How far each index may be off, in logarithms, for a simpler candidate to be taken: 10 %.
const GOOD: f64 = 0.0953;

/// Gaps between arrivals in requests expected, so that a rate that varies does not count.
pub(super) struct Gaps<'a> {
    rate: &'a Rate,
    first: Option<SimTime>,
    last: f64,
    n: f64,
    mean: f64,
    squares: f64,
}

impl<'a> Gaps<'a> {
    pub(super) fn new(rate: &'a Rate) -> Gaps<'a> {
        Gaps { rate, first: None, last: 0.0, n: 0.0, mean: 0.0, squares: 0.0 }
    }

    pub(super) fn add(&mut self, at: SimTime) {
        let Some(first) = self.first else {
            self.first = Some(at);
            return;
        };
        let mass = self.rate.cumulative(at.since(first).as_secs_f64());
        let gap = mass - self.last;
        self.last = mass;
        self.n += 1.0;
        let deviation = gap - self.mean;
        self.mean += deviation / self.n;
        self.squares += deviation * (gap - self.mean);
    }

    /// `None` for fewer than two gaps.
    pub(super) fn cv(&self) -> Option<f64> {
        (self.n > 1.0 && self.mean > 0.0).then(|| libm::sqrt(self.squares / (self.n - 1.0)) / self.mean)
    }
}

/// Chooses for measured arrivals, on the fitted rate, whose gaps have that cv.
pub(super) fn choose(
    arrivals: &Arrivals,
    rate: &Rate,
    gap_cv: Option<f64>,
    compile: Compile<'_>,
) -> Result<Process, FitError> {
    let Some(cv) = gap_cv else { return Ok(Process::Poisson) };
    if cv < CONSTANT {
        return Ok(Process::Constant);
    }
    let windows: Vec<(Expected, f64)> = WINDOWS
        .iter()
        .zip(arrivals.dispersion)
        .filter_map(|(seconds, measured)| Some((Expected::new(rate, *seconds)?, measured?)))
        .collect();
    let gamma = Process::Gamma { cv: cv.clamp(CONSTANT, MOST) };
    let bursts = burst::fit(&windows, rate.span_s(), rate.mean(), gap_cv).map(Process::Bursty);
    let mut nearest = (f64::INFINITY, Process::Poisson);
    for candidate in [Some(Process::Poisson), Some(gamma), bursts].into_iter().flatten() {
        let text = write::workload(rate, &candidate, &FittedLengths::any(), write::PAIRS_IN_MEMORY);
        let worst = worst(arrivals, &simulate(&text, None, compile)?.dispersion);
        if worst <= GOOD {
            return Ok(candidate);
        }
        if worst < nearest.0 {
            nearest = (worst, candidate);
        }
    }
    Ok(nearest.1)
}

/// The largest logarithm of drawn over measured, either way.
fn worst(arrivals: &Arrivals, drawn: &[Option<f64>; 3]) -> f64 {
    let ratios = arrivals.dispersion.iter().zip(drawn).filter_map(|(measured, drawn)| {
        let (measured, drawn) = ((*measured)?.max(1e-3), (*drawn)?.max(1e-3));
        Some(libm::log(drawn / measured).abs())
    });
    ratios.fold(0.0, f64::max)
}
