//! The fit: damped least squares on logarithms, robust against single rows, held by priors.
//!
//! K. Levenberg, "A method for the solution of certain non-linear problems in least squares", 1944, with Huber's
//! weights for measurements; priors count as full squares, so that none is discounted like a bad row. The simulation is
//! deterministic, so its derivatives are differences of two runs with the same arrivals. Invariant: a fit starts from the
//! priors and uses only the rows it is given.

use kvs::engine::hardware::attained::{CHIPS, PARAMETERS, SLOWDOWN};
use kvs::model::{Arg, Choice};
use kvs::units::{Dimension, Quantity};
use rayon::prelude::*;

use super::measured::{Means, Server};

/// The GPU that deviates from the others.
pub(crate) const DEVIATES: &str = "a100_sxm_80gb";

/// Errors of this size count fully, larger ones less and less: TTFT, time per token, end to end.
const EXPECTED: [f64; 3] = [0.06, 0.025, 0.025];

/// Prior and spread of the two factors of the GPU that deviates: how much longer everything takes, and the fraction of
/// the common share at which it reads the cache.
const FACTORS: [(f64, f64); 2] = [(1.0, 0.1), (1.0, 1.0)];

/// Maximum iterations of a fit; from the priors it converges earlier.
const MOVES: usize = 30;

/// Names of the two factors.
pub(crate) const FACTOR_NAMES: [&str; 2] = ["`a100_sxm_80gb`: slowdown", "`a100_sxm_80gb`: cache"];

/// A step of a derivative, in logarithms.
const STEP: f64 = 0.02;

/// The parameters, in the order of `PARAMETERS`, followed by the two factors.
pub(crate) type Point = Vec<f64>;

/// The values that the engine uses now.
pub(crate) fn built_in() -> Point {
    let chip = CHIPS.iter().find(|chip| chip.gpu == DEVIATES).expect("it is listed");
    let parameters = PARAMETERS.iter().map(|parameter| parameter.fitted);
    parameters.chain([chip.slowdown, chip.cache]).collect()
}

/// What is known without the measurements, and how well: value and spread.
pub(crate) fn priors() -> Vec<(f64, f64)> {
    PARAMETERS.iter().map(|parameter| (parameter.prior, parameter.spread)).chain(FACTORS).collect()
}

/// The timing a server has at a point.
pub(crate) fn timing(point: &Point, gpu: &str) -> Choice {
    let mut values: Vec<(&str, f64)> = Vec::new();
    for (parameter, value) in PARAMETERS.iter().zip(point) {
        let deviates = gpu == DEVIATES && parameter.field.name == "cache_share";
        let factor = if deviates { point[PARAMETERS.len() + 1] } else { 1.0 };
        values.push((parameter.field.name, value * factor));
    }
    values.push((SLOWDOWN.name, if gpu == DEVIATES { point[PARAMETERS.len()] } else { 1.0 }));
    values.into_iter().fold(Choice::named("roofline"), |choice, (name, value)| {
        let dimension = match value < 0.01 {
            true => Dimension::TIME,
            false => Dimension::NUMBER,
        };
        choice.with(name, Arg::Quantity(Quantity { value, dimension }))
    })
}

/// The means of all stages of all servers at a point.
pub(crate) fn predict(servers: &[&Server], point: &Point, seed: u64) -> Vec<Means> {
    let runs = servers.par_iter().map(|server| server.predict(&timing(point, &server.gpu), seed));
    runs.collect::<Vec<_>>().concat()
}

/// How far off a point is: errors relative to their expected size, and distances from the priors relative to their spreads.
struct Residuals {
    /// The errors, then the distances.
    all: Vec<f64>,
    /// How many are errors.
    n_errors: usize,
}

impl Residuals {
    /// Half a square; of an error beyond 1 a line.
    fn loss(&self) -> f64 {
        let halves = self.all.iter().zip(self.weights()).map(|(z, weight)| {
            let size = z.abs();
            if weight < 1.0 { size - 0.5 } else { size * size / 2.0 }
        });
        halves.sum()
    }

    /// What each counts for as a square.
    fn weights(&self) -> impl Iterator<Item = f64> {
        let weigh = |(index, z): (usize, &f64)| {
            if index < self.n_errors { 1.0 / z.abs().max(1.0) } else { 1.0 }
        };
        self.all.iter().enumerate().map(weigh)
    }
}

