//! From the condition of an expectation to what is watched of it.

use super::arrivals::Arrivals;
use super::level_watch::LevelWatch;
use super::limit::{Limit, smallest};
use super::request_watch::{Against, Moment, RequestWatch, bound, moment_of};
use crate::metrics::{self, Aggregate, Kind, MetricInfo};
use crate::model::{Condition, Metric, Scenario};
use crate::units::SimTime;

/// What is watched.
#[derive(Default)]
pub(super) struct Watches<'a> {
    pub(super) requests: Vec<RequestWatch<'a>>,
    pub(super) levels: Vec<LevelWatch>,
}

/// Adds what can be watched of a condition that must hold.
pub(super) fn watch<'a>(
    scenario: &'a Scenario,
    expectation: usize,
    condition: &'a Condition,
    into: &mut Watches<'a>,
) {
    match condition {
        Condition::And(left, right) => {
            watch(scenario, expectation, left, into);
            watch(scenario, expectation, right, into);
        }
        Condition::Always { condition, during } => {
            let during = during.unwrap_or((SimTime::ZERO, SimTime::MAX));
            at_every_instant(scenario, expectation, condition, during, into);
        }
        Condition::Compare { .. } | Condition::Within { .. } => {
            let Some((limit, info)) = limit_of(condition) else { return };
            let metric = limit.metric();
            if info.kind == Kind::Level {
                let during = metric.selection.during.unwrap_or((SimTime::ZERO, SimTime::MAX));
                if info.aggregate == Aggregate::Max {
                    into.levels.extend(level_watch(scenario, expectation, &limit, &info, during));
                }
            } else if metric.selection.gpus.is_none()
                && let Some(against) = against(scenario, metric, &info, &limit)
            {
                let with_slo = matches!(against, Against::Attainment { .. });
                let arrivals = Arrivals::of(scenario, &metric.selection, with_slo);
                into.requests.push(RequestWatch::new(expectation, arrivals, limit, against));
            }
        }
        Condition::Or(..)
        | Condition::Not(_)
        | Condition::Eventually { .. }
        | Condition::Sustained { .. } => {}
    }
}

/// Where all parts must hold at every instant, each of them must.
fn at_every_instant<'a>(
    scenario: &'a Scenario,
    expectation: usize,
    condition: &'a Condition,
    during: (SimTime, SimTime),
    into: &mut Watches<'a>,
) {
    if let Condition::And(left, right) = condition {
        at_every_instant(scenario, expectation, left, during, into);
        at_every_instant(scenario, expectation, right, during, into);
    } else if let Some((limit, info)) = limit_of(condition)
        && info.at_instants
    {
        into.levels.extend(level_watch(scenario, expectation, &limit, &info, during));
    }
}

fn limit_of(condition: &Condition) -> Option<(Limit<'_>, MetricInfo)> {
    let limit = Limit::of(condition)?;
    let info = metrics::lookup(&limit.metric().name)?;
    Some((limit, info))
}

fn level_watch(
    scenario: &Scenario,
    expectation: usize,
    limit: &Limit<'_>,
    info: &MetricInfo,
    (from, to): (SimTime, SimTime),
) -> Option<LevelWatch> {
    let bound = smallest(u128::from(u64::MAX), |value| limit.is_too_large(value as f64))?;
    let bound = u64::try_from(bound).ok()?;
    let during = (from.max(scenario.run.warmup), to);
    let gpus = limit.metric().selection.gpus;
    Some(LevelWatch::new(expectation, info.level?, gpus, during, bound, scenario.cluster.n_replicas()))
}

/// What speaks against a limit on a metric; `None` for metrics that are not watched.
fn against(scenario: &Scenario, metric: &Metric, info: &MetricInfo, limit: &Limit<'_>) -> Option<Against> {
    let (upper, lower) = (limit.has_upper(), limit.has_lower());
    if let Some(sample) = info.sample {
        moment_of(sample).filter(|_| upper)?;
        return match info.aggregate {
            Aggregate::Quantile(per_mille) => {
                Some(Against::Percentile { sample, bound: bound(limit)?, per_mille })
            }
            Aggregate::Max => Some(Against::Largest { sample, bound: bound(limit)? }),
            Aggregate::Mean => Some(Against::Mean { sample }),
            Aggregate::Itself | Aggregate::Min | Aggregate::Integral | Aggregate::MeanPerGpu => None,
        };
    }
    match metric.name.as_str() {
        "rejected" if upper => Some(Against::Count { of: &[Moment::Rejected] }),
        "evicted" | "evictions" if upper => Some(Against::Count { of: &[Moment::Evicted] }),
        "preemptions" if upper => Some(Against::Count { of: &[Moment::Preempted] }),
        "retry_attempts" if upper => Some(Against::Count { of: &[Moment::Retried] }),
        "reject_rate" if upper => Some(Against::Share { of: &[Moment::Rejected] }),
        "completion_rate" if lower => Some(Against::Completion),
        "slo_attainment" if lower => Some(Against::Attainment {
            slos: scenario.workloads.iter().map(|workload| workload.slo).collect(),
        }),
        _ => None,
    }
}
