//! The numbers of one run.
//!
//! Holds what the accumulator counted; `selected` answers questions about parts of it.
//! Invariant: asking twice gives the same bits, in whatever order.

use std::collections::BTreeMap;

use super::columns::Columns;
use super::demand::{GapsKey, Gpus, level_key};
use super::gpus::Fleet;
use super::histogram::Histogram;
use super::holdings::Held;
use super::levels::Level;
use super::quantile::Samples;
use super::rows::Rows;
use super::sample::Sample;
use super::saturation::{Backlog, Saturation};
use super::spec::Source;
use super::tally::{Lengths, Moves, Tally};
use super::track::{self, Series};
use super::{Aggregate, MetricInfo, every_recorded, find};
use crate::engine::End;
use crate::model::{Metric, Selection};
use crate::units::{SimDuration, SimTime};

/// The numbers of one run.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub(super) end: End,
    /// `warmup`: what was before it counts in nothing.
    pub(super) measured_from: SimTime,
    pub(super) has_until: bool,
    pub(super) workloads: Vec<Tally>,
    pub(super) gpus: Vec<(Tally, Held)>,
    pub(super) levels: BTreeMap<(Level, Option<Gpus>), track::Level>,
    pub(super) columns: Vec<(Sample, Samples)>,
    pub(super) gaps: BTreeMap<GapsKey, Histogram>,
    /// By replica; empty with `batching phases`.
    pub(super) kv_blocks: Vec<u64>,
    pub(super) rows: Option<Rows>,
    pub(super) totals: Totals,
}

/// Numbers of the run as a whole.
#[derive(Clone, Debug)]
pub(super) struct Totals {
    pub(super) makespan: Option<SimDuration>,
    pub(super) moves: Moves,
    pub(super) lengths: Lengths,
    pub(super) cost_usd: Option<f64>,
    pub(super) fleet: Fleet,
    pub(super) backlog: Option<Backlog>,
}

/// What an accumulator hands over.
pub(super) struct Ended {
    pub(super) end: End,
    pub(super) measured_from: SimTime,
    pub(super) has_until: bool,
    pub(super) workloads: Vec<Tally>,
    pub(super) gpus: Vec<(Tally, Held)>,
    pub(super) levels: BTreeMap<(Level, Option<Gpus>), track::Level>,
    pub(super) columns: Columns,
    pub(super) gaps: BTreeMap<GapsKey, Histogram>,
    pub(super) kv_blocks: Vec<u64>,
    pub(super) rows: Option<Rows>,
    pub(super) makespan: Option<SimDuration>,
    pub(super) moves: Moves,
    pub(super) lengths: Lengths,
    pub(super) cost_usd: Option<f64>,
    pub(super) fleet: Fleet,
    pub(super) backlog: Option<Backlog>,
}

impl Outcome {
    pub(super) fn seal(ended: Ended) -> Outcome {
        // One after another: each is gone before the next is looked at.
        let columns = ended.columns.into_each().map(|(sample, column)| (sample, Samples::new(&column)));
        Outcome {
            end: ended.end,
            measured_from: ended.measured_from,
            has_until: ended.has_until,
            workloads: ended.workloads,
            gpus: ended.gpus,
            levels: ended.levels,
            columns: columns.collect(),
            gaps: ended.gaps,
            kv_blocks: ended.kv_blocks,
            rows: ended.rows,
            totals: Totals {
                makespan: ended.makespan,
                moves: ended.moves,
                lengths: ended.lengths,
                cost_usd: ended.cost_usd,
                fleet: ended.fleet,
                backlog: ended.backlog,
            },
        }
    }

    /// When the run ended.
    #[must_use]
    pub fn end(&self) -> SimTime {
        self.end.at
    }

    /// From when on it was measured: `warmup`. May be after its end.
    #[must_use]
    pub fn measured_from(&self) -> SimTime {
        self.measured_from
    }

    /// For how long it was measured.
    #[must_use]
    pub fn measured(&self) -> SimDuration {
        if self.end() > self.measured_from { self.end().since(self.measured_from) } else { SimDuration::ZERO }
    }

    /// Whether nothing was left to come or to end, so that nothing would change after the run. A run with `until` may
    /// have been cut short.
    #[must_use]
    pub fn drained(&self) -> bool {
        !self.has_until && self.end.unfinished == 0
    }

    /// Whether the backlog was growing when arrivals ended; `None` where too few arrived to tell.
    #[must_use]
    pub fn saturation(&self) -> Option<Saturation> {
        self.totals.backlog.map(|backlog| backlog.saturation)
    }

    /// A metric's value in base units, windows aside; `None` over zero samples.
    ///
    /// # Panics
    /// When the [`Demand`](super::Demand) of the run did not name the metric with its selection.
    #[must_use]
    pub fn value(&self, metric: &Metric) -> Option<f64> {
        let (spec, statistic) = find(&metric.name)?;
        self.select(spec, statistic, &metric.selection)
    }

    /// Every number that results keep, in base units and in the order shown to users; what has no value is left out.
    ///
    /// # Panics
    /// When the [`Demand`](super::Demand) of the run was not for [everything recorded](super::Demand::with_everything_recorded).
    pub fn recorded(&self) -> impl Iterator<Item = (MetricInfo, f64)> {
        let everything = Selection::default();
        every_recorded().filter_map(move |(spec, statistic)| {
            Some((spec.info(statistic), self.select(spec, statistic, &everything)?))
        })
    }

    /// The changes of a level; `None` for metrics that have one value a run.
    ///
    /// # Panics
    /// As [`Outcome::value`].
    #[must_use]
    pub fn series(&self, metric: &Metric) -> Option<&Series> {
        match find(&metric.name)? {
            (spec, statistic) if statistic.of == Aggregate::Itself => match spec.source {
                Source::Level(level) => {
                    let level = self.levels.get(&level_key(level, metric.selection.gpus));
                    let series = level.and_then(|level| level.series.as_ref());
                    Some(series.expect("a series that is asked for is in the demand of the run"))
                }
                Source::Count(_)
                | Source::Share(_)
                | Source::Rate(_)
                | Source::Sample(_)
                | Source::Found(_)
                | Source::Gaps
                | Source::KvUtilization
                | Source::Run(_)
                | Source::Steps(_)
                | Source::Cluster(_) => None,
            },
            _ => None,
        }
    }
}
