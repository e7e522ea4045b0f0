//! How much of the prompts was found in the prefix cache: three ways to count, each under its own name.
//!
//! Counted is what a request finds when it first executes; what it finds again after a preemption is not. No data
//! without a prefix cache. Invariant: at least one token of each prompt is computed, so no rate by token reaches 1.

use super::info::Better;
use super::spec::{ITSELF, Measure, MetricSpec, Source};
use super::tally::Hits;

pub(super) static METRICS: &[MetricSpec] = &[
    hit_rate(
        "prefix_block_hit_rate",
        |hits| (hits.cached_blocks.into(), hits.blocks.into()),
        "blocks found cached, as a share of the full blocks of all prompts (`batching continuous`)",
    ),
    hit_rate(
        "prefix_token_hit_rate",
        |hits| (hits.cached_tokens.into(), hits.tokens.into()),
        "tokens found cached, as a share of the tokens of all prompts (`batching continuous`)",
    ),
    hit_rate(
        "prefix_request_hit_rate",
        Hits::mean_share,
        "share of a prompt's tokens found cached, averaged over requests (`batching continuous`)",
    ),
];

const fn hit_rate(
    name: &'static str,
    read: fn(&Hits) -> (u128, u128),
    definition: &'static str,
) -> MetricSpec {
    let (measure, better, source) = (Measure::Share, Better::Higher, Source::Found(read));
    MetricSpec { name, statistics: ITSELF, measure, better, source, definition }
}
