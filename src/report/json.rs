//! `summary.json`: the numbers of a run for programs.
//!
//! Times that were measured are milliseconds, exact to the picosecond however long the run; means, rates and the
//! numbers of verdicts have at most twelve digits. What has no value is `null`. Keys keep their order.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::number::{self, Json, rounded};
use super::{Format, Report, Written};
use crate::engine::hardware::attained::uncalibrated;
use crate::expect::Verdict;
use crate::metrics::{Distribution, Summary};
use crate::model::{Expectation, Scenario};
use crate::units::{Dimension, SimDuration};

pub(super) static FORMAT: Format = Format {
    name: "json",
    file: Some("summary.json"),
    summary: "the numbers of a run and its verdicts, for programs",
    written: Written::Afterwards(|report, into| into.write_all(json(report).as_bytes())),
};

/// The text of `summary.json`.
#[must_use]
pub fn json(report: &Report<'_>) -> String {
    let summary = report.outcome.summary();
    let verdicts = report.scenario.expectations.iter().zip(report.verdicts);
    let document = Document {
        case: report.scenario.case.to_string(),
        seed: report.seed,
        counts: Counts::of(&summary),
        times: Times(&summary),
        memory_pressure_policy: &report.scenario.policy.memory_pressure.name,
        eviction_policy: &report.scenario.policy.eviction.name,
        uncalibrated: uncalibrated(report.scenario),
        verdicts: verdicts.map(|(expectation, verdict)| verdict_object(expectation, verdict)).collect(),
        per_gpu: gpus(report.scenario, &summary),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("numbers and strings are always JSON");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    case: String,
    seed: u64,
    #[serde(flatten)]
    counts: Counts,
    #[serde(flatten)]
    times: Times<'a>,
    memory_pressure_policy: &'a str,
    eviction_policy: &'a str,
    /// GPU types whose timings rest on figures measured on others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    uncalibrated: Vec<&'a str>,
    verdicts: Vec<VerdictObject<'a>>,
    per_gpu: Vec<Gpu>,
}

#[derive(Serialize)]
struct Counts {
    arrived: u64,
    finished: u64,
    rejected: u64,
    evicted: u64,
    unfinished: u64,
    completion_rate: Option<Json>,
    reject_rate: Option<Json>,
    slo_attainment: Option<Json>,
    goodput: Option<Json>,
    tokens_generated: u64,
    throughput_tokens_per_sec: Option<Json>,
    throughput_requests_per_sec: Option<Json>,
    makespan_ms: Option<Exact>,
    end_ms: Exact,
    measured_from_ms: Exact,
    avg_vram_bytes: Json,
    peak_vram_bytes: u64,
    gpu_busy_ms: Exact,
    gpu_utilization: Option<Json>,
    evictions: u64,
    retry_attempts: u64,
    retry_successes: u64,
    handoffs_total: u64,
    cross_gpu_decodes: u64,
    max_global_queue_depth: u64,
    clamped_prompt_share: Option<Json>,
    clamped_output_share: Option<Json>,
    sessions: u64,
    finished_sessions: u64,
    abandoned_sessions: u64,
    abandoned_turns: u64,
    cost_usd: Option<Json>,
    saturation: Option<&'static str>,
    backlog_growth: Option<Json>,
    mean_batch_size: Option<Json>,
    mean_batch_size_per_gpu: Option<Json>,
    mean_kv_utilization: Option<Json>,
    max_kv_utilization: Option<Json>,
    preemptions: Option<u64>,
    prefix_block_hit_rate: Option<Json>,
    prefix_token_hit_rate: Option<Json>,
    prefix_request_hit_rate: Option<Json>,
}

impl Counts {
    fn of(summary: &Summary) -> Counts {
        Counts {
            arrived: summary.arrived,
            finished: summary.finished,
            rejected: summary.rejected,
            evicted: summary.evicted,
            unfinished: summary.unfinished,
            completion_rate: summary.completion_rate.map(Json::new),
            reject_rate: summary.reject_rate.map(Json::new),
            slo_attainment: summary.slo_attainment.map(Json::new),
            goodput: summary.goodput.map(Json::new),
            tokens_generated: summary.tokens_generated,
            throughput_tokens_per_sec: summary.throughput_tokens_per_sec.map(Json::new),
            throughput_requests_per_sec: summary.throughput_requests_per_sec.map(Json::new),
            makespan_ms: summary.makespan.map(milliseconds),
            end_ms: exact(summary.end.as_ps()),
            measured_from_ms: exact(summary.measured_from.as_ps()),
            avg_vram_bytes: Json::new(summary.mean_vram_bytes),
            peak_vram_bytes: summary.peak_vram.get(),
            gpu_busy_ms: milliseconds(summary.gpu_busy),
            gpu_utilization: summary.gpu_utilization.map(Json::new),
            evictions: summary.evicted,
            retry_attempts: summary.retry_attempts,
            retry_successes: summary.retry_successes,
            handoffs_total: summary.handoffs_total,
            cross_gpu_decodes: summary.cross_gpu_decodes,
            max_global_queue_depth: summary.max_global_queue_depth,
            clamped_prompt_share: summary.clamped_prompt_share.map(Json::new),
            clamped_output_share: summary.clamped_output_share.map(Json::new),
            sessions: summary.sessions,
            finished_sessions: summary.finished_sessions,
            abandoned_sessions: summary.abandoned_sessions,
            abandoned_turns: summary.abandoned_turns,
            cost_usd: summary.cost_usd.map(Json::new),
            saturation: summary.backlog.map(|backlog| backlog.saturation.name()),
            backlog_growth: summary.backlog.map(|backlog| Json::new(backlog.growth)),
            mean_batch_size: summary.steps.and_then(|steps| steps.mean_batch_size).map(Json::new),
            mean_batch_size_per_gpu: summary
                .steps
                .and_then(|steps| steps.mean_batch_size_per_gpu)
                .map(Json::new),
            mean_kv_utilization: summary.steps.and_then(|steps| steps.mean_kv_utilization).map(Json::new),
            max_kv_utilization: summary.steps.and_then(|steps| steps.max_kv_utilization).map(Json::new),
            preemptions: summary.steps.map(|steps| steps.preemptions),
            prefix_block_hit_rate: summary.steps.and_then(|steps| steps.prefix_block_hit_rate).map(Json::new),
            prefix_token_hit_rate: summary.steps.and_then(|steps| steps.prefix_token_hit_rate).map(Json::new),
            prefix_request_hit_rate: summary
                .steps
                .and_then(|steps| steps.prefix_request_hit_rate)
                .map(Json::new),
        }
    }
}

/// The times of requests, each kind with its number of samples: `n_ttft`, `mean_ttft_ms`, `p50_ttft_ms`.
struct Times<'a>(&'a Summary);

