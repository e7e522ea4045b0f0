//! Conversations, and what was cut off where lengths are drawn.
//!
//! A session counts with the request that decides it: its first turn begins it, its last or one turned away ends it.
//! So with `on`, `during` and windows these counts are about those requests.

use super::info::Better;
use super::spec::{ITSELF, Measure, MetricSpec, Source};
use super::tally::Tally;

pub(super) static METRICS: &[MetricSpec] = &[
    count(
        "sessions",
        Better::Neither,
        |tally| tally.sessions.begun,
        "sessions that began: their first turn arrived",
    ),
    count(
        "finished_sessions",
        Better::Higher,
        |tally| tally.sessions.finished,
        "sessions that began after `warmup` and whose last turn was answered",
    ),
    count(
        "abandoned_sessions",
        Better::Lower,
        |tally| tally.sessions.abandoned,
        "sessions that began after `warmup` and ended because a turn was rejected or evicted",
    ),
    count(
        "abandoned_turns",
        Better::Lower,
        |tally| tally.sessions.abandoned_turns,
        "turns that never came because an earlier one of their session was rejected or evicted",
    ),
    MetricSpec {
        name: "clamped_prompt_share",
        statistics: ITSELF,
        measure: Measure::Share,
        better: Better::Neither,
        source: Source::Run(|totals| totals.lengths.share(totals.lengths.clamped_prompts)),
        definition: "share of all prompt lengths drawn that `min` or `max` changed, those of the warm-up included",
    },
    MetricSpec {
        name: "clamped_output_share",
        statistics: ITSELF,
        measure: Measure::Share,
        better: Better::Neither,
        source: Source::Run(|totals| totals.lengths.share(totals.lengths.clamped_outputs)),
        definition: "share of all output lengths drawn that `min` or `max` changed, those of the warm-up included",
    },
];

const fn count(
    name: &'static str,
    better: Better,
    read: fn(&Tally) -> u64,
    definition: &'static str,
) -> MetricSpec {
    let source = Source::Count(read);
    MetricSpec { name, statistics: ITSELF, measure: Measure::Count, better, source, definition }
}
