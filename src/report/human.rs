//! The summary `kvs run` prints on a terminal.
//!
//! Plain text that fits 80 columns unless names are longer; colour only marks what passed and failed, so nothing is
//! lost without it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::line::one_line;
use super::notes::{backlog, uncalibrated_note};
use super::number::{natural, percent};
use super::verdicts::{numbers, over_runs};
use super::{Format, Report, Written};
use crate::expect::{Judgement, Status, Verdict};
use crate::metrics::{Distribution, StepsSummary, Summary};
use crate::model::{Expectation, Scenario};
use crate::units::{Dimension, SimDuration, SimTime};

pub(super) static FORMAT: Format = Format {
    name: "human",
    file: None,
    summary: "the summary on the terminal",
    written: Written::Afterwards(|report, into| into.write_all(human(report, false).as_bytes())),
};

/// Columns of a terminal.
const WIDTH: usize = 80;

/// GPUs listed before the rest are counted only.
const MOST_GPUS: usize = 16;

/// The summary, with ANSI colours or without.
#[must_use]
pub fn human(report: &Report<'_>, colour: bool) -> String {
    let summary = report.outcome.summary();
    let mut text = Text { out: String::new(), colour };
    text.bold(&one_line(&report.scenario.case.to_string()));
    text.line(&format!("  seed {}", report.seed));
    text.line("");
    totals(&mut text, report.scenario, &summary);
    text.field("timing", &uncalibrated_note(report.scenario).into_iter().collect::<Vec<_>>());
    text.line("");
    times(&mut text, &summary);
    text.line("");
    gpus(&mut text, report.scenario, &summary);
    if !report.verdicts.is_empty() {
        text.line("");
        expectations(&mut text, &report.scenario.expectations, report.verdicts);
    }
    text.out
}

fn totals(text: &mut Text, scenario: &Scenario, summary: &Summary) {
    let counts = [
        (summary.arrived, "arrived"),
        (summary.finished, "finished"),
        (summary.rejected, "rejected"),
        (summary.evicted, "evicted"),
        (summary.unfinished, "unfinished"),
    ];
    let counts = counts.iter().filter(|(count, name)| *count > 0 || matches!(*name, "arrived" | "finished"));
    text.field("requests", &counts.map(|(count, name)| format!("{count} {name}")).collect::<Vec<_>>());
    let sessions = [
        (summary.sessions, "begun"),
        (summary.finished_sessions, "finished"),
        (summary.abandoned_sessions, "abandoned"),
        (summary.abandoned_turns, "turns never came"),
    ];
    let sessions = sessions.iter().filter(|(count, _)| *count > 0);
    text.field("sessions", &sessions.map(|(count, name)| format!("{count} {name}")).collect::<Vec<_>>());
    let makespan = summary.makespan.map_or_else(|| "nothing finished".to_owned(), time);
    let end = natural(summary.end.as_secs_f64(), Dimension::TIME);
    let warmup = (summary.measured_from > SimTime::ZERO)
        .then(|| format!("measured from {}", natural(summary.measured_from.as_secs_f64(), Dimension::TIME)));
    let times = [Some(makespan), warmup, Some(format!("run ended at {end}"))];
    text.field("makespan", &times.into_iter().flatten().collect::<Vec<_>>());
    let rate = |rate: Option<f64>, dimension| rate.map(|rate| natural(rate, dimension));
    let rates = [
        rate(summary.throughput_tokens_per_sec, Dimension::TOKEN_RATE),
        rate(summary.throughput_requests_per_sec, Dimension::REQUEST_RATE),
        summary.slo_attainment.map(|share| format!("{} within their slo", percent(share))),
    ];
    text.field("throughput", &rates.into_iter().flatten().collect::<Vec<_>>());
    let bytes = |bytes| natural(bytes, Dimension::DATA);
    let mean = format!("mean {}", bytes(summary.mean_vram_bytes));
    text.field("KV cache", &[mean, format!("peak {}", bytes(summary.peak_vram.get() as f64))]);
    if let Some(of) = &summary.steps {
        steps(text, of, scenario.engine.max_batch);
    }
    let moves = [
        (summary.max_global_queue_depth, "deepest global queue"),
        (summary.retry_attempts, "retries"),
        (summary.handoffs_total, "handoffs"),
    ];
    let moves = moves.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{name} {count}"));
    text.field("queueing", &moves.collect::<Vec<_>>());
    text.field("backlog", &[backlog(summary.backlog)]);
    let clamped = [(summary.clamped_prompt_share, "prompts"), (summary.clamped_output_share, "outputs")];
    let clamped = clamped.iter().filter_map(|(share, name)| {
        let share = share.filter(|share| *share > 0.0)?;
        Some(format!("{} of the {name} cut to `min` or `max`", percent(share)))
    });
    text.field("lengths", &clamped.collect::<Vec<_>>());
    text.field(
        "cost",
        &summary.cost_usd.map(|usd| natural(usd, Dimension::MONEY)).into_iter().collect::<Vec<_>>(),
    );
}

