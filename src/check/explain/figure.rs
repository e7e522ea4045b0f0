//! Which requests decide a figure: the times an expectation is about, and who has the worst of them.

use super::ledger::{Entry, Fate, Spent, Stage};
use crate::model::{Metric, Selection};
use crate::units::SimTime;

/// A time of requests and its statistic, as the name of a metric says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figure {
    time: Time,
    statistic: Statistic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Time {
    Latency,
    Ttft,
    Tpot,
    Queue,
    Prefill,
    Decode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Statistic {
    Mean,
    Min,
    Max,
    /// In per mille.
    Quantile(u64),
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
    /// That of a metric; `None` for metrics of another kind.
    pub(super) fn of(metric: &Metric) -> Option<Figure> {
        let (statistic, time) = metric.name.split_once('_')?;
        let time = match time {
            "latency_ms" => Time::Latency,
            "ttft_ms" => Time::Ttft,
            "tpot_ms" => Time::Tpot,
            "queue_ms" => Time::Queue,
            "prefill_ms" => Time::Prefill,
            "decode_ms" => Time::Decode,
            _ => return None,
        };
        let statistic = match statistic {
            "mean" | "avg" => Statistic::Mean,
            "min" => Statistic::Min,
            "max" => Statistic::Max,
            "p999" => Statistic::Quantile(999),
            quantile => Statistic::Quantile(10 * quantile.strip_prefix('p')?.parse::<u64>().ok()?),
        };
        Some(Figure { time, statistic })
    }

    /// The requests with such a time that a selection holds, the longest time first.
    pub(super) fn samples<'a>(
        &self,
        entries: &'a [Entry],
        selection: &Selection,
        warmup: SimTime,
    ) -> Vec<Timed<'a>> {
        let chosen = entries.iter().filter(|entry| entry.arrival >= warmup && holds(selection, entry));
        let mut samples: Vec<Timed<'a>> = chosen.filter_map(|entry| self.time(entry)).collect();
        samples.sort_by_key(|timed| (std::cmp::Reverse(timed.time), timed.entry.arrival));
        samples
    }

    fn time<'a>(&self, entry: &'a Entry) -> Option<Timed<'a>> {
        let finished = entry.ended.filter(|_| entry.fate == Fate::Finished);
        let between = |from: SimTime, to: SimTime| Some((to.since(from).as_ps(), to));
        let (time, at) = match self.time {
            Time::Latency => between(entry.arrival, finished?),
            Time::Ttft => between(entry.arrival, entry.first_token?),
            Time::Queue => between(entry.arrival, entry.started?),
            Time::Prefill => between(entry.started?, entry.first_token?),
            Time::Decode => between(entry.first_token?, finished?),
            Time::Tpot => {
                let gaps = u64::from(entry.output.checked_sub(1).filter(|gaps| *gaps > 0)?);
                let (decode, at) = between(entry.first_token?, finished?)?;
                Some(((decode + gaps / 2) / gaps, at))
            }
        }?;
        Some(Timed { entry, time, at })
    }

    /// How many of the longest decide: with a quantile it and all above, with the mean all.
    pub(super) fn n_deciding(&self, n: usize) -> usize {
        match self.statistic {
            Statistic::Mean => n,
            // The shortest is the last: it alone decides, and nothing is to be explained of it.
            Statistic::Min => 0,
            Statistic::Max => n.min(1),
            Statistic::Quantile(per_mille) => {
                // Nearest rank, counted from the longest.
                let rank = (n as u64 * per_mille).div_ceil(1000).max(1);
                n - usize::try_from(rank - 1).expect("no more than n").min(n)
            }
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
        match self.time {
            Time::Latency => Some(entry.spent),
            Time::Ttft => Some(entry.to_first_token),
            Time::Tpot | Time::Decode => Some(after()),
            Time::Queue | Time::Prefill => None,
        }
    }

    /// What the deciding requests are called.
    pub(super) fn deciding(&self, n_deciding: usize, n: usize) -> String {
        match self.statistic {
            Statistic::Mean => format!("all {n} requests"),
            Statistic::Max => "the slowest request".to_owned(),
            Statistic::Min | Statistic::Quantile(_) if n_deciding == 1 => {
                format!("the slowest of {n} requests, which decides,")
            }
            Statistic::Min | Statistic::Quantile(_) => {
                format!("the {n_deciding} slowest of {n} requests, which decide,")
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
    fn what_is_no_time_of_requests_has_no_figure() {
        for name in ["peak_vram_bytes", "rejected", "p99_itl_ms", "max_queue_depth", "completion_rate"] {
            assert_eq!(figure(name), None, "{name}");
        }
    }
}
