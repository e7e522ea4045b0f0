//! One expectation over all seeds.

use std::cmp::Ordering;

use crate::expect::{Status, Verdict};

/// How an expectation fared over all runs of its case.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Over all runs.
    pub status: Status,
    /// The verdict of the worst run.
    pub worst: Verdict,
    /// The seed of the worst run.
    pub worst_seed: u64,
    /// Runs in which it holds.
    pub held: usize,
    /// All runs.
    pub runs: usize,
}

/// Sums up the verdicts of an expectation, each with its seed: it must hold in every run, or in the share of runs
/// it asks for. The worst run is the one that misses by most, and the first of these.
///
/// # Panics
/// Without any run.
#[must_use]
pub(super) fn judge_runs(verdicts: &[(u64, Verdict)], in_runs: Option<f64>) -> Judgement {
    let runs = verdicts.len();
    let held = verdicts.iter().filter(|(_, verdict)| verdict.status == Status::Pass).count();
    // `0.6 * 5` is 3, whatever its last bit says.
    let needed = in_runs.unwrap_or(1.0) * runs as f64 * (1.0 - 2.0 * f64::EPSILON);
    let (worst_seed, worst) = verdicts
        .iter()
        .reduce(|worst, other| if badness(&other.1, &worst.1).is_lt() { other } else { worst })
        .expect("a case runs at least once");
    let any_failed = verdicts.iter().any(|(_, verdict)| verdict.status == Status::Fail);
    let status = match (held as f64 >= needed, any_failed) {
        (true, _) => Status::Pass,
        (false, true) => Status::Fail,
        (false, false) => Status::NoData,
    };
    Judgement { status, worst: worst.clone(), worst_seed: *worst_seed, held, runs }
}

/// Failures before missing data before passes; among equals the smaller margin first.
fn badness(one: &Verdict, other: &Verdict) -> Ordering {
    let rank = |verdict: &Verdict| match verdict.status {
        Status::Fail => 0,
        Status::NoData => 1,
        Status::Pass => 2,
    };
    let margin = |verdict: &Verdict| verdict.margin.unwrap_or(0.0);
    rank(one).cmp(&rank(other)).then(margin(one).total_cmp(&margin(other)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Dimension;

    fn verdict(margin: Option<f64>) -> Verdict {
        let status = match margin {
            None => Status::NoData,
            Some(margin) if margin >= 0.0 => Status::Pass,
            Some(_) => Status::Fail,
        };
        let dimension = Dimension::TIME;
        Verdict { status, value: None, limit: None, margin, dimension, share: false, detail: None }
    }

    #[track_caller]
    fn check(margins: &[Option<f64>], in_runs: Option<f64>, expected: (Status, u64, usize)) {
        let verdicts: Vec<_> = (1..).zip(margins.iter().map(|margin| verdict(*margin))).collect();
        let judgement = judge_runs(&verdicts, in_runs);
        assert_eq!((judgement.status, judgement.worst_seed, judgement.held), expected);
    }

    #[test]
    fn every_run_counts_unless_a_share_is_asked_for() {
        check(&[Some(3.0), Some(1.0), Some(2.0)], None, (Status::Pass, 2, 3));
        check(&[Some(3.0), Some(-1.0), Some(-2.0)], None, (Status::Fail, 3, 1));
        check(&[Some(1.0), Some(1.0), Some(1.0), Some(-1.0), Some(-1.0)], Some(0.6), (Status::Pass, 4, 3));
        check(&[Some(1.0), Some(1.0), Some(-1.0), Some(-1.0), Some(-1.0)], Some(0.6), (Status::Fail, 3, 2));
    }

    #[test]
    fn missing_data_is_no_pass() {
        check(&[Some(1.0), None], None, (Status::NoData, 2, 1));
        check(&[Some(-1.0), None], None, (Status::Fail, 1, 0));
    }
}
