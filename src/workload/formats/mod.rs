//! Trace formats: files of recorded requests.

mod azure;
mod burstgpt;
mod csv;
mod kvs;
mod mooncake;
mod vidur;
mod vllm;

use crate::model::Spec;

static ENTRIES: &[&Spec] =
    &[&kvs::SPEC, &azure::SPEC, &mooncake::SPEC, &burstgpt::SPEC, &vllm::SPEC, &vidur::SPEC, &csv::SPEC];

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    ENTRIES.iter().copied()
}
