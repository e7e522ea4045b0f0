//! Events in, numbers out.
//!
//! [`Accumulator`] is the engine's sink: it keeps counters, integrals and only those columns and series that a
//! [`Demand`] names. [`Outcome`] answers queries afterwards. What exists is one list, [`METRICS`]: to add a metric,
//! add a line to the family it belongs to, or a file with a family of its own and a line here. Expectations, results,
//! baselines and gates know it then.
//! Invariant: everything is counted in integers; floats appear when a value is asked for.

mod info;
mod spec;

mod counts;
mod gpus;
mod levels;
mod moves;
mod prefixes;
mod rates;
mod sample;
mod saturation;
mod sessions;
mod steps;

mod column;
mod columns;
mod histogram;
mod occupancy;
mod packed;
mod quantile;
mod rows;
mod selection;
mod tally;
mod track;

mod accumulator;
mod demand;
mod holdings;
mod outcome;
mod selected;
mod summary;
mod sums;

pub use accumulator::Accumulator;
pub use demand::Demand;
pub use info::{Aggregate, Bare, Better, Equality, Kind, MetricInfo};
pub use levels::Level;
pub use outcome::Outcome;
pub use sample::{EndsWith, Milestones, Sample};
pub use saturation::{Backlog, Saturation};
pub use selected::{Window, Windows};
pub use summary::{Distribution, GpuSummary, StepsSummary, Summary};
pub use track::{Piece, Series};

use crate::model::Cluster;
use gpus::Fleet;
use spec::{MetricSpec, Source, Statistic};

/// Every family, in the order shown to users.
static METRICS: &[&[MetricSpec]] = &[
    counts::METRICS,
    rates::METRICS,
    sample::METRICS,
    levels::METRICS,
    gpus::METRICS,
    moves::METRICS,
    saturation::METRICS,
    sessions::METRICS,
    steps::METRICS,
    prefixes::METRICS,
];

/// The metric of that name.
#[must_use]
pub fn lookup(name: &str) -> Option<MetricInfo> {
    find(name).map(|(spec, statistic)| spec.info(statistic))
}

/// Every name, in the order shown to users.
#[must_use]
pub fn names() -> Vec<String> {
    all().map(|(spec, statistic)| format!("{}{}", statistic.prefix, spec.name)).collect()
}

/// Whether a metric is known before a run, from what is built.
#[must_use]
pub fn is_known_before(name: &str) -> bool {
    find(name).is_some_and(|(spec, _)| matches!(spec.source, Source::Cluster(_)))
}

/// The value of a metric that is known before a run, in base units; `None` where it has none, or is another.
#[must_use]
pub fn known_before(name: &str, cluster: &Cluster) -> Option<f64> {
    match find(name)?.0.source {
        Source::Cluster(read) => read(&Fleet::of(cluster)),
        _ => None,
    }
}

/// The names of the entry that a name belongs to: the statistics of one thing, in the order shown to users.
#[must_use]
pub fn statistics_of(name: &str) -> Vec<String> {
    let Some((spec, _)) = find(name) else { return Vec::new() };
    spec.statistics.iter().map(|statistic| format!("{}{}", statistic.prefix, spec.name)).collect()
}

/// Every entry of the list once, however many names it goes by: the pattern of its names, and what one of them
/// means. Reference tables are made from this.
#[must_use]
pub fn patterns() -> Vec<(String, MetricInfo)> {
    METRICS
        .iter()
        .flat_map(|family| family.iter())
        .map(|spec| {
            let info = spec.info(spec.statistics[0]);
            let prefixes: Vec<&str> = spec.statistics.iter().map(|statistic| statistic.prefix).collect();
            let pattern = match prefixes.as_slice() {
                [one] => format!("{one}{}", spec.name),
                several => format!("[{}]{}", several.join("|"), spec.name),
            };
            (pattern, info)
        })
        .collect()
}

/// What results keep of a run, in the order shown to users.
pub fn recorded() -> impl Iterator<Item = MetricInfo> {
    every_recorded().map(|(spec, statistic)| spec.info(statistic))
}

fn every_recorded() -> impl Iterator<Item = (&'static MetricSpec, Statistic)> {
    METRICS
        .iter()
        .flat_map(|family| family.iter())
        .flat_map(|spec| spec.recorded().map(move |statistic| (spec, statistic)))
}

fn all() -> impl Iterator<Item = (&'static MetricSpec, Statistic)> {
    METRICS
        .iter()
        .flat_map(|family| family.iter())
        .flat_map(|spec| spec.statistics.iter().map(move |statistic| (spec, *statistic)))
}

fn find(name: &str) -> Option<(&'static MetricSpec, Statistic)> {
    all().find(|(spec, statistic)| name.strip_prefix(statistic.prefix) == Some(spec.name))
}
