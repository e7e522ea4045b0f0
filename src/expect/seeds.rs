//! One expectation over several runs of its scenario.

use super::{Status, Verdict};
use crate::model::Expectation;
use crate::units::Dimension;

/// How an expectation fared over all seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The worst run's verdict; with `in P% of runs` the share of runs against P.
    pub verdict: Verdict,
    /// The seed of the worst run.
    pub worst_seed: u64,
    /// Runs in which it held.
    pub held: usize,
    /// All runs.
    pub runs: usize,
}

/// Joins the verdicts of an expectation, each with its seed: it must hold in all runs, or in the share it names.
///
/// # Panics
/// Without any run.
#[must_use]
pub fn judge_seeds(expectation: &Expectation, verdicts: &[(u64, Verdict)]) -> Judgement {
    let (first, rest) = verdicts.split_first().expect("a scenario runs at least once");
    let (worst_seed, worst) =
        rest.iter().fold(first, |worst, other| if other.1.is_worse_than(&worst.1) { other } else { worst });
    let (runs, held) =
        (verdicts.len(), verdicts.iter().filter(|(_, each)| each.status == Status::Pass).count());
    let verdict = match expectation.in_runs {
        Some(share) => in_share_of_runs(share, held, runs, *worst_seed, worst),
        None if runs == 1 => worst.clone(),
        None => {
            let seed = if worst.status == Status::Pass {
                format!("closest with seed `{worst_seed}` of {runs} runs")
            } else {
                format!("held in {held} of {runs} runs, worst with seed `{worst_seed}`")
            };
            let detail = match &worst.detail {
                Some(detail) => format!("{seed}: {detail}"),
                None => seed,
            };
            worst.clone().with_detail(detail)
        }
    };
    Judgement { verdict, worst_seed: *worst_seed, held, runs }
}

fn in_share_of_runs(share: f64, held: usize, runs: usize, worst_seed: u64, worst: &Verdict) -> Verdict {
    if held == 0 && worst.status == Status::NoData {
        return worst.clone();
    }
    let value = held as f64 / runs as f64;
    // `share * runs` may be off by an ulp: 60 % of 5 runs are 3.
    let holds = held as f64 >= share * runs as f64 * (1.0 - 2.0 * f64::EPSILON);
    Verdict::measured(holds, value, share, value - share, Dimension::NUMBER)
        .shown_as_share(true)
        .with_detail(format!("held in {held} of {runs} runs, worst with seed `{worst_seed}`"))
}
