//! How often a request was tried on another GPU, or moved to one.
//!
//! Requests that arrived before `warmup` are not counted.

use super::info::Better;
use super::outcome::Totals;
use super::spec::{ITSELF, Measure, MetricSpec, Source};

pub(super) static METRICS: &[MetricSpec] = &[
    count(
        "retry_attempts",
        Better::Lower,
        |totals| Some(totals.moves.retry_attempts as f64),
        "further GPUs tried because one had no room",
    ),
    count(
        "retry_successes",
        Better::Neither,
        |totals| Some(totals.moves.retry_successes as f64),
        "requests admitted by a GPU other than the one tried first",
    ),
    count(
        "handoffs_total",
        Better::Neither,
        |totals| Some(totals.moves.handoffs as f64),
        "completed moves of a KV cache from one GPU to another",
    ),
    count(
        "cross_gpu_decodes",
        Better::Neither,
        |totals| Some(totals.moves.cross_gpu_decodes as f64),
        "requests whose output began on a GPU other than the one that computed their prompt",
    ),
];

const fn count(
    name: &'static str,
    better: Better,
    read: fn(&Totals) -> Option<f64>,
    definition: &'static str,
) -> MetricSpec {
    let source = Source::Run(read);
    MetricSpec { name, statistics: ITSELF, measure: Measure::Count, better, source, definition }
}
