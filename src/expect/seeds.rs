//! One expectation over several runs of its scenario.

use super::{Status, Verdict};
use crate::model::Expectation;

/// How an expectation fared over all seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Over all runs.
    pub status: Status,
    /// The verdict of the worst run.
    pub worst: Verdict,
    /// The seed of the worst run; of equal ones the first.
    pub worst_seed: u64,
    /// Runs in which it held.
    pub held: usize,
    /// All runs.
    pub runs: usize,
}

/// Joins the verdicts of an expectation, each with its seed: it must hold in all runs, or in the share it names.
///
/// Where it holds in too few, one failure among them makes it fail; without any it has no data.
///
/// # Panics
/// Without any run.
#[must_use]
pub fn judge_seeds(expectation: &Expectation, verdicts: &[(u64, Verdict)]) -> Judgement {
    let (first, rest) = verdicts.split_first().expect("a scenario runs at least once");
    let (worst_seed, worst) =
        rest.iter().fold(first, |worst, other| if other.1.is_worse_than(&worst.1) { other } else { worst });
    let count = |status| verdicts.iter().filter(|(_, verdict)| verdict.status == status).count();
    let (runs, held) = (verdicts.len(), count(Status::Pass));
    // `0.6 * 5` is 3, whatever its last bit says.
    let needed = expectation.in_runs.unwrap_or(1.0) * runs as f64 * (1.0 - 2.0 * f64::EPSILON);
    let status = if held as f64 >= needed {
        Status::Pass
    } else if count(Status::Fail) > 0 {
        Status::Fail
    } else {
        Status::NoData
    };
    Judgement { status, worst: worst.clone(), worst_seed: *worst_seed, held, runs }
}
