//! How much of the prompts was found in the prefix cache: three ways to count, each under its own name.

use super::info::{Better, Kind};
use super::spec::{ITSELF, Measure, MetricSpec, Source};

pub(super) static METRICS: &[MetricSpec] = &[
    hit_rate("prefix_block_hit_rate", "blocks found cached, as a share of the full blocks of all prompts"),
    hit_rate("prefix_token_hit_rate", "tokens found cached, as a share of the tokens of all prompts"),
    hit_rate(
        "prefix_request_hit_rate",
        "the share of a prompt's tokens found cached, averaged over requests",
    ),
];

const fn hit_rate(name: &'static str, definition: &'static str) -> MetricSpec {
    MetricSpec {
        name,
        statistics: ITSELF,
        measure: Measure::Share,
        better: Better::Higher,
        source: Source::Later(Kind::Requests),
        definition,
    }
}
