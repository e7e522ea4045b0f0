//! One expectation over several runs of its scenario.

use std::cmp::Ordering;

use super::{Status, Verdict};
use crate::model::Expectation;

/// How an expectation fared over all seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Over all runs.
    pub status: Status,
    /// The verdict of the run that decides: with `in 60% of runs` and five runs the third best, otherwise the worst.
    pub deciding: Verdict,
    /// The seed of the run that decides; of equal ones the first.
    pub deciding_seed: u64,
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
/// Where it holds in too few, one failure among them makes it fail; without any it has no data. The run that decides has
/// the status of the whole, so that its margin has the right sign.
///
/// # Panics
/// Without any run.
#[must_use]
pub fn judge_seeds(expectation: &Expectation, verdicts: &[(u64, Verdict)]) -> Judgement {
    let mut from_worst: Vec<&(u64, Verdict)> = verdicts.iter().collect();
    from_worst.sort_by(|one, other| worse_first(&one.1, &other.1));
    let (worst_seed, worst) = from_worst.first().expect("a scenario runs at least once");
    let count = |status| verdicts.iter().filter(|(_, verdict)| verdict.status == status).count();
    let (runs, held) = (verdicts.len(), count(Status::Pass));
    let needed = runs_needed(expectation.in_runs.unwrap_or(1.0), runs);
    let status = if held >= needed {
        Status::Pass
    } else if count(Status::Fail) > 0 {
        Status::Fail
    } else {
        Status::NoData
    };
    let at_needed_rank = from_worst[runs - needed];
    // Beside a failure, one without data may have this rank.
    let (deciding_seed, deciding) =
        if at_needed_rank.1.status == status { at_needed_rank } else { from_worst[0] };
    Judgement {
        status,
        deciding: deciding.clone(),
        deciding_seed: *deciding_seed,
        worst: worst.clone(),
        worst_seed: *worst_seed,
        held,
        runs,
    }
}

/// The fewest runs that are a share of all, at least one.
fn runs_needed(share: f64, runs: usize) -> usize {
    // `0.6 * 5` is 3, whatever its last bit is.
    let needed = libm::ceil(share * runs as f64 * (1.0 - 2.0 * f64::EPSILON));
    (needed as usize).clamp(1, runs)
}

/// Sorts the worst verdict first and leaves equal ones in the order of their seeds.
fn worse_first(one: &Verdict, other: &Verdict) -> Ordering {
    match (one.is_worse_than(other), other.is_worse_than(one)) {
        (true, _) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Comparison, Condition, Term, Tolerance};
    use crate::units::Dimension;

    /// Values under the seeds 1, 2, … against a limit of 10, to hold in a share of the runs.
    fn judged(values: &[Option<f64>], in_runs: Option<f64>) -> Judgement {
        let ten = Term::Number(10.0, Dimension::NUMBER);
        let condition = Condition::Compare {
            left: ten.clone(),
            operator: Comparison::LessOrEqual,
            right: ten,
            tolerance: Tolerance::Exact,
        };
        let verdict = |value: &Option<f64>| match value {
            Some(value) => Verdict::measured(*value <= 10.0, *value, 10.0, 10.0 - value, Dimension::NUMBER),
            None => Verdict::no_data("nothing"),
        };
        let verdicts: Vec<(u64, Verdict)> = (1..).zip(values.iter().map(verdict)).collect();
        judge_seeds(&Expectation { text: String::new(), condition, in_runs }, &verdicts)
    }

    #[track_caller]
    fn check(values: &[Option<f64>], in_runs: Option<f64>, status: Status, deciding_seed: u64, margin: f64) {
        let judgement = judged(values, in_runs);
        let found = (judgement.status, judgement.deciding_seed, judgement.deciding.margin);
        assert_eq!(found, (status, deciding_seed, Some(margin)), "{judgement:?}");
    }

    #[test]
    fn the_run_at_the_needed_rank_decides_and_its_margin_has_the_right_sign() {
        let values = [Some(14.0), Some(4.0), Some(12.0), Some(9.0), Some(7.0)];
        check(&values, None, Status::Fail, 1, -4.0);
        check(&values, Some(0.6), Status::Pass, 4, 1.0);
        check(&values, Some(0.61), Status::Fail, 3, -2.0);
        check(&values, Some(0.0), Status::Pass, 2, 6.0);
        assert_eq!(judged(&values, Some(0.6)).worst_seed, 1);
    }

    #[test]
    fn beside_a_failure_a_run_without_data_does_not_decide() {
        check(&[Some(4.0), None, Some(12.0)], Some(0.6), Status::Fail, 3, -2.0);
    }

    #[test]
    fn of_equal_runs_the_first_seed_decides() {
        check(&[Some(4.0), Some(4.0)], None, Status::Pass, 1, 6.0);
    }
}
