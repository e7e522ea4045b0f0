//! Conversations, and what was cut off where lengths are drawn.

use super::info::{Better, Kind};
use super::spec::{ITSELF, Measure, MetricSpec, Source};

pub(super) static METRICS: &[MetricSpec] = &[
    MetricSpec {
        name: "abandoned_turns",
        statistics: ITSELF,
        measure: Measure::Count,
        better: Better::Lower,
        source: Source::Later(Kind::Run),
        definition: "turns that never came because an earlier one of their session was turned away",
    },
    MetricSpec {
        name: "clamped_prompt_share",
        statistics: ITSELF,
        measure: Measure::Share,
        better: Better::Neither,
        source: Source::Run(|totals| totals.lengths.share(totals.lengths.clamped_prompts)),
        definition: "share of the prompt lengths drawn that `min` or `max` changed",
    },
    MetricSpec {
        name: "clamped_output_share",
        statistics: ITSELF,
        measure: Measure::Share,
        better: Better::Neither,
        source: Source::Run(|totals| totals.lengths.share(totals.lengths.clamped_outputs)),
        definition: "share of the output lengths drawn that `min` or `max` changed",
    },
];