/// What is particular to `batching continuous`.
fn steps(text: &mut Text, of: &StepsSummary, max_batch: u32) {
    let batch = of.mean_batch_size_per_gpu;
    let batch =
        batch.map(|mean| format!("mean batch {} of {max_batch} a GPU", natural(mean, Dimension::NUMBER)));
    let blocks = of.mean_kv_utilization.zip(of.max_kv_utilization);
    let blocks = blocks.map(|(mean, most)| {
        format!("KV blocks held {} on average, {} at peak", percent(mean), percent(most))
    });
    let preemptions = (of.preemptions > 0).then(|| format!("preemptions {}", of.preemptions));
    text.field("steps", &[batch, blocks, preemptions].into_iter().flatten().collect::<Vec<_>>());
    let rates = [
        (of.prefix_token_hit_rate, "of tokens"),
        (of.prefix_block_hit_rate, "of blocks"),
        (of.prefix_request_hit_rate, "mean per request"),
    ];
    let rates = rates.iter().filter(|_| of.prefix_token_hit_rate.is_some_and(|rate| rate > 0.0));
    let rates = rates.filter_map(|(rate, what)| Some(format!("{} {what}", percent((*rate)?))));
    text.field("prefix hits", &rates.collect::<Vec<_>>());
}

fn times(text: &mut Text, summary: &Summary) {
    let rows = [
        ("ttft", summary.ttft),
        ("tpot", summary.tpot),
        ("itl", summary.itl),
        ("latency", summary.latency),
        ("queue", summary.queue),
    ];
    // Counts may be long, of gaps between tokens above all; the columns after them move with them.
    let digits = |(_, distribution): &(&str, Option<Distribution>)| {
        distribution.as_ref().map_or(0, |distribution| distribution.n.to_string().len())
    };
    let width = rows.iter().map(digits).max().unwrap_or(0).max(8);
    text.line(&format!(
        "  {:<10}{:>width$} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "", "n", "mean", "p50", "p90", "p95", "p99", "max"
    ));
    for (name, distribution) in rows {
        if name == "itl" && summary.steps.is_none() {
            continue;
        }
        let Some(Distribution { n, mean_secs, min: _, p50, p90, p95, p99, max }) = distribution else {
            text.line(&format!("  {name:<10}{:>width$}", 0));
            continue;
        };
        let mean = natural(mean_secs, Dimension::TIME);
        let [p50, p90, p95, p99, max] = [p50, p90, p95, p99, max].map(time);
        text.line(&format!("  {name:<10}{n:>width$} {mean:>9} {p50:>9} {p90:>9} {p95:>9} {p99:>9} {max:>9}"));
    }
}

fn gpus(text: &mut Text, scenario: &Scenario, summary: &Summary) {
    let names: Vec<String> = (0..summary.gpus.len()).map(|gpu| scenario.cluster.replica_name(gpu)).collect();
    let width = names.iter().take(MOST_GPUS).map(|name| name.chars().count()).max().unwrap_or(0).max(8);
    text.line(&format!(
        "  {:<width$} {:>8} {:>10} {:>9} {:>7} {:>10} {:>8}",
        "GPU", "finished", "tokens", "busy", "", "peak KV", "of VRAM"
    ));
    let length = summary.measured.as_secs_f64();
    for (index, (name, gpu)) in names.iter().zip(&summary.gpus).enumerate().take(MOST_GPUS) {
        let group = &scenario.cluster.groups[scenario.cluster.locate(index).0];
        let vram = group.gpu.vram.get() as f64 * f64::from(group.tensor_parallel);
        let busy_share =
            if length > 0.0 { percent_of(gpu.busy.as_secs_f64(), length) } else { String::new() };
        let peak = gpu.peak_vram.get() as f64;
        text.line(&format!(
            "  {name:<width$} {:>8} {:>10} {:>9} {busy_share:>7} {:>10} {:>8}",
            gpu.requests_finished,
            gpu.tokens_generated,
            time(gpu.busy),
            natural(peak, Dimension::DATA),
            percent_of(peak, vram),
        ));
    }
    if let Some(more @ 1..) = names.len().checked_sub(MOST_GPUS) {
        text.line(&format!("  and {more} more"));
    }
}

