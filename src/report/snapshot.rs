//! The text of a case in a golden snapshot: small, sorted, with fixed digits.
//!
//! A line a metric, a line an expectation. Counts are exact, everything else has six significant digits, so that a
//! difference is one a reader would call one.

use std::fmt::Write as _;

use super::number::{percent_in, significant};
use super::verdicts::value_in;
use super::{Format, Report, Written};
use crate::expect::Verdict;
use crate::metrics::{Distribution, Summary};
use crate::model::Expectation;
use crate::units::SimDuration;

pub(super) static FORMAT: Format = Format {
    name: "snapshot",
    file: None,
    summary: "the few lines of a case that a golden snapshot keeps",
    written: Written::Afterwards(|report, into| into.write_all(snapshot(report).as_bytes())),
};

const DIGITS: usize = 6;

/// The text of a golden snapshot.
#[must_use]
pub fn snapshot(report: &Report<'_>) -> String {
    let lines = metrics(&report.outcome.summary());
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in lines {
        writeln!(text, "{name:<width$}  {value}").expect("a string takes all that is written");
    }
    for (expectation, verdict) in report.scenario.expectations.iter().zip(report.verdicts) {
        writeln!(text, "{}", judged(expectation, verdict)).expect("a string takes all that is written");
    }
    text
}

/// `pass     expect p99_ttft_ms == 250  (250 ms)`.
fn judged(expectation: &Expectation, verdict: &Verdict) -> String {
    let value = value_in(verdict, DIGITS).map(|value| format!("  ({value})"));
    format!("{:<7}  {}{}", verdict.status.name(), expectation.text, value.unwrap_or_default())
}

/// The metrics that snapshots hold.
pub fn snapshot_metrics() -> impl Iterator<Item = &'static str> {
    [ALWAYS, OF_STEPS, WHERE_KNOWN, WHERE_ANY].into_iter().flatten().copied()
}

/// Those of every case, sorted.
const ALWAYS: &[&str] = &[
    "arrived",
    "evicted",
    "finished",
    "gpu_utilization",
    "makespan_ms",
    "max_global_queue_depth",
    "mean_vram_bytes",
    "p50_latency_ms",
    "p50_ttft_ms",
    "p99_latency_ms",
    "p99_ttft_ms",
    "peak_vram_bytes",
    "rejected",
    "throughput_tokens_per_sec",
    "tokens_generated",
];

/// Those of runs in steps.
const OF_STEPS: &[&str] =
    &["p50_tpot_ms", "p99_itl_ms", "p99_tpot_ms", "preemptions", "prefix_token_hit_rate"];

/// Those that need a `slo` or a price.
const WHERE_KNOWN: &[&str] = &["cost_usd", "goodput", "slo_attainment"];

/// Counts that are left out where they are zero, sorted.
const WHERE_ANY: &[&str] = &["cross_gpu_decodes", "handoffs_total", "retry_attempts", "unfinished"];

/// Sorted by name.
fn metrics(summary: &Summary) -> Vec<(&'static str, String)> {
    let none = || "-".to_owned();
    let milliseconds = |time: SimDuration| significant(time.as_ms_f64(), DIGITS);
    let rate = |rate: Option<f64>| rate.map_or_else(none, |rate| significant(rate, DIGITS));
    let latency = |read: fn(&Distribution) -> SimDuration| {
        summary.latency.as_ref().map_or_else(none, |of| milliseconds(read(of)))
    };
    let ttft = |read: fn(&Distribution) -> SimDuration| {
        summary.ttft.as_ref().map_or_else(none, |of| milliseconds(read(of)))
    };
    let mut lines = vec![
        ("arrived", summary.arrived.to_string()),
        ("evicted", summary.evicted.to_string()),
        ("finished", summary.finished.to_string()),
        ("gpu_utilization", summary.gpu_utilization.map_or_else(none, |share| percent_in(share, DIGITS))),
        ("makespan_ms", summary.makespan.map_or_else(none, milliseconds)),
        ("max_global_queue_depth", summary.max_global_queue_depth.to_string()),
        ("mean_vram_bytes", significant(summary.mean_vram_bytes, DIGITS)),
        ("p50_latency_ms", latency(|of| of.p50)),
        ("p50_ttft_ms", ttft(|of| of.p50)),
        ("p99_latency_ms", latency(|of| of.p99)),
        ("p99_ttft_ms", ttft(|of| of.p99)),
        ("peak_vram_bytes", summary.peak_vram.get().to_string()),
        ("rejected", summary.rejected.to_string()),
        ("throughput_tokens_per_sec", rate(summary.throughput_tokens_per_sec)),
        ("tokens_generated", summary.tokens_generated.to_string()),
    ];
    lines.extend(of_steps(summary));
    let known = [
        ("cost_usd", summary.cost_usd.map(|cost| significant(cost, DIGITS))),
        ("goodput", summary.goodput.map(|goodput| significant(goodput, DIGITS))),
        ("slo_attainment", summary.slo_attainment.map(|share| percent_in(share, DIGITS))),
    ];
    lines.extend(known.into_iter().filter_map(|(name, value)| Some((name, value?))));
    for (name, count) in [
        ("cross_gpu_decodes", summary.cross_gpu_decodes),
        ("handoffs_total", summary.handoffs_total),
        ("retry_attempts", summary.retry_attempts),
        ("unfinished", summary.unfinished),
    ] {
        if count > 0 {
            lines.push((name, count.to_string()));
        }
    }
    lines.sort_by_key(|(name, _)| *name);
    debug_assert!(
        lines.iter().all(|(name, _)| snapshot_metrics().any(|listed| listed == *name)),
        "what a snapshot holds is listed"
    );
    lines
}

/// What a run in steps is about: how fast tokens follow each other, and what it cost to keep them all in memory.
fn of_steps(summary: &Summary) -> Vec<(&'static str, String)> {
    let Some(steps) = &summary.steps else { return Vec::new() };
    let time = |of: Option<&Distribution>, read: fn(&Distribution) -> SimDuration| {
        of.map_or_else(|| "-".to_owned(), |of| significant(read(of).as_ms_f64(), DIGITS))
    };
    let mut lines = vec![
        ("p50_tpot_ms", time(summary.tpot.as_ref(), |of| of.p50)),
        ("p99_tpot_ms", time(summary.tpot.as_ref(), |of| of.p99)),
        ("p99_itl_ms", time(summary.itl.as_ref(), |of| of.p99)),
        ("preemptions", steps.preemptions.to_string()),
    ];
    let hit_rate = steps.prefix_token_hit_rate.map(|share| percent_in(share, DIGITS));
    lines.extend(hit_rate.map(|share| ("prefix_token_hit_rate", share)));
    lines
}
