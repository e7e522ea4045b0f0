//! How busy the GPUs were and what they cost.
//!
//! A GPU is busy while a prompt or an output is in progress on it, however much of its speed that takes. The GPUs of a
//! replica work together and count as one. All of it is from `warmup` on.

use super::info::{Aggregate, Better};
use super::levels::Level;
use super::spec::{ITSELF, Measure, MetricSpec, Source, Statistic};

pub(super) static METRICS: &[MetricSpec] = &[
    MetricSpec {
        name: "gpus_busy",
        statistics: &[
            Statistic::new("", Aggregate::Itself),
            Statistic::new("mean_", Aggregate::Mean),
            Statistic::new("max_", Aggregate::Max),
        ],
        measure: Measure::Count,
        better: Better::Neither,
        source: Source::Level(Level::GpusBusy),
        definition: "GPUs on which a prompt or an output is in progress; a replica of several counts as one",
    },
    MetricSpec {
        name: "gpu_busy_ms",
        statistics: &[Statistic::new("", Aggregate::Integral)],
        measure: Measure::Time,
        better: Better::Neither,
        source: Source::Level(Level::GpusBusy),
        definition: "time for which a prompt or an output is in progress, summed over the GPUs; a replica of several counts as one",
    },
    MetricSpec {
        name: "gpu_utilization",
        statistics: &[Statistic::new("", Aggregate::MeanPerGpu)],
        measure: Measure::Share,
        better: Better::Neither,
        source: Source::Level(Level::GpusBusy),
        definition: "share of the time from `warmup` to the end for which a prompt or an output is in progress, averaged over the GPUs; not how much of a GPU's speed is used",
    },
    MetricSpec {
        name: "cost_usd",
        statistics: ITSELF,
        measure: Measure::Money,
        better: Better::Lower,
        source: Source::Run(|totals| totals.cost_usd),
        definition: "price of all GPUs from `warmup` to the end of the run; no data where a GPU has no `price`",
    },
];