fn expectations(text: &mut Text, expectations: &[Expectation], verdicts: &[Verdict]) {
    let rows = expectations.iter().zip(verdicts).map(|(expectation, verdict)| Row {
        expectation,
        status: verdict.status,
        verdict,
        below: verdict.detail.clone().filter(|_| verdict.status != Status::Pass),
    });
    table(text, &rows.collect::<Vec<_>>());
}

/// A table of expectations over several runs: the verdict of the run that decides, and how many hold.
#[must_use]
pub fn over_seeds(expectations: &[Expectation], judgements: &[Judgement], colour: bool) -> String {
    let mut text = Text { out: String::new(), colour };
    let rows = expectations.iter().zip(judgements).map(|(expectation, judgement)| {
        let Judgement { status, deciding, .. } = judgement;
        let detail = deciding.detail.clone().filter(|_| deciding.status != Status::Pass);
        let below: Vec<String> = over_runs(expectation, judgement).into_iter().chain(detail).collect();
        let below = Some(below.join(": ")).filter(|words| !words.is_empty());
        Row { expectation, status: *status, verdict: deciding, below }
    });
    table(&mut text, &rows.collect::<Vec<_>>());
    text.out
}

/// An expectation as the table shows it.
struct Row<'a> {
    expectation: &'a Expectation,
    status: Status,
    /// Where the numbers come from.
    verdict: &'a Verdict,
    /// On a line of its own.
    below: Option<String>,
}

fn table(text: &mut Text, rows: &[Row<'_>]) {
    let cells: Vec<[String; 4]> = rows.iter().map(|row| columns(row)).collect();
    let widest = |column: usize, title: &str| {
        cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).max(title.len())
    };
    let [value, limit, margin] = [widest(0, "value"), widest(1, "limit"), widest(2, "margin")];
    // Texts that leave no room for the numbers get a line of their own.
    let room = WIDTH.saturating_sub(4 + value + limit + margin + widest(3, "") + 8);
    let short = rows.iter().map(|row| row.expectation.text.chars().count()).filter(|width| *width <= room);
    let width = short.max().unwrap_or(0).max("expectation".len());
    let line = |name: &str, [of, against, by, relative]: [&str; 4]| {
        format!("{name:<width$}  {of:>value$}  {against:>limit$}  {by:>margin$}  {relative}")
    };
    text.line(&format!("    {}", line("expectation", ["value", "limit", "margin", ""])));
    for (row, cells) in rows.iter().zip(&cells) {
        let mark = match row.status {
            Status::Pass => text.coloured(AnsiColor::Green, "✓"),
            Status::Fail => text.coloured(AnsiColor::Red, "✗"),
            Status::NoData => text.coloured(AnsiColor::Yellow, "?"),
        };
        let cells = cells.each_ref().map(String::as_str);
        if row.expectation.text.chars().count() <= width {
            text.line(&format!("  {mark} {}", line(&row.expectation.text, cells)));
        } else {
            text.line(&format!("  {mark} {}", row.expectation.text));
            text.line(&format!("    {}", line("", cells)));
        }
        if let Some(below) = &row.below {
            text.line(&format!("      {below}"));
        }
    }
}

/// Value, limit, margin, relative margin.
fn columns(row: &Row<'_>) -> [String; 4] {
    match numbers(&row.expectation.condition, row.verdict) {
        Some(numbers) => {
            [numbers.value, numbers.limit, numbers.margin, numbers.relative_margin.unwrap_or_default()]
        }
        None => ["no data".to_owned(), String::new(), String::new(), String::new()],
    }
}

fn time(duration: SimDuration) -> String {
    natural(duration.as_secs_f64(), Dimension::TIME)
}

/// One decimal is enough beside the numbers themselves.
fn percent_of(part: f64, whole: f64) -> String {
    if whole > 0.0 { format!("{:.1}%", part / whole * 100.0) } else { String::new() }
}

/// Lines so far.
struct Text {
    out: String,
    colour: bool,
}

impl Text {
    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// A name and values, or nothing where there are none.
    fn field(&mut self, name: &str, values: &[String]) {
        if !values.is_empty() {
            self.line(&format!("  {name:<12}{}", values.join(", ")));
        }
    }

    /// Without ending the line.
    fn bold(&mut self, words: &str) {
        let words = self.styled(Style::new().bold(), words);
        write!(self.out, "{words}").expect("a string takes all that is written");
    }

    fn coloured(&self, colour: AnsiColor, words: &str) -> String {
        self.styled(colour.on_default(), words)
    }

    fn styled(&self, style: Style, words: &str) -> String {
        if self.colour { format!("{style}{words}{style:#}") } else { words.to_owned() }
    }
}