fn residuals(servers: &[&Server], point: &Point) -> Residuals {
    let stages = servers.iter().flat_map(|server| &server.stages);
    let predicted = predict(servers, point, 1);
    let errors = stages.zip(predicted).flat_map(|(stage, means)| {
        let errors = means.errors(stage.measured);
        errors.into_iter().zip(EXPECTED).map(|(error, expected)| error / expected)
    });
    let held = point.iter().zip(priors()).map(|(value, (prior, spread))| libm::log(value / prior) / spread);
    let mut all: Vec<f64> = errors.collect();
    let n_errors = all.len();
    all.extend(held);
    Residuals { all, n_errors }
}

/// Moves from the priors to where servers are predicted best.
pub(crate) fn fit(servers: &[&Server]) -> Point {
    let mut point: Point = priors().into_iter().map(|(prior, _)| prior).collect();
    let mut current = residuals(servers, &point);
    let mut damping = 0.01;
    for turn in 0..MOVES {
        let slopes: Vec<Vec<f64>> = (0..point.len())
            .map(|index| {
                // Downwards if upwards hits the bound: a zero slope would make the equations singular.
                let step = if point[index] * libm::exp(STEP) < most(index) { STEP } else { -STEP };
                let moved = residuals(servers, &shifted(&point, index, step));
                moved.all.iter().zip(&current.all).map(|(after, before)| (after - before) / step).collect()
            })
            .collect();
        let mut improved = false;
        while damping < 1e3 && !improved {
            let shift = solve(&slopes, &current, damping);
            let next: Point = (0..point.len())
                .fold(point.clone(), |next, index| shifted(&next, index, shift[index].clamp(-0.5, 0.5)));
            let there = residuals(servers, &next);
            improved = there.loss() < current.loss() - 1e-3;
            if improved {
                (point, current) = (next, there);
                damping /= 10.0;
            } else {
                damping *= 10.0;
            }
        }
        eprintln!("move {}: loss {:.2}", turn + 1, current.loss());
        if !improved {
            break;
        }
    }
    point
}

/// A point with one parameter moved by a logarithm; shares stay below 1.
fn shifted(point: &Point, index: usize, by: f64) -> Point {
    let mut shifted = point.clone();
    shifted[index] = (point[index] * libm::exp(by)).min(most(index));
    shifted
}

/// The bound of a parameter.
fn most(index: usize) -> f64 {
    let is_share = PARAMETERS.get(index).is_some_and(|parameter| parameter.field.name.ends_with("_share"));
    if is_share { 0.99 } else { f64::INFINITY }
}

/// The shift that lessens the weighted squares, damped.
fn solve(slopes: &[Vec<f64>], residuals: &Residuals, damping: f64) -> Vec<f64> {
    let weights: Vec<f64> = residuals.weights().collect();
    let product = |left: &[f64], right: &[f64]| -> f64 {
        left.iter().zip(right).zip(&weights).map(|((a, b), weight)| a * b * weight).sum()
    };
    let mut rows: Vec<Vec<f64>> = slopes
        .iter()
        .enumerate()
        .map(|(index, slope)| {
            let mut row: Vec<f64> = slopes.iter().map(|other| product(slope, other)).collect();
            row[index] *= 1.0 + damping;
            row.push(-product(slope, &residuals.all));
            row
        })
        .collect();
    eliminate(&mut rows)
}

/// Solves linear equations, each row its coefficients and its right side.
fn eliminate(rows: &mut [Vec<f64>]) -> Vec<f64> {
    let n = rows.len();
    for pivot in 0..n {
        let best = (pivot..n).max_by(|&a, &b| rows[a][pivot].abs().total_cmp(&rows[b][pivot].abs()));
        rows.swap(pivot, best.expect("the range is not empty"));
        let (done, below) = rows.split_at_mut(pivot + 1);
        let top = &done[pivot];
        for row in below {
            let factor = row[pivot] / top[pivot];
            row.iter_mut().zip(top).skip(pivot).for_each(|(cell, above)| *cell -= factor * above);
        }
    }
    let mut solution = vec![0.0; n];
    for index in (0..n).rev() {
        let known: f64 = (index + 1..n).map(|other| rows[index][other] * solution[other]).sum();
        solution[index] = (rows[index][n] - known) / rows[index][index];
    }
    solution
}
