//! Whether the model fits on the GPUs of a replica: heads that divide, room for weights and a block of cache, and
//! something that joins them.
//!
//! Concerns `batching continuous` only. Invariant: a case that passes has at least one block of cache on each replica.

use super::blocks::cluster::error;
use super::language::block::Block;
use super::language::context::Context;
use crate::engine::hardware::memory::kv_blocks;
use crate::model::{Architecture, Batching, Scenario};

/// Whether every group can serve the model; what cannot is reported at its `gpus` statement.
pub(super) fn check(scenario: &Scenario, cluster: &Block<'_>, ctx: &mut Context<'_>) -> bool {
    if scenario.engine.batching != Batching::Continuous {
        return true;
    }
    let model = &scenario.model;
    let Some(architecture) = Architecture::of(model) else { return true };
    let mut fits = true;
    for (index, statement) in (0..scenario.cluster.groups.len()).zip(cluster.all("gpus")) {
        let group = &scenario.cluster.groups[index];
        if sums(scenario, index) && scenario.cluster.peers(index).is_none() {
            ctx.report(error::gpus_not_joined(statement.span, group));
            fits = false;
        }
        let mistake = if architecture.heads.is_multiple_of(u64::from(group.tensor_parallel)) {
            let lack = kv_blocks(model, group, &scenario.engine).err();
            lack.map(|lack| error::does_not_fit(statement.span, &model.name, group, &lack))
        } else {
            Some(error::heads_do_not_divide(statement.span, &model.name, architecture.heads, group))
        };
        if let Some(mistake) = mistake {
            ctx.report(mistake);
            fits = false;
        }
    }
    fits
}

/// Notes links that nothing goes over: with `batching continuous` caches move between pools only, and the GPUs of a
/// replica sum over what joins them.
pub(super) fn check_links(scenario: &Scenario, cluster: &Block<'_>, ctx: &mut Context<'_>) {
    let of = &scenario.cluster;
    if scenario.engine.batching != Batching::Continuous || !of.pools.is_empty() {
        return;
    }
    let summing = (0..of.groups.len()).filter(|group| sums(scenario, *group));
    let used: Vec<_> = summing.filter_map(|group| of.peers_stated(group)).collect();
    for (link, statement) in of.links.iter().zip(cluster.all("link")) {
        if !used.iter().any(|used| std::ptr::eq(*used, link)) {
            ctx.report(error::link_without_effect(statement.span));
        }
    }
}

/// Whether the GPUs of a group's replicas sum over what joins them.
fn sums(scenario: &Scenario, group: usize) -> bool {
    scenario.cluster.groups[group].tensor_parallel > 1 && scenario.engine.timing.name == "roofline"
}
