//! Which requests decide a figure: the times an expectation is about, and which requests have the longest of them.

use super::ledger::{Entry, Fate, Spent, Stage};
use crate::metrics::{Aggregate, EndsWith, Milestones, Sample, lookup};
use crate::model::{Metric, Selection};
use crate::units::SimTime;

/// A time of requests and what is computed of it, as the registry of metrics has them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figure {
    sample: Sample,
    aggregate: Aggregate,
}

/// A time of a request in picoseconds, and when it was over; `None` where the request has no such time.
pub(super) fn time(sample: Sample, entry: &Entry) -> Option<(u64, SimTime)> {
    let at = match sample.ends_with() {
        EndsWith::FirstExecution => entry.started?,
        EndsWith::FirstToken => entry.first_token?,
        EndsWith::Finish => entry.ended.filter(|_| entry.fate == Fate::Finished)?,
        EndsWith::Handoff => return None,
    };
    let milestones = Milestones {
        arrival: entry.arrival,
        started: entry.started,
        first_token: entry.first_token,
        output: entry.output,
    };
    Some((sample.between(&milestones, at)?, at))
}

/// A request with the time in question.
#[derive(Clone, Copy)]
pub(super) struct Timed<'a> {
    pub(super) entry: &'a Entry,
    /// In picoseconds.
    pub(super) time: u64,
    /// When it was over.
    pub(super) at: SimTime,
}

impl Figure {
    /// That of a metric; `None` for metrics of another kind. Handoffs are times of caches, of which a request may have
    /// several.
    pub(super) fn of(metric: &Metric) -> Option<Figure> {
        let info = lookup(&metric.name)?;
        let sample = info.sample.filter(|sample| *sample != Sample::Handoff)?;
        Some(Figure { sample, aggregate: info.aggregate })
    }

    /// The requests with such a time that a selection holds, the longest time first.
    pub(super) fn samples<'a>(
        &self,
        entries: &'a [Entry],
        selection: &Selection,
        warmup: SimTime,
    ) -> Vec<Timed<'a>> {
        let chosen = entries.iter().filter(|entry| entry.arrival >= warmup && holds(selection, entry));
        let timed = |entry: &'a Entry| time(self.sample, entry).map(|(time, at)| Timed { entry, time, at });
        let mut samples: Vec<Timed<'a>> = chosen.filter_map(timed).collect();
        samples.sort_by_key(|timed| (std::cmp::Reverse(timed.time), timed.entry.arrival));
        samples
    }

    /// How many of the longest decide: with a quantile it and all above, with the mean all.
    pub(super) fn n_deciding(&self, n: usize) -> usize {
        match self.aggregate {
            Aggregate::Max => n.min(1),
            Aggregate::Quantile(per_mille) => {
                // Nearest rank, counted from the longest.
                let rank = (n as u64 * u64::from(per_mille)).div_ceil(1000).max(1);
                n - usize::try_from(rank - 1).expect("no more than n").min(n)
            }
            // The shortest is the last: it alone decides, and there is nothing to explain about it.
            Aggregate::Min => 0,
            Aggregate::Mean | Aggregate::Itself | Aggregate::Integral | Aggregate::MeanPerGpu => n,
        }
    }

    /// Where the time went, by stage; empty where the figure is about one stage alone.
    pub(super) fn spent(&self, entry: &Entry) -> Option<Spent> {
        let after = || {
            let mut spent = entry.spent;
            for (all, before) in spent.iter_mut().zip(entry.to_first_token) {
                *all -= before;
            }
            spent
        };
        match self.sample {
            Sample::Latency => Some(entry.spent),
            Sample::Ttft => Some(entry.to_first_token),
            Sample::Tpot | Sample::Decode => Some(after()),
            Sample::Queue | Sample::Prefill | Sample::Handoff => None,
        }
    }

    /// What the deciding requests are called.
    pub(super) fn deciding(&self, n_deciding: usize, n: usize) -> String {
        match self.aggregate {
            Aggregate::Max => "the slowest request".to_owned(),
            Aggregate::Min | Aggregate::Quantile(_) if n_deciding == 1 => {
                format!("the slowest of {n} requests, which decides,")
            }
            Aggregate::Min | Aggregate::Quantile(_) => {
                format!("the {n_deciding} slowest of {n} requests, which decide,")
            }
            Aggregate::Mean | Aggregate::Itself | Aggregate::Integral | Aggregate::MeanPerGpu => {
                format!("all {n} requests")
            }
        }
    }
}

pub(super) fn holds(selection: &Selection, entry: &Entry) -> bool {
    let arrived = |(from, to): (SimTime, SimTime)| (from..=to).contains(&entry.arrival);
    selection.workload.is_none_or(|workload| workload == entry.workload)
        && selection.during.is_none_or(arrived)
        && selection.gpus.is_none_or(|gpus| {
            entry.gpu.is_some_and(|gpu| (gpus.first..=gpus.last).contains(&(gpu as usize)))
        })
}

/// The stages that took time, the longest first, as shares: "91% queue, 6% prefill, 3% decode".
pub(super) fn shares<'a>(entries: impl Iterator<Item = (&'a Entry, Spent)>) -> Option<Vec<(Stage, f64)>> {
    let mut total = [0_u128; 5];
    for (_, spent) in entries {
        for (sum, part) in total.iter_mut().zip(spent) {
            *sum += u128::from(part);
        }
    }
    let all: u128 = total.iter().sum();
    if all == 0 {
        return None;
    }
    let mut shares: Vec<(Stage, f64)> =
        Stage::ALL.into_iter().zip(total).map(|(stage, part)| (stage, part as f64 / all as f64)).collect();
    // A stable sort: of equal shares the earlier stage is first.
    shares.sort_by(|one, other| other.1.total_cmp(&one.1));
    shares.retain(|(_, share)| *share >= LEAST_SHARE);
    Some(shares)
}

/// Stages below half a per cent are not worth their words.
const LEAST_SHARE: f64 = 0.005;

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(name: &str) -> Option<Figure> {
        Figure::of(&Metric {
            name: name.to_owned(),
            selection: Selection::default(),
            windows: None,
            of: None,
        })
    }

    #[test]
    fn a_quantile_is_decided_by_it_and_what_lies_above() {
        let n_deciding = |name: &str, n| figure(name).expect("a time of requests").n_deciding(n);
        assert_eq!(n_deciding("p99_ttft_ms", 1000), 11);
        assert_eq!(n_deciding("p99_ttft_ms", 20), 1);
        assert_eq!(n_deciding("p50_latency_ms", 10), 6);
        assert_eq!(n_deciding("max_latency_ms", 10), 1);
        assert_eq!(n_deciding("mean_tpot_ms", 10), 10);
    }

    #[test]
    fn what_is_not_a_time_of_requests_has_no_figure() {
        for name in ["peak_vram_bytes", "rejected", "p99_itl_ms", "p99_handoff_ms", "max_queue_depth"] {
            assert_eq!(figure(name), None, "{name}");
        }
    }
}
