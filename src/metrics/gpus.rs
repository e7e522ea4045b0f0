//! How busy the GPUs were and what they cost.
//!
//! A GPU is busy while a prompt or an output is in progress on it, however much of its speed that takes. The GPUs of a
//! replica work together and count as one. All of it is from `warmup` on.

use super::info::{Aggregate, Better};
use super::levels::Level;
use super::spec::{ITSELF, Measure, MetricSpec, Source, Statistic};
use crate::model::{Cluster, Group};

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
    of_cluster(
        "cost_per_hour",
        Measure::Money,
        |fleet| fleet.usd_per_hour,
        "price of all GPUs for an hour, whatever runs on them; no data where a GPU has no `price`",
    ),
    of_cluster(
        "cost_per_month",
        Measure::Money,
        |fleet| fleet.usd_per_hour.map(|usd| usd * HOURS_PER_MONTH),
        "price of all GPUs for a month of 730 hours; no data where a GPU has no `price`",
    ),
    of_cluster("gpus", Measure::Count, |fleet| Some(fleet.n_gpus as f64), "GPUs of all groups"),
];

/// A year has 8,760.
const HOURS_PER_MONTH: f64 = 730.0;

/// What is built, as far as metrics are about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fleet {
    /// `None` where a GPU has no price.
    pub(super) usd_per_hour: Option<f64>,
    n_gpus: u64,
}

impl Fleet {
    pub(super) fn of(cluster: &Cluster) -> Fleet {
        let groups = || cluster.groups.iter();
        let price = |group: &Group| Some(group.gpu.price?.get() * f64::from(group.n_gpus));
        Fleet {
            usd_per_hour: groups().map(price).sum(),
            n_gpus: groups().map(|group| u64::from(group.n_gpus)).sum(),
        }
    }
}

const fn of_cluster(
    name: &'static str,
    measure: Measure,
    read: fn(&Fleet) -> Option<f64>,
    definition: &'static str,
) -> MetricSpec {
    let source = Source::Cluster(read);
    MetricSpec { name, statistics: ITSELF, measure, better: Better::Lower, source, definition }
}
