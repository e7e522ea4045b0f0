//! The batches of iterations: how full they are, and how often a request was preempted.

use super::info::{Aggregate, Better};
use super::levels::Level;
use super::spec::{ITSELF, Measure, MetricSpec, Source, Statistic};

/// The statistics of a level over time.
static OVER_TIME: &[Statistic] = &[
    Statistic::new("", Aggregate::Itself),
    Statistic::new("mean_", Aggregate::Mean),
    Statistic::new("max_", Aggregate::Max),
];

/// Without a value at an instant.
static OVER_TIME_ONLY: [Statistic; 2] =
    [Statistic::new("mean_", Aggregate::Mean), Statistic::new("max_", Aggregate::Max)];

pub(super) static METRICS: &[MetricSpec] = &[
    MetricSpec {
        name: "preemptions",
        statistics: ITSELF,
        measure: Measure::Count,
        better: Better::Lower,
        source: Source::Steps(|totals| Some(totals.moves.preemptions as f64)),
        definition: "times a running request was preempted: it gave its blocks back and went to the front of the queue (`batching continuous`)",
    },
    MetricSpec {
        name: "batch_size",
        statistics: OVER_TIME,
        measure: Measure::Count,
        better: Better::Neither,
        source: Source::Level(Level::BatchSize),
        definition: "requests in the running steps of all GPUs, or of those selected, together (`batching continuous`); 0 where none runs",
    },
    MetricSpec {
        name: "batch_size_per_gpu",
        statistics: &[Statistic::new("mean_", Aggregate::MeanPerGpu)],
        measure: Measure::Count,
        better: Better::Neither,
        source: Source::Level(Level::BatchSize),
        definition: "requests in the running step of a GPU, averaged over time and the GPUs: what `max_batch` limits (`batching continuous`)",
    },
    MetricSpec {
        name: "kv_utilization",
        statistics: &OVER_TIME_ONLY,
        measure: Measure::Share,
        better: Better::Neither,
        source: Source::KvUtilization,
        definition: "share of the KV blocks that requests hold, each counted once however many share it (`batching continuous`)",
    },
];
