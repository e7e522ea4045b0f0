//! What a run must keep so that its summary and its expectations can be answered.
//!
//! Counters and integrals are always kept; a column costs 8 bytes a request, rows 24 more, a series 16 a change.

use std::collections::{BTreeMap, BTreeSet};

use super::find;
use super::levels::Level;
use super::sample::Sample;
use super::spec::Source;
use crate::model::{Condition, Expectation, GpuSelection, Metric, Selection, Term};

/// What a run must keep.
#[derive(Clone, Debug)]
pub struct Demand {
    /// One number a finished request.
    pub(super) columns: BTreeSet<Sample>,
    /// Who each request was, for selections that counters cannot answer.
    pub(super) rows: bool,
    /// Levels, and whether every change is kept.
    pub(super) levels: BTreeMap<(Level, Option<Gpus>), bool>,
}

/// First and last replica.
pub(super) type Gpus = (usize, usize);

impl Default for Demand {
    /// What the summary needs.
    fn default() -> Demand {
        Demand {
            columns: BTreeSet::from([Sample::Latency, Sample::Ttft]),
            rows: false,
            levels: BTreeMap::new(),
        }
    }
}

impl Demand {
    /// What the summary and these expectations need. An expectation of another scenario that looks at this one with
    /// `of` belongs among them.
    #[must_use]
    pub fn of(expectations: &[&Expectation]) -> Demand {
        let mut demand = Demand::default();
        for expectation in expectations {
            demand.condition(&expectation.condition, false);
        }
        demand
    }

    fn condition(&mut self, condition: &Condition, series: bool) {
        match condition {
            Condition::Compare { left, right, operator: _, tolerance: _ } => {
                self.term(left, series);
                self.term(right, series);
            }
            Condition::Within { left, low, high } => {
                [left, low, high].into_iter().for_each(|term| self.term(term, series));
            }
            Condition::And(left, right) | Condition::Or(left, right) => {
                self.condition(left, series);
                self.condition(right, series);
            }
            Condition::Not(inner) => self.condition(inner, series),
            Condition::Always { condition, during: _ }
            | Condition::Eventually { condition, after: _, within: _ }
            | Condition::Sustained { condition, duration: _, during: _ } => self.condition(condition, true),
        }
    }

    fn term(&mut self, term: &Term, series: bool) {
        match term {
            Term::Number(..) => {}
            Term::Metric(metric) => self.metric(metric, series),
            Term::Negated(inner) => self.term(inner, series),
            Term::Binary(left, _, right) => {
                self.term(left, series);
                self.term(right, series);
            }
        }
    }

    fn metric(&mut self, metric: &Metric, series: bool) {
        let Some((spec, _)) = find(&metric.name) else { return };
        let Selection { workload, gpus, during } = metric.selection;
        let in_time = during.is_some() || metric.windows.is_some();
        match spec.source {
            Source::Count(_) | Source::Share(_) | Source::Rate(_) => {
                self.rows |= in_time || (workload.is_some() && gpus.is_some());
            }
            Source::Sample(sample) => {
                self.columns.insert(sample);
                self.rows |= in_time || workload.is_some() || gpus.is_some();
            }
            Source::Level(level) => {
                *self.levels.entry(level_key(level, gpus)).or_default() |= series || in_time;
            }
            Source::Run(_) | Source::Later(_) => {}
        }
    }
}

/// Under which a level is kept: the global queue is on no GPU.
pub(super) fn level_key(level: Level, gpus: Option<GpuSelection>) -> (Level, Option<Gpus>) {
    let gpus = if level == Level::GlobalQueueDepth { None } else { gpus };
    (level, gpus.map(|gpus| (gpus.first, gpus.last)))
}
