//! What a plan looks for: as the search sees it, and as runs are asked for it.

use super::evaluate::Evaluator;
use crate::analysis::CompiledPlan;
use crate::metrics;
use crate::model::{self, Axis, Comparison, Condition, Expectation, Metric, Objective, Term, Tolerance};
use crate::search::{self, Space, Variable};
use crate::units::Dimension;

/// The aims of a plan.
pub(super) struct Aims<'a> {
    pub(super) axes: &'a [Axis],
    pub(super) list: Vec<(model::Direction, &'a model::Aim)>,
}

impl<'a> Aims<'a> {
    pub(super) fn of(plan: &'a CompiledPlan) -> Aims<'a> {
        let list = match &plan.plan.objective {
            Objective::Best(direction, aim) => vec![(*direction, aim)],
            Objective::Frontier(both) => both.iter().map(|(direction, aim)| (*direction, aim)).collect(),
        };
        Aims { axes: &plan.plan.axes, list }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// The value of an aim before a run; `None` where only a run shows it.
    pub(super) fn known<'e>(&self, aim: usize, evaluator: &'e Evaluator<'a>) -> Option<Box<search::Value<'e>>>
    where
        'a: 'e,
    {
        match self.list[aim].1 {
            model::Aim::Axis(index) => {
                let values = &self.axes[*index].values;
                let index = *index;
                Some(Box::new(move |candidate: &[usize]| values[candidate[index]].number))
            }
            model::Aim::Metric(metric) if metrics::is_known_before(&metric.name) => {
                Some(Box::new(move |candidate: &[usize]| evaluator.known_before(candidate, &metric.name)))
            }
            model::Aim::Metric(_) => None,
        }
    }

    /// As the search takes them.
    pub(super) fn of_search<'e>(&self, known: &'e [Option<Box<search::Value<'e>>>]) -> Vec<search::Aim<'e>> {
        let both = self.list.iter().zip(known);
        both.map(|((direction, _), known)| search::Aim {
            direction: match direction {
                model::Direction::Minimize => search::Direction::Minimize,
                model::Direction::Maximize => search::Direction::Maximize,
            },
            known: known.as_deref(),
        })
        .collect()
    }

    /// The metrics among them.
    pub(super) fn metrics(&self) -> Vec<Option<&'a Metric>> {
        let metric = |aim: &'a model::Aim| match aim {
            model::Aim::Axis(_) => None,
            model::Aim::Metric(metric) => Some(metric),
        };
        self.list.iter().map(|(_, aim)| metric(aim)).collect()
    }

    /// What a run must keep for them, as expectations that mention them.
    pub(super) fn demanded(&self) -> Vec<Expectation> {
        let mention = |metric: &Metric| Expectation {
            text: metric.name.clone(),
            condition: Condition::Compare {
                left: Term::Metric(metric.clone()),
                operator: Comparison::GreaterOrEqual,
                right: Term::Number(0.0, Dimension::NUMBER),
                tolerance: Tolerance::Exact,
            },
            in_runs: None,
        };
        self.metrics().into_iter().flatten().map(mention).collect()
    }
}

/// The candidates of a plan.
pub(super) fn space(plan: &CompiledPlan) -> Space {
    let variable = |axis: &Axis| Variable { len: axis.values.len(), is_ordered: axis.is_range };
    Space { variables: plan.plan.axes.iter().map(variable).collect() }
}
