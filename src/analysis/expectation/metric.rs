//! A metric with its selectors, as an operand.

use super::term::{Operand, Scale};
use super::{CaseContext, Lowering, error};
use crate::analysis::language::suggest;
use crate::analysis::language::value::ParamValue;
use crate::metrics::{self, Bare, MetricInfo};
use crate::model::{Metric, Term};
use crate::syntax::ast;
use crate::units::Dimension;

impl Lowering<'_, '_> {
    /// Looks a metric up and selects its samples.
    pub(super) fn metric(&mut self, metric: &ast::Metric) -> Option<Operand> {
        let name = &metric.name;
        if self.around.varied.is_some_and(|varied| varied.contains(&name.text.as_str())) {
            return self.varied(metric);
        }
        let Some(info) = metrics::lookup(&name.text) else {
            let known = metrics::names();
            let near = suggest::nearest(&name.text, known.iter().map(String::as_str));
            let param = self.around.varied.and_then(|_| self.ctx.params.get(&name.text));
            let mistake = param.map(|param| error::param_not_varied(name, param));
            self.report(mistake.unwrap_or_else(|| error::unknown_metric(name, &near)));
            return None;
        };
        let in_place = self.in_its_place(&info, metric);
        let place = self.place_of(metric);
        let measured = place.as_ref().and_then(|(_, place)| self.is_measured(&info, metric, *place));
        let selected = place.and_then(|(of, place)| self.selectors(metric, &info, of, place));
        in_place?;
        measured?;
        let selected = selected?;
        Some(Operand {
            term: Term::Metric(Metric {
                name: info.name.clone(),
                selection: selected.selection,
                windows: selected.windows,
                of: selected.of,
            }),
            dimension: info.dimension,
            scale: scale_of(&info),
            digits: None,
            equality: info.equality,
            span: metric.span(),
        })
    }

    /// A parameter that varies in a plan: the value of the answer.
    fn varied(&mut self, metric: &ast::Metric) -> Option<Operand> {
        if let Some(selector) = metric.selectors.first() {
            self.report(error::selected_parameter(&metric.name, selector.span()));
            return None;
        }
        let value = self.ctx.params.get(&metric.name.text)?.value.as_ref()?;
        if !matches!(value, ParamValue::Quantity(_)) {
            self.report(error::varied_name(&metric.name));
            return None;
        }
        self.written(&ast::Expr::Param(metric.name.clone()))
    }

    /// What only one execution model has is asked of cases of that one: a number of the others would say nothing.
    fn is_measured(&mut self, info: &MetricInfo, metric: &ast::Metric, place: CaseContext<'_>) -> Option<()> {
        let Some(mode) = place.mode else { return Some(()) };
        if info.only.is_none_or(|batching| batching == mode.batching) {
            return Some(());
        }
        let every_scenario = self.around.scenario.is_none() && !self.around.scenarios.is_empty();
        self.report(error::metric_of_other_batching(metric, mode, every_scenario));
        None
    }

    /// What has a value at every instant is allowed in `always`, `eventually` and `for 30 s`, and only there.
    fn in_its_place(&mut self, info: &MetricInfo, metric: &ast::Metric) -> Option<()> {
        match self.scope.temporal {
            Some(temporal) if !info.at_instants => {
                let names = metrics::names();
                let levels: Vec<&str> =
                    names.iter().map(String::as_str).filter(|name| is_offered(name)).collect();
                let near = level_of(&info.name).map(|level| vec![level]);
                self.report(error::not_a_level(temporal, &metric.name, near.as_ref().unwrap_or(&levels)));
                None
            }
            None if info.at_instants => {
                self.report(error::level_of_no_instant(metric));
                None
            }
            Some(_) | None => Some(()),
        }
    }
}

/// Whether a name is one of a level that runs measure.
fn is_offered(name: &str) -> bool {
    metrics::lookup(name).is_some_and(|info| info.at_instants)
}

/// The level a statistic such as `max_queue_depth` is taken of.
fn level_of(name: &str) -> Option<&str> {
    let (statistic, level) = name.split_once('_')?;
    let is_statistic = matches!(statistic, "mean" | "avg" | "min" | "max" | "peak");
    let is_level = || metrics::lookup(level).is_some_and(|info| info.at_instants);
    (is_statistic && is_level()).then_some(level)
}

fn scale_of(info: &MetricInfo) -> Scale {
    match (info.bare, info.unit) {
        (Bare::Count, _) => Scale::Count,
        (Bare::UnitOfName, Some(unit)) => Scale::Unit(unit),
        (Bare::Refused, _) if info.dimension == Dimension::NUMBER => Scale::Share,
        (Bare::UnitOfName, None) | (Bare::Refused, _) => Scale::Quantity,
    }
}
