//! How many requests went which way, and what share of those that arrived.
//!
//! Counted are requests that arrived after `warmup`; with `on` those that ended on one of the GPUs.
//! Invariant: arrived = finished + rejected + evicted + unfinished.

use super::info::Better;
use super::spec::{ITSELF, Measure, MetricSpec, Source};
use super::tally::Tally;

pub(super) static METRICS: &[MetricSpec] = &[
    count("arrived", Better::Neither, |tally| tally.arrived, "requests that arrived"),
    count("finished", Better::Higher, |tally| tally.finished, "requests that were answered in full"),
    count("rejected", Better::Lower, |tally| tally.rejected, "requests that were turned away"),
    count("evicted", Better::Lower, |tally| tally.evicted, "requests whose memory was taken for another"),
    count(
        "evictions",
        Better::Lower,
        |tally| tally.evicted,
        "the same as `evicted`: an eviction ends its request",
    ),
    count("unfinished", Better::Lower, Tally::unfinished, "requests still in the system at the end"),
    share(
        "completion_rate",
        Better::Higher,
        |tally| (tally.finished, tally.arrived),
        "finished requests, as a share of those that arrived",
    ),
    share(
        "reject_rate",
        Better::Lower,
        |tally| (tally.rejected, tally.arrived),
        "rejected requests, as a share of those that arrived",
    ),
    share(
        "slo_attainment",
        Better::Higher,
        |tally| (tally.good, tally.bound),
        "requests that met every bound of their `slo`, as a share of those that arrived with one",
    ),
    MetricSpec {
        name: "tokens_generated",
        statistics: ITSELF,
        measure: Measure::Tokens,
        better: Better::Higher,
        source: Source::Count(|tally| tally.tokens),
        definition: "output tokens of finished requests, on the GPU that generated them",
    },
];

const fn count(
    name: &'static str,
    better: Better,
    read: fn(&Tally) -> u64,
    definition: &'static str,
) -> MetricSpec {
    let source = Source::Count(read);
    MetricSpec { name, statistics: ITSELF, measure: Measure::Count, better, source, definition }
}

const fn share(
    name: &'static str,
    better: Better,
    read: fn(&Tally) -> (u64, u64),
    definition: &'static str,
) -> MetricSpec {
    let source = Source::Share(read);
    MetricSpec { name, statistics: ITSELF, measure: Measure::Share, better, source, definition }
}
