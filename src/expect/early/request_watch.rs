//! An expectation about requests while a run goes on: how much speaks against it, and how much it takes.

use super::arrivals::Arrivals;
use super::limit::{Limit, smallest};
use crate::engine::Journey;
use crate::metrics::{EndsWith, Milestones, Sample};
use crate::model::Slo;
use crate::units::{SimDuration, SimTime};
use crate::workload::MAX_REQUESTS;

/// Picoseconds in a second, in which samples are counted and compared.
const PS_PER_SECOND: f64 = 1e12;

/// The total is asked for once this number of requests speaks against an expectation: a healthy run has a few that come
/// early.
const ENOUGH: u128 = 8;

/// When something speaks for or against an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    Started,
    FirstToken,
    Finished,
    Rejected,
    Evicted,
    Preempted,
    Retried,
}

impl Moment {
    pub(super) const ALL: [Moment; 7] = [
        Moment::Started,
        Moment::FirstToken,
        Moment::Finished,
        Moment::Rejected,
        Moment::Evicted,
        Moment::Preempted,
        Moment::Retried,
    ];
}

/// What is counted against an expectation.
pub(super) enum Against {
    /// Samples from a bound on, in picoseconds; a percentile, in thousandths, allows a share of them.
    Percentile { sample: Sample, bound: u64, per_mille: u16 },
    /// The sum of samples, in picoseconds.
    Mean { sample: Sample },
    /// Samples from a bound on, of which one is enough.
    Largest { sample: Sample, bound: u64 },
    /// How often one of these happens.
    Count { of: &'static [Moment] },
    /// The same as a share of all requests.
    Share { of: &'static [Moment] },
    /// What is missing to the whole: requests that were lost.
    Completion,
    /// What is missing to the whole: requests that break a bound of their `slo`, by workload.
    Attainment { slos: Vec<Option<Slo>> },
}

/// An expectation about requests while a run goes on.
pub(super) struct RequestWatch<'a> {
    pub(super) expectation: usize,
    pub(super) arrivals: Arrivals,
    limit: Limit<'a>,
    against: Against,
    /// What speaks against it.
    found: u128,
    /// Requests that spoke.
    heard: u64,
    /// How much it takes; `None` while that depends on a total that is not known.
    enough: Option<u128>,
    total: Option<u64>,
    asked: bool,
}

impl<'a> RequestWatch<'a> {
    pub(super) fn new(
        expectation: usize,
        arrivals: Arrivals,
        limit: Limit<'a>,
        against: Against,
    ) -> RequestWatch<'a> {
        let enough = match &against {
            Against::Largest { .. } => Some(1),
            Against::Count { .. } => smallest(MAX_REQUESTS as u128, |count| limit.is_too_large(count as f64)),
            // One is too many, whatever the total.
            Against::Share { .. } if limit.is_too_large(1.0 / MAX_REQUESTS) => Some(1),
            Against::Percentile { .. }
            | Against::Mean { .. }
            | Against::Share { .. }
            | Against::Completion
            | Against::Attainment { .. } => None,
        };
        RequestWatch {
            expectation,
            arrivals,
            limit,
            against,
            found: 0,
            heard: 0,
            enough,
            total: None,
            asked: enough.is_some(),
        }
    }

    pub(super) fn listens_to(&self, moment: Moment) -> bool {
        match &self.against {
            Against::Percentile { sample, .. }
            | Against::Mean { sample }
            | Against::Largest { sample, .. } => moment_of(*sample) == Some(moment),
            Against::Count { of } | Against::Share { of } => of.contains(&moment),
            Against::Completion => matches!(moment, Moment::Rejected | Moment::Evicted | Moment::Finished),
            Against::Attainment { .. } => {
                matches!(moment, Moment::Rejected | Moment::Evicted | Moment::Finished | Moment::FirstToken)
            }
        }
    }

    pub(super) fn hear(&mut self, at: SimTime, moment: Moment, journey: &Journey) {
        if !self.arrivals.hold(journey.request.workload, journey.request.arrival) {
            return;
        }
        let sample = |sample: Sample| sample.between(&milestones(journey), at);
        let (found, heard) = match &self.against {
            Against::Percentile { sample: kind, bound, .. } | Against::Largest { sample: kind, bound } => {
                let Some(time) = sample(*kind) else { return };
                (u128::from(time >= *bound), 1)
            }
            Against::Mean { sample: kind } => {
                let Some(time) = sample(*kind) else { return };
                (u128::from(time), 1)
            }
            Against::Count { .. } | Against::Share { .. } => (1, 1),
            Against::Completion => (u128::from(moment != Moment::Finished), 1),
            Against::Attainment { slos } => {
                let slo = slos[usize::from(journey.request.workload)];
                let Some(slo) = slo else { return };
                (u128::from(breaks_now(&slo, at, moment, journey)), u64::from(moment != Moment::FirstToken))
            }
        };
        self.found += found;
        self.heard += heard;
    }

