//! Prometheus: functions of PromQL, fields of alerting rules, and metrics of usual exporters.

use super::{item, key, metric, no_metric};
use crate::dictionary::{Tool::Prometheus, Word};

pub(super) static WORDS: &[Word] = &[
    item(Prometheus, "alert", "expect p99_ttft_ms < 800 ms"),
    item(Prometheus, "expr", "expect p99_ttft_ms < 800 ms"),
    item(Prometheus, "record", "expect p99_ttft_ms < 800 ms"),
    key(Prometheus, "scrape_interval", "run", "sample_every 15 s").note("the grid of `timeseries.csv`"),
    key(Prometheus, "evaluation_interval", "run", "sample_every 15 s").note("the grid of `timeseries.csv`"),
    metric(Prometheus, "histogram_quantile", "p99_ttft_ms").note("a percentile is part of a metric's name"),
    metric(Prometheus, "avg_over_time", "mean_queue_depth")
        .note("a mean over time is part of a metric's name"),
    metric(Prometheus, "max_over_time", "max_queue_depth")
        .note("a maximum over time is part of a metric's name"),
    metric(Prometheus, "rate", "throughput_requests_per_sec"),
    metric(Prometheus, "irate", "throughput_requests_per_sec"),
    metric(Prometheus, "increase", "finished"),
    metric(Prometheus, "http_requests_total", "arrived"),
    metric(Prometheus, "DCGM_FI_DEV_GPU_UTIL", "gpu_utilization"),
    metric(Prometheus, "DCGM_FI_DEV_FB_USED", "max_vram_bytes"),
    no_metric(Prometheus, "up", "GPUs neither fail nor restart during a run"),
];