impl Serialize for Times<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Summary { latency, ttft, tpot, itl, queue, .. } = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (what, times) in
            [("latency", latency), ("ttft", ttft), ("tpot", tpot), ("itl", itl), ("queue", queue)]
        {
            let of = |read: fn(&Distribution) -> SimDuration| {
                times.as_ref().map(|distribution| milliseconds(read(distribution)))
            };
            map.serialize_entry(&format!("n_{what}"), &times.map_or(0, |distribution| distribution.n))?;
            let mean = times.map(|distribution| Json::new(distribution.mean_secs * 1e3));
            map.serialize_entry(&format!("mean_{what}_ms"), &mean)?;
            for (statistic, value) in [
                ("p50", of(|times| times.p50)),
                ("p90", of(|times| times.p90)),
                ("p95", of(|times| times.p95)),
                ("p99", of(|times| times.p99)),
                ("max", of(|times| times.max)),
            ] {
                map.serialize_entry(&format!("{statistic}_{what}_ms"), &value)?;
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct VerdictObject<'a> {
    expect: &'a str,
    status: &'static str,
    unit: &'static str,
    value: Option<Json>,
    limit: Option<Json>,
    margin: Option<Json>,
    detail: Option<&'a str>,
}

fn verdict_object<'a>(expectation: &'a Expectation, verdict: &'a Verdict) -> VerdictObject<'a> {
    let Scaled { unit, value, limit, margin } = scaled(verdict);
    VerdictObject {
        expect: &expectation.text,
        status: verdict.status.name(),
        unit,
        value,
        limit,
        margin,
        detail: verdict.detail.as_deref(),
    }
}

/// The numbers of a verdict for programs.
pub(super) struct Scaled {
    pub(super) unit: &'static str,
    pub(super) value: Option<Json>,
    pub(super) limit: Option<Json>,
    pub(super) margin: Option<Json>,
}

/// The first unit the language has for a dimension, and how many of it a base unit has: milliseconds, gigabytes would
/// lose bytes, so bytes.
pub(super) const fn unit_of(dimension: Dimension) -> (&'static str, f64) {
    match dimension {
        Dimension::TIME => ("ms", 1e3),
        Dimension::DATA => ("B", 1.0),
        Dimension::TOKENS => ("tok", 1.0),
        Dimension::TOKEN_RATE => ("tok/s", 1.0),
        Dimension::REQUEST_RATE => ("req/s", 1.0),
        Dimension::BANDWIDTH => ("B/s", 1.0),
        Dimension::MONEY => ("$", 1.0),
        Dimension::PRICE => ("$/h", 3600.0),
        _ => ("", 1.0),
    }
}

/// The numbers of a verdict in the units for programs.
pub(super) fn scaled(verdict: &Verdict) -> Scaled {
    let (unit, per_base) = unit_of(verdict.dimension);
    let number = |value: Option<f64>| value.map(|value| Json::new(value * per_base));
    Scaled {
        unit,
        value: number(verdict.value),
        limit: number(verdict.limit),
        // Of two numbers close together the difference has digits that neither of them means.
        margin: number(verdict.margin).map(|margin| Json::new(rounded(margin.get(), 12))),
    }
}

#[derive(Serialize)]
struct Gpu {
    gpu_index: usize,
    name: String,
    peak_vram_bytes: u64,
    gpu_busy_ms: Exact,
    tokens_generated: u64,
    requests_finished: u64,
}

fn gpus(scenario: &Scenario, summary: &Summary) -> Vec<Gpu> {
    let gpus = summary.gpus.iter().enumerate();
    gpus.map(|(gpu_index, gpu)| Gpu {
        gpu_index,
        name: scenario.cluster.replica_name(gpu_index),
        peak_vram_bytes: gpu.peak_vram.get(),
        gpu_busy_ms: milliseconds(gpu.busy),
        tokens_generated: gpu.tokens_generated,
        requests_finished: gpu.requests_finished,
    })
    .collect()
}

fn milliseconds(duration: SimDuration) -> Exact {
    exact(duration.as_ps())
}

/// A number as its digits, since no binary fraction holds the picoseconds of more than 2.5 hours.
type Exact = Box<RawValue>;

fn exact(ps: u64) -> Exact {
    RawValue::from_string(number::milliseconds(ps)).expect("a decimal is JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picoseconds_of_a_long_run_are_all_there() {
        let long = SimDuration::from_ps(9_007_199_254_740_993);
        assert_ne!(long.as_ps() as f64 as u64, long.as_ps(), "a binary fraction loses the last one");
        assert_eq!(serde_json::to_string(&milliseconds(long)).expect("JSON"), "9007199.254740993");
    }
}
