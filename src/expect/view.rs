//! Where a condition looks: at a whole run, or at one stretch of it.

use crate::metrics::{self, Kind, Outcome};
use crate::model::Metric;
use crate::units::Dimension;

use super::verdict::shown;

/// Where a condition looks.
#[derive(Clone, Copy)]
pub(super) enum View<'v, 'o> {
    /// At a whole run.
    Run(Run<'v, 'o>),
    /// At an instant or a window: every metric of the condition has one value.
    Moment(&'v Moment<'v>),
}

/// A run and those it may be compared with.
#[derive(Clone, Copy)]
pub(super) struct Run<'v, 'o> {
    pub(super) outcome: &'o Outcome,
    pub(super) of: &'v dyn Fn(&str) -> Option<&'o Outcome>,
}

/// Values of metrics, by the place of the metric in its condition.
pub(super) struct Moment<'v> {
    pub(super) metrics: &'v [Known<'v>],
    pub(super) values: &'v [f64],
}

/// A metric of a condition that is looked at many times.
pub(super) struct Known<'v> {
    pub(super) metric: &'v Metric,
    dimension: Dimension,
    share: bool,
}

impl<'v> Known<'v> {
    pub(super) fn new(metric: &'v Metric) -> Known<'v> {
        Known { metric, dimension: dimension(metric), share: is_share(metric) }
    }
}

impl View<'_, '_> {
    /// The value of a metric, or why there is none.
    pub(super) fn value(&self, metric: &Metric) -> Result<f64, String> {
        match self {
            View::Run(run) => run.value(metric),
            View::Moment(moment) => Ok(moment.values[moment.position(metric)]),
        }
    }

    /// How many requests a metric of a whole run is over, where it is over requests.
    pub(super) fn n(&self, metric: &Metric) -> Option<u64> {
        match self {
            View::Run(run) => run.outcome(metric).ok()?.n(metric),
            View::Moment(_) => None,
        }
    }

    /// What a metric measures.
    pub(super) fn dimension(&self, metric: &Metric) -> Dimension {
        match self {
            View::Run(_) => dimension(metric),
            View::Moment(moment) => moment.metrics[moment.position(metric)].dimension,
        }
    }

    /// Whether a metric is shown in per cent.
    pub(super) fn is_share(&self, metric: &Metric) -> bool {
        match self {
            View::Run(_) => is_share(metric),
            View::Moment(moment) => moment.metrics[moment.position(metric)].share,
        }
    }
}

impl<'o> Run<'_, 'o> {
    /// The run a metric is about.
    pub(super) fn outcome(&self, metric: &Metric) -> Result<&'o Outcome, String> {
        match &metric.of {
            None => Ok(self.outcome),
            Some(scenario) => (self.of)(scenario).ok_or_else(|| format!("scenario `{scenario}` was not run")),
        }
    }

    pub(super) fn value(&self, metric: &Metric) -> Result<f64, String> {
        let outcome = self.outcome(metric)?;
        outcome.value(metric).ok_or_else(|| why_nothing(metric, outcome))
    }
}

impl Moment<'_> {
    fn position(&self, metric: &Metric) -> usize {
        let place = self.metrics.iter().position(|known| std::ptr::eq(known.metric, metric));
        place.expect("a moment knows every metric of its condition")
    }
}

fn is_share(metric: &Metric) -> bool {
    metrics::lookup(&metric.name).and_then(|info| info.unit).is_some_and(|unit| unit.name == "%")
}

fn dimension(metric: &Metric) -> Dimension {
    metrics::lookup(&metric.name).map_or(Dimension::NUMBER, |info| info.dimension)
}

fn why_nothing(metric: &Metric, outcome: &Outcome) -> String {
    let name = &metric.name;
    let ended_before = || match metric.selection.during {
        Some((_, to)) if to < outcome.measured_from() => {
            format!("nothing is measured before the end of the warm-up, `{}`", shown(outcome.measured_from()))
        }
        None if outcome.end() < outcome.measured_from() => {
            format!("the run ended at `{}`, before the end of the warm-up", shown(outcome.end()))
        }
        _ => format!("the run ended at `{}`, before the time selected", shown(outcome.end())),
    };
    match metrics::lookup(name).map(|info| info.kind) {
        Some(Kind::Requests) if metric.selection.during.is_some_and(|(from, _)| from > outcome.end()) => {
            ended_before()
        }
        Some(Kind::Requests) => format!("no request gave a sample for `{name}`"),
        Some(Kind::Gaps) => "no request had a second token".to_owned(),
        Some(Kind::Level) => ended_before(),
        Some(Kind::Run) if name.starts_with("clamped_") => "no length was drawn".to_owned(),
        Some(Kind::Run) if name.starts_with("cost_") => "a GPU has no `price`".to_owned(),
        Some(Kind::Run) | None => format!("the run has no `{name}`"),
    }
}
