//! The numbers of a run by the names of the language: what results keep and what `kvs diff` compares.
//!
//! Invariant: every name is one of the metrics, so that its unit and which direction is better are known.

use std::collections::BTreeMap;

use super::number::Json;
use crate::metrics::{Distribution, Summary};
use crate::units::SimDuration;

/// The numbers of a run in the units of their names; what has no value is left out.
#[must_use]
pub fn figures(summary: &Summary) -> BTreeMap<String, Json> {
    let mut figures = BTreeMap::new();
    let mut add = |name: &str, value: Option<f64>| {
        if let Some(value) = value {
            figures.insert(name.to_owned(), Json::new(value));
        }
    };
    for (name, count) in [
        ("arrived", summary.arrived),
        ("finished", summary.finished),
        ("rejected", summary.rejected),
        ("evicted", summary.evicted),
        ("unfinished", summary.unfinished),
        ("tokens_generated", summary.tokens_generated),
        ("peak_vram_bytes", summary.peak_vram.get()),
        ("max_global_queue_depth", summary.max_global_queue_depth),
        ("retry_attempts", summary.retry_attempts),
        ("handoffs_total", summary.handoffs_total),
        ("cross_gpu_decodes", summary.cross_gpu_decodes),
    ] {
        add(name, Some(count as f64));
    }
    for (name, value) in [
        ("completion_rate", summary.completion_rate),
        ("reject_rate", summary.reject_rate),
        ("slo_attainment", summary.slo_attainment),
        ("throughput_tokens_per_sec", summary.throughput_tokens_per_sec),
        ("throughput_requests_per_sec", summary.throughput_requests_per_sec),
        ("makespan_ms", summary.makespan.map(SimDuration::as_ms_f64)),
        ("mean_vram_bytes", Some(summary.mean_vram_bytes)),
        ("gpu_utilization", summary.gpu_utilization),
        ("cost_usd", summary.cost_usd),
    ] {
        add(name, value);
    }
    for (time, distribution) in [
        ("latency", &summary.latency),
        ("ttft", &summary.ttft),
        ("tpot", &summary.tpot),
        ("queue", &summary.queue),
    ] {
        let Some(Distribution { n: _, mean_secs, min, p50, p90, p95, p99, max }) = distribution else {
            continue;
        };
        add(&format!("mean_{time}_ms"), Some(mean_secs * 1e3));
        for (statistic, value) in
            [("min", min), ("p50", p50), ("p90", p90), ("p95", p95), ("p99", p99), ("max", max)]
        {
            add(&format!("{statistic}_{time}_ms"), Some(value.as_ms_f64()));
        }
    }
    figures
}
