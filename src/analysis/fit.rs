//! Whether the model fits on the GPUs of a replica: heads that divide, and room for weights and a block of cache.
//!
//! Concerns `batching continuous` only. Invariant: a case that passes has at least one block of cache on each replica.

use crate::engine::hardware::memory::kv_blocks;
use crate::model::{Architecture, Batching, Scenario};

use super::block::Block;
use super::context::Context;
use super::error;

/// Whether every group can serve the model; what cannot is reported at its `gpus` statement.
pub(super) fn check(scenario: &Scenario, cluster: &Block<'_>, ctx: &mut Context<'_>) -> bool {
    if scenario.engine.batching != Batching::Continuous {
        return true;
    }
    let model = &scenario.model;
    let Some(architecture) = Architecture::of(model) else { return true };
    let mut fits = true;
    for (group, statement) in scenario.cluster.groups.iter().zip(cluster.all("gpus")) {
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
