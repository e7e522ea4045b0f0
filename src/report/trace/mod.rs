//! What was measured of a trace, as text for people and as JSON for programs.
//!
//! Times are in seconds, lengths in tokens, digits those of the figures that are usually published of traces.
//! Invariant: what could not be measured is shown as `-` or `null`, never left out.

mod plot;

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::trace::stats::{Arrivals, Lengths, Pairs, Reuse, Stats, WINDOWS};
use crate::trace::text::{decimals, dispersions, in_short};
use crate::workload::formats::Survey;

/// What a trace was read as, beside its figures.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The file as typed.
    pub file: &'a str,
    /// The format's name.
    pub format: &'a str,
    /// Whether it was guessed.
    pub guessed: bool,
    /// What became of the rows.
    pub survey: &'a Survey,
}

/// The figures for people; `plots` adds the rate over time and histograms of the lengths.
#[must_use]
pub fn text(about: &About<'_>, stats: &Stats, plots: bool) -> String {
    let origin = if about.guessed { ", guessed from its content" } else { "" };
    let mut text = format!("{}  {}{origin}\n\n", about.file, about.format);
    rows(&mut text, about.survey);
    arrivals(&mut text, &stats.arrivals);
    if plots {
        let _ = write!(text, "\n{}\n", plot::rate(&stats.arrivals.profile));
    }
    for (what, lengths) in [("prompt", &stats.prompt), ("output", &stats.output)] {
        line(&mut text, what, &in_short(lengths), "tokens, mean: p50/p90/p99/max");
        if plots {
            let _ = write!(text, "\n{}\n", plot::lengths(lengths));
        }
    }
    pairs(&mut text, &stats.pairs);
    match &stats.reuse {
        Some(reuse) => self::reuse(&mut text, reuse),
        None => line(&mut text, "prefixes", "-", "the format does not say what prompts share"),
    }
    text
}

fn line(text: &mut String, what: &str, value: &str, note: &str) {
    let line = format!("  {what:<12} {value:<30}  {note}");
    let _ = writeln!(text, "{}", line.trim_end());
}

fn rows(text: &mut String, survey: &Survey) {
    let dropped: Vec<String> =
        survey.dropped.iter().map(|(reason, count)| format!(", {count} {}", reason.name())).collect();
    let order = if survey.sorted { "" } else { "out of order in the file, sorted here" };
    let rows = format!("{} read, {} used{}", survey.rows_read, survey.rows_used, dropped.concat());
    line(text, "rows", &rows, order);
}

fn arrivals(text: &mut String, arrivals: &Arrivals) {
    line(text, "span", &format!("{:.1} s", arrivals.span_s), "first to last arrival");
    let rate = arrivals.rate_per_s.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.3} req/s"));
    line(text, "rate", &rate, "requests over span");
    line(text, "cv", &decimals(arrivals.cv, 2), "of the gaps between arrivals: constant 0, Poisson 1");
    let windows = WINDOWS.map(|seconds| seconds.to_string()).join("/");
    let note = format!("variance over mean of the counts in {windows} s: Poisson 1");
    line(text, "dispersion", &dispersions(&arrivals.dispersion), &note);
    if let Some(batches) = arrivals.batches {
        let share = batches.zero_gaps * 100.0;
        let note =
            format!("{share:.0}% of the gaps are 0: cv and short windows reflect a clock, not the traffic");
        line(text, "batches", &format!("every {:.3} s", batches.every_s), &note);
    }
}

fn pairs(text: &mut String, pairs: &Pairs) {
    let signed =
        |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{:+.2}", value + 0.0));
    let both = format!("{}/{}", signed(pairs.pearson), signed(pairs.spearman));
    line(text, "correlation", &both, "of prompt and output, Pearson/Spearman");
    for (number, quartile) in pairs.quartiles.iter().enumerate() {
        let what = if number == 0 { "quartiles" } else { "" };
        let found = format!("{} .. {}", quartile.from, quartile.to);
        let note =
            format!("tokens of prompt: {} requests, {:.0} output tokens", quartile.n, quartile.mean_output);
        line(text, what, &found, &note);
    }
}

fn reuse(text: &mut String, reuse: &Reuse) {
    let blocks = format!("{} blocks, {} distinct", reuse.blocks, reuse.distinct);
    line(text, "prefixes", &blocks, &format!("of {} tokens", reuse.block_tokens));
    line(text, "hits", &format!("{:.4}", reuse.block_hit_ratio), "of the blocks, nothing forgotten");
    line(text, "", &format!("{:.4}", reuse.token_hit_ratio), "of the tokens");
    line(
        text,
        "",
        &format!("{:.4}", reuse.mean_request_hit),
        "of a request's blocks, the mean over requests",
    );
    line(text, "", &format!("{:.4}", reuse.requests_with_hit), "of the requests have any");
    for (number, held) in reuse.lru.iter().enumerate() {
        let what = if number == 0 { "lru" } else { "" };
        let note = format!("of the blocks, in a cache of {} blocks", held.blocks);
        line(text, what, &format!("{:.4}", held.hit_ratio), &note);
    }
}

/// The figures for programs, in full.
#[must_use]
pub fn json(about: &About<'_>, stats: &Stats) -> String {
    let survey = about.survey;
    let dropped: Vec<Value> = survey
        .dropped
        .iter()
        .map(|(reason, rows)| json!({ "reason": reason.name(), "rows": rows }))
        .collect();
    let lengths = |lengths: &Lengths| {
        json!({
            "mean": lengths.mean(),
            "p50": lengths.quantile(0.5),
            "p90": lengths.quantile(0.9),
            "p99": lengths.quantile(0.99),
            "max": lengths.max(),
        })
    };
    let arrivals = &stats.arrivals;
    let windows: Vec<Value> = WINDOWS
        .iter()
        .zip(arrivals.dispersion)
        .map(|(seconds, index)| json!({ "window_s": seconds, "index": index }))
        .collect();
    let value = json!({
        "file": about.file,
        "format": about.format,
        "format_guessed": about.guessed,
        "rows_read": survey.rows_read,
        "rows_used": survey.rows_used,
        "rows_dropped": dropped,
        "sorted": survey.sorted,
        "span_s": arrivals.span_s,
        "rate_per_s": arrivals.rate_per_s,
        "gap_cv": arrivals.cv,
        "dispersion": windows,
        "batches": arrivals.batches,
        "rate_over_time": arrivals.profile,
        "prompt_tokens": lengths(&stats.prompt),
        "output_tokens": lengths(&stats.output),
        "pearson": stats.pairs.pearson,
        "spearman": stats.pairs.spearman,
        "quartiles": stats.pairs.quartiles,
        "prefixes": stats.reuse,
    });
    format!("{value:#}\n")
}
