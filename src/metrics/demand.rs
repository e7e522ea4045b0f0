//! What a run must keep so that its summary and its expectations can be answered.
//!
//! Counters and integrals are always kept; a column costs five to six bytes a request, or eight where there are rows;
//! rows cost 24 more, a series 16 a change.

use std::collections::{BTreeMap, BTreeSet};

use super::levels::Level;
use super::sample::Sample;
use super::spec::Source;
use super::{every_recorded, find};
use crate::model::{Expectation, GpuSelection, Mention, Metric, Selection};

/// What a run must keep.
#[derive(Clone, Debug)]
pub struct Demand {
    /// One number a finished request.
    pub(super) columns: BTreeSet<Sample>,
    /// Who each request was, for selections that counters cannot answer.
    pub(super) rows: bool,
    /// Levels, and whether every change is kept.
    pub(super) levels: BTreeMap<(Level, Option<Gpus>), bool>,
    /// Whose gaps between tokens are counted.
    pub(super) gaps: BTreeSet<GapsKey>,
}

/// Of a workload, of replicas, of all.
pub(super) type GapsKey = (Option<usize>, Option<Gpus>);

/// First and last replica.
pub(super) type Gpus = (usize, usize);

impl Default for Demand {
    /// What the summary needs.
    fn default() -> Demand {
        Demand {
            columns: BTreeSet::from([Sample::Latency, Sample::Ttft]),
            rows: false,
            levels: BTreeMap::new(),
            gaps: BTreeSet::new(),
        }
    }
}

impl Demand {
    /// What the summary and these expectations need. An expectation of another scenario that looks at this one with
    /// `of` belongs among them.
    #[must_use]
    pub fn of(expectations: &[&Expectation]) -> Demand {
        let mut demand = Demand::only(expectations);
        demand.columns.extend(Demand::default().columns);
        demand
    }

    /// What these expectations need, and of the summary what costs nothing: all but its times.
    #[must_use]
    pub fn only(expectations: &[&Expectation]) -> Demand {
        let mut demand = Demand { columns: BTreeSet::new(), ..Demand::default() };
        for expectation in expectations {
            for Mention { metric, over_time } in expectation.condition.metrics() {
                demand.metric(metric, over_time);
            }
        }
        demand
    }

    /// And what a snapshot of a run in steps holds: the time per output token and the gaps between tokens.
    #[must_use]
    pub fn with_times_of_steps(mut self) -> Demand {
        self.columns.insert(Sample::Tpot);
        self.gaps.insert((None, None));
        self
    }

    /// And these metrics.
    #[must_use]
    pub fn with_metrics(mut self, metrics: &[Metric]) -> Demand {
        for metric in metrics {
            self.metric(metric, false);
        }
        self
    }

    /// And every time that a summary shown in full has.
    #[must_use]
    pub fn with_every_time(mut self) -> Demand {
        self.columns.extend([Sample::Tpot, Sample::Queue]);
        self.gaps.insert((None, None));
        self
    }

    /// And every number that results keep.
    #[must_use]
    pub fn with_everything_recorded(mut self) -> Demand {
        for (spec, _) in every_recorded() {
            self.source(&spec.source, &Selection::default(), false, false);
        }
        self
    }

    /// Whether every change of a level over all GPUs is kept.
    pub(super) fn keeps_points(&self, level: Level) -> bool {
        self.levels.get(&(level, None)).copied().unwrap_or(false)
    }

    fn metric(&mut self, metric: &Metric, over_time: bool) {
        let Some((spec, _)) = find(&metric.name) else { return };
        let in_time = metric.selection.during.is_some() || metric.windows.is_some();
        self.source(&spec.source, &metric.selection, in_time, over_time);
    }

    fn source(&mut self, source: &Source, selection: &Selection, in_time: bool, over_time: bool) {
        let Selection { workload, gpus, during: _ } = *selection;
        match *source {
            Source::Count(_) | Source::Share(_) | Source::Rate(_) | Source::Found(_) => {
                self.rows |= in_time || (workload.is_some() && gpus.is_some());
            }
            Source::Sample(sample) => {
                self.columns.insert(sample);
                self.rows |= in_time || workload.is_some() || gpus.is_some();
            }
            Source::Level(level) => {
                *self.levels.entry(level_key(level, gpus)).or_default() |= over_time || in_time;
            }
            Source::KvUtilization => {
                *self.levels.entry(level_key(Level::KvBlocks, gpus)).or_default() |= over_time || in_time;
            }
            Source::Gaps => {
                self.gaps.insert(gaps_key(selection));
            }
            Source::Run(_) | Source::Steps(_) | Source::Cluster(_) => {}
        }
    }
}

/// Under which gaps are counted.
pub(super) fn gaps_key(selection: &Selection) -> GapsKey {
    (selection.workload, selection.gpus.map(|gpus| (gpus.first, gpus.last)))
}

/// Under which a level is kept: the global queue is on no GPU.
pub(super) fn level_key(level: Level, gpus: Option<GpuSelection>) -> (Level, Option<Gpus>) {
    let gpus = if level == Level::GlobalQueueDepth { None } else { gpus };
    (level, gpus.map(|gpus| (gpus.first, gpus.last)))
}
