//! How much was done in how long.
//!
//! The time is the makespan of the run, so that the rates of workloads and of GPUs add up to the whole; with
//! `during`, `after` or windows it is the time selected, as far as it is measured and the run reaches into it. A makespan
//! includes the time in which the last requests are served after the last arrival: over it, no rate reaches that of the
//! arrivals.

use super::info::Better;
use super::spec::{ITSELF, Measure, MetricSpec, Source};

pub(super) static METRICS: &[MetricSpec] = &[
    MetricSpec {
        name: "throughput_tokens_per_sec",
        statistics: ITSELF,
        measure: Measure::TokenRate,
        better: Better::Higher,
        source: Source::Rate(|tally| Some(tally.tokens)),
        definition: "output tokens of finished requests over the makespan, or over the time selected",
    },
    MetricSpec {
        name: "throughput_requests_per_sec",
        statistics: ITSELF,
        measure: Measure::RequestRate,
        better: Better::Higher,
        source: Source::Rate(|tally| Some(tally.finished)),
        definition: "finished requests over the makespan, or over the time selected",
    },
    MetricSpec {
        name: "goodput",
        statistics: ITSELF,
        measure: Measure::RequestRate,
        better: Better::Higher,
        source: Source::Rate(|tally| (tally.bound > 0).then_some(tally.good)),
        definition: "requests that met every bound of their `slo` over the makespan, or over the time selected; no data where none has one",
    },
    MetricSpec {
        name: "makespan_ms",
        statistics: ITSELF,
        measure: Measure::Time,
        better: Better::Lower,
        source: Source::Run(|totals| Some(totals.makespan?.as_secs_f64())),
        definition: "from the first arrival after `warmup` to the last completion of those measured",
    },
];
