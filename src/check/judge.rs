//! One expectation over all seeds.

use crate::expect::{Status, Verdict};

/// How an expectation fared over all runs of its case.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Over all runs.
    pub status: Status,
    /// The verdict of the worst run.
    pub worst: Verdict,
    /// The seed of the worst run.
    pub seed: u64,
    /// Runs in which it holds.
    pub held: u32,
    /// Runs judged.
    pub runs: u32,
}

/// Sums up the verdicts of an expectation, one a seed.
///
/// It must hold in every run, or in the share of runs it asks for. The worst run is the one that fails by most,
/// and the first of these.
#[must_use]
pub(super) fn judge_runs(verdicts: &[(u64, Verdict)], in_runs: Option<f64>) -> Option<Judged> {
    let held = verdicts.iter().filter(|(_, verdict)| verdict.status == Status::Pass).count();
    let needed = in_runs.unwrap_or(1.0) * verdicts.len() as f64;
    let worst =
        verdicts.iter().reduce(|worst, other| if worse(&other.1, &worst.1) { other } else { worst })?;
    let any_failed = verdicts.iter().any(|(_, verdict)| verdict.status == Status::Fail);
    let status = match (held as f64 + ROUNDING >= needed, any_failed) {
        (true, _) => Status::Pass,
        (false, true) => Status::Fail,
        (false, false) => Status::NoData,
    };
    let count = |number: usize| u32::try_from(number).expect("seeds are counted in 32 bits");
    Some(Judged {
        status,
        worst: worst.1.clone(),
        seed: worst.0,
        held: count(held),
        runs: count(verdicts.len()),
    })
}

/// `0.6 * 5` is 3, whatever the last bit says.
const ROUNDING: f64 = 1e-9;

/// Failures before missing data before passes; among equals the smaller margin.
fn worse(one: &Verdict, other: &Verdict) -> bool {
    let rank = |verdict: &Verdict| match verdict.status {
        Status::Fail => 0,
        Status::NoData => 1,
        Status::Pass => 2,
    };
    match rank(one).cmp(&rank(other)) {
        std::cmp::Ordering::Less => true,
        std::cmp::Ordering::Greater => false,
        std::cmp::Ordering::Equal => match (one.margin, other.margin) {
            (Some(one), Some(other)) => one < other,
            (Some(_), None) => true,
            (None, _) => false,
        },
    }
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
        Verdict {
            status,
            value: None,
            limit: None,
            margin,
            dimension: Dimension::TIME,
            share: false,
            detail: None,
        }
    }

    #[track_caller]
    fn check(margins: &[Option<f64>], in_runs: Option<f64>, expected: (Status, u64, u32)) {
        let verdicts: Vec<_> = (1..).zip(margins.iter().map(|margin| verdict(*margin))).collect();
        let judged = judge_runs(&verdicts, in_runs).expect("there are runs");
        assert_eq!((judged.status, judged.seed, judged.held), expected);
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
