//! The tables of all blocks: what `kvs list keys` and the reference show, and where a misplaced key belongs.

use super::blocks::{cluster, engine, gpu, language_model, policy, run, trace, workload};
use super::language::table::Table;

/// Every block's keys, in the order shown to users.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().copied()
}

pub(super) static TABLES: &[&Table] = &[
    &gpu::TABLE,
    &language_model::TABLE,
    &cluster::TABLE,
    &engine::TABLE,
    &policy::TABLE,
    &workload::TABLE,
    &trace::TABLE,
    &run::TABLE,
];
