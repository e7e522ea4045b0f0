//! Policies that change nothing: what they tell apart is equal in this scenario.
//!
//! Notes, not mistakes: a matrix may compare such a policy with others, and a workload may be added later.

use super::blocks::error;
use super::language::block::Block;
use super::language::context::Context;
use crate::model::{Batching, Scenario};
use crate::workload::prefixes::may_begin_alike;

/// Notes each, at its statement.
pub(super) fn check(scenario: &Scenario, policy: &Block<'_>, ctx: &mut Context<'_>) {
    let (workloads, of) = (&scenario.workloads, &scenario.policy);
    if let Some(statement) = policy.one("scheduling") {
        let priorities = || workloads.iter().map(|workload| workload.priority);
        let reason = match of.scheduling.name.as_str() {
            "fair" if workloads.len() == 1 => Some("there is one workload"),
            "priority" if priorities().min() == priorities().max() => Some("all requests have one priority"),
            _ => None,
        };
        if let Some(reason) = reason {
            ctx.report(error::scheduling_without_effect(statement, &of.scheduling.name, reason));
        }
    }
    if let Some(statement) = policy.one("routing")
        && of.routing.name == "prefix_aware"
        // Without caches it is refused.
        && scenario.engine.batching == Batching::Continuous
        && scenario.engine.prefix_cache
        && !workloads.iter().any(|workload| may_begin_alike(&workload.source))
    {
        ctx.report(error::prefixes_never_shared(statement));
    }
}