    /// Whether it is lost for all that is known.
    pub(super) fn is_lost(&self) -> bool {
        self.enough.is_some_and(|enough| self.found >= enough)
    }

    /// Whether it would fail if the run ended now, and how many requests there will be decides.
    pub(super) fn wants_total(&self) -> bool {
        if self.asked {
            return false;
        }
        let is_mean = matches!(self.against, Against::Mean { .. });
        let many = if is_mean { u128::from(self.heard) } else { self.found };
        many >= ENOUGH && self.enough_of(self.heard).is_some_and(|enough| self.found >= enough)
    }

    pub(super) fn set_total(&mut self, total: Option<u64>) {
        self.asked = true;
        if self.enough.is_none() {
            self.total = total;
            self.enough = total.and_then(|total| self.enough_of(total));
        }
    }

    /// How much of the run was needed, by the requests heard of.
    pub(super) fn share_of_run(&self) -> Option<f64> {
        let total = self.total.filter(|total| *total > 0)?;
        Some((self.heard as f64 / total as f64).min(1.0))
    }

    /// How much must speak against it with a total of requests, or a smaller one.
    fn enough_of(&self, total: u64) -> Option<u128> {
        let n = total as f64;
        match &self.against {
            Against::Percentile { per_mille, .. } => {
                let rank = (u128::from(total) * u128::from(*per_mille)).div_ceil(1000).max(1);
                Some(u128::from(total).saturating_sub(rank) + 1)
            }
            Against::Mean { .. } => smallest(u128::from(u64::MAX) * u128::from(total), |sum| {
                self.limit.is_too_large(sum as f64 / n / PS_PER_SECOND)
            }),
            Against::Share { .. } => {
                smallest(u128::from(total), |count| self.limit.is_too_large(count as f64 / n))
            }
            Against::Completion | Against::Attainment { .. } => smallest(u128::from(total), |lost| {
                self.limit.is_too_small((u128::from(total) - lost) as f64 / n)
            }),
            Against::Largest { .. } | Against::Count { .. } => self.enough,
        }
    }
}

/// The moment at which a sample is taken; `None` for what a request may have several of.
pub(super) fn moment_of(sample: Sample) -> Option<Moment> {
    match sample.ends_with() {
        EndsWith::FirstExecution => Some(Moment::Started),
        EndsWith::FirstToken => Some(Moment::FirstToken),
        EndsWith::Finish => Some(Moment::Finished),
        EndsWith::Handoff => None,
    }
}

/// The smallest sample that is too large for a limit, in picoseconds.
pub(super) fn bound(limit: &Limit<'_>) -> Option<u64> {
    let bound = smallest(u128::from(u64::MAX), |ps| limit.is_too_large(ps as f64 / PS_PER_SECOND));
    bound.and_then(|ps| u64::try_from(ps).ok())
}

fn milestones(journey: &Journey) -> Milestones {
    Milestones {
        arrival: journey.request.arrival,
        started: journey.started(),
        first_token: journey.first_token(),
        output: journey.request.output.get(),
    }
}

/// Whether a request breaks its `slo` at this moment and had not before.
fn breaks_now(slo: &Slo, at: SimTime, moment: Moment, journey: &Journey) -> bool {
    let milestones = milestones(journey);
    let exceeds = |bound: Option<SimDuration>, sample: Sample| {
        let time = sample.between(&milestones, at);
        bound.zip(time).is_some_and(|(bound, time)| time > bound.as_ps())
    };
    let late = exceeds(slo.ttft, Sample::Ttft);
    match moment {
        Moment::FirstToken => late,
        Moment::Rejected | Moment::Evicted => !late,
        Moment::Finished => {
            !late && (exceeds(slo.tpot, Sample::Tpot) || exceeds(slo.latency, Sample::Latency))
        }
        Moment::Started | Moment::Preempted | Moment::Retried => false,
    }
}
