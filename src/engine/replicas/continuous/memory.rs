//! How many blocks a replica's cache has, and how large they are.

use crate::engine::hardware::memory;
use crate::model::Scenario;

/// KV blocks of each replica of a group: those stated, otherwise what weights leave of its memory.
///
/// # Panics
/// When the model does not fit; analysis refuses that.
#[must_use]
pub fn kv_blocks(scenario: &Scenario, group: usize) -> u64 {
    let blocks = memory::kv_blocks(&scenario.model, &scenario.cluster.groups[group], &scenario.engine);
    blocks.expect("analysis refuses models that do not fit")
}

/// Bytes of a block, over all GPUs of a replica.
pub(super) fn block_bytes(scenario: &Scenario, group: usize) -> u64 {
    memory::block_bytes(&scenario.model, &scenario.cluster.groups[group], &scenario.engine)
}
