//! What is shown of a case beside its expectations: metrics, its price, its GPUs, its parameters.

use super::column::named_with_unit;
use crate::metrics::{Better, MetricInfo, Outcome, lookup};
use crate::model::{Metric, Scenario, Selection};
use crate::report::number::Scale;
use crate::units::{Dimension, Quantity};

/// A figure of a case.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its name.
    pub name: String,
    /// Where its number comes from.
    pub meaning: Meaning,
    /// What it measures.
    pub dimension: Dimension,
    /// Whether it is shown in per cent.
    pub is_share: bool,
    /// Which direction is an improvement.
    pub better: Better,
    /// Whether tables show it; otherwise it is there for programs, and to tell which case is best.
    pub is_shown: bool,
}

/// Where a figure's number comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// From the run.
    Metric(Metric),
    /// From the prices of the GPUs.
    CostPerHour,
    /// From the number of GPUs.
    Gpus,
    /// A parameter, which may be the objective.
    Param,
}

impl Figure {
    /// Of that name: a metric that is one number a run, or what follows from the cluster alone.
    #[must_use]
    pub fn named(name: &str) -> Option<Figure> {
        if let Some(info) = lookup(name) {
            return Figure::of_metric(&info);
        }
        let plain = |meaning, dimension| Figure {
            name: name.to_owned(),
            meaning,
            dimension,
            is_share: false,
            better: Better::Lower,
            is_shown: true,
        };
        match name {
            COST_PER_HOUR => Some(plain(Meaning::CostPerHour, Dimension::PRICE)),
            GPUS => Some(plain(Meaning::Gpus, Dimension::NUMBER)),
            _ => None,
        }
    }

    /// A metric; `None` for a level itself, which has a value at every instant and none for a run.
    #[must_use]
    pub fn of_metric(info: &MetricInfo) -> Option<Figure> {
        let metric =
            Metric { name: info.name.clone(), selection: Selection::default(), windows: None, of: None };
        (!info.at_instants).then(|| Figure {
            name: info.name.clone(),
            meaning: Meaning::Metric(metric),
            dimension: info.dimension,
            is_share: info.is_share(),
            better: info.better,
            is_shown: true,
        })
    }

    /// A parameter that is a quantity in every case.
    #[must_use]
    pub fn of_param(name: &str, dimension: Dimension) -> Figure {
        Figure {
            name: name.to_owned(),
            meaning: Meaning::Param,
            dimension,
            is_share: false,
            better: Better::Neither,
            is_shown: false,
        }
    }

    /// Whether it says something that parameters do not.
    pub(super) fn is_of_runs(&self) -> bool {
        self.meaning != Meaning::Param
    }

    /// The metric that a run must keep for it.
    #[must_use]
    pub fn metric(&self) -> Option<&Metric> {
        match &self.meaning {
            Meaning::Metric(metric) => Some(metric),
            Meaning::CostPerHour | Meaning::Gpus | Meaning::Param => None,
        }
    }

    /// Its number in a run, in base units.
    #[must_use]
    pub fn value(&self, scenario: &Scenario, param: Option<Quantity>, outcome: &Outcome) -> Option<f64> {
        const SECONDS_PER_HOUR: f64 = 3600.0;
        match &self.meaning {
            Meaning::Metric(metric) => outcome.value(metric),
            Meaning::CostPerHour => scenario.cluster.usd_per_hour().map(|usd| usd / SECONDS_PER_HOUR),
            Meaning::Gpus => Some(scenario.cluster.n_gpus() as f64),
            Meaning::Param => param.map(|quantity| quantity.value),
        }
    }

    /// The unit in which people read it.
    pub(super) fn scale(&self, size: f64) -> Scale {
        Scale::new(size, self.dimension, self.is_share)
    }

    /// Its name for programs, which ends in its unit, and the factor from base units.
    pub(super) fn for_programs(&self) -> (String, f64) {
        match self.meaning {
            // Counts of tokens have no unit in their names, here as in results.
            Meaning::Metric(_) if self.dimension == Dimension::TOKENS => (self.name.clone(), 1.0),
            _ => named_with_unit(&self.name, self.dimension),
        }
    }
}

/// What all GPUs cost an hour.
pub const COST_PER_HOUR: &str = "cost_per_hour";
/// How many GPUs there are.
pub const GPUS: &str = "gpus";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_one_number_a_run_is_a_figure() {
        for name in [COST_PER_HOUR, GPUS, "p95_ttft_ms", "cost_usd", "mean_queue_depth"] {
            assert_eq!(Figure::named(name).map(|figure| figure.name).as_deref(), Some(name));
        }
        assert!(Figure::named("queue_depth").is_none() && Figure::named("p95_ttft").is_none());
    }
}
