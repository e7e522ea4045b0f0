//! Times of requests: a sample when the time is over, and one a handoff.
//!
//! A request that reached its first token has a TTFT whatever became of it then: were only finished ones sampled, a
//! run that `until` cuts short would forget the slowest. With `on` a time is of the GPU on which it was over: queue, prefill
//! and TTFT of where the prompt was computed, the others of where the request ended. Latency, TPOT and decode need the last
//! token. Requests that arrived before `warmup` give no sample. Percentiles are nearest-rank: the smallest sample that at least p of all n samples do not exceed. Samples are whole picoseconds.

use super::info::{Aggregate, Better};
use super::spec::{Measure, MetricSpec, Source, Statistic};
use crate::engine::Journey;
use crate::units::SimTime;

/// Which time of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sample {
    /// From the arrival to the last token.
    Latency,
    /// From the arrival to the first token.
    Ttft,
    /// From the first token to the last, over the tokens between.
    Tpot,
    /// From the arrival to the first execution.
    Queue,
    /// From the first execution to the first token.
    Prefill,
    /// From the first token to the last.
    Decode,
    /// Of one move of a cache.
    Handoff,
}

/// When a request reached what, and how long its output is.
#[derive(Clone, Copy, Debug)]
pub struct Milestones {
    /// When it arrived.
    pub arrival: SimTime,
    /// When it was first executed.
    pub started: Option<SimTime>,
    /// When its first token was there.
    pub first_token: Option<SimTime>,
    /// In tokens.
    pub output: u32,
}

/// What ends a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndsWith {
    /// The first execution.
    FirstExecution,
    /// The first token.
    FirstToken,
    /// The arrival of a cache.
    Handoff,
    /// The last token.
    Finish,
}

impl Sample {
    /// In the order in which they are declared: columns are found by that.
    pub(super) const EACH: [Sample; 7] = [
        Sample::Latency,
        Sample::Ttft,
        Sample::Tpot,
        Sample::Queue,
        Sample::Prefill,
        Sample::Decode,
        Sample::Handoff,
    ];

    /// Checked while compiling.
    const _IN_ORDER: () = {
        let mut index = 0;
        while index < Sample::EACH.len() {
            assert!(Sample::EACH[index] as usize == index, "samples are listed as they are declared");
            index += 1;
        }
    };

    /// When its sample is taken.
    #[must_use]
    pub const fn ends_with(self) -> EndsWith {
        match self {
            Sample::Queue => EndsWith::FirstExecution,
            Sample::Ttft | Sample::Prefill => EndsWith::FirstToken,
            Sample::Handoff => EndsWith::Handoff,
            Sample::Latency | Sample::Tpot | Sample::Decode => EndsWith::Finish,
        }
    }

    /// In picoseconds, where what ends it happens at `at`; `None` where the request has no such time. Handoffs are
    /// sampled when they end, not here.
    #[inline]
    pub(super) fn of(self, journey: &Journey, at: SimTime) -> Option<u64> {
        let milestones = Milestones {
            arrival: journey.request.arrival,
            started: journey.started(),
            first_token: journey.first_token(),
            output: journey.request.output.get(),
        };
        self.between(&milestones, at)
    }

    /// As for a request of which these are known.
    #[must_use]
    #[inline]
    pub fn between(self, milestones: &Milestones, at: SimTime) -> Option<u64> {
        let Milestones { arrival, started, first_token, output } = *milestones;
        let between = |from: SimTime, to: SimTime| to.as_ps() - from.as_ps();
        match self {
            Sample::Latency => Some(between(arrival, at)),
            Sample::Ttft => Some(between(arrival, first_token?)),
            Sample::Tpot => {
                let gaps = u64::from(output).checked_sub(1).filter(|gaps| *gaps > 0)?;
                // Rounded to the nearest picosecond.
                Some((between(first_token?, at) + gaps / 2) / gaps)
            }
            Sample::Queue => Some(between(arrival, started?)),
            Sample::Prefill => Some(between(started?, first_token?)),
            Sample::Decode => Some(between(first_token?, at)),
            Sample::Handoff => None,
        }
    }
}

/// The statistics of samples, in the order shown to users.
static STATISTICS: &[Statistic] = &[
    Statistic::new("mean_", Aggregate::Mean),
    Statistic::new("min_", Aggregate::Min),
    Statistic::new("max_", Aggregate::Max),
    Statistic::new("p50_", Aggregate::Quantile(500)),
    Statistic::new("p90_", Aggregate::Quantile(900)),
    Statistic::new("p95_", Aggregate::Quantile(950)),
    Statistic::new("p99_", Aggregate::Quantile(990)),
    Statistic::new("p999_", Aggregate::Quantile(999)),
];

pub(super) static METRICS: &[MetricSpec] = &[
    time("latency_ms", Source::Sample(Sample::Latency), "from the arrival to the last token"),
    time(
        "ttft_ms",
        Source::Sample(Sample::Ttft),
        "time to first token: from the arrival to the end of prefill, of every request that had one by the end of the run",
    ),
    time(
        "tpot_ms",
        Source::Sample(Sample::Tpot),
        "time per output token: from the first token to the last over the tokens between, for outputs of two and more",
    ),
    time(
        "itl_ms",
        Source::Gaps,
        "inter-token latency: every gap between two tokens of a request (`batching continuous`), to 0.05 %",
    ),
    time(
        "queue_ms",
        Source::Sample(Sample::Queue),
        "from the arrival to the first execution, of every request that executed",
    ),
    time("prefill_ms", Source::Sample(Sample::Prefill), "from the first execution to the first token"),
    time("decode_ms", Source::Sample(Sample::Decode), "from the first token to the last"),
    time("handoff_ms", Source::Sample(Sample::Handoff), "time that a KV cache takes to move to another GPU"),
];

const fn time(name: &'static str, source: Source, definition: &'static str) -> MetricSpec {
    MetricSpec {
        name,
        statistics: STATISTICS,
        measure: Measure::Time,
        better: Better::Lower,
        source,
        definition,
    }
}
