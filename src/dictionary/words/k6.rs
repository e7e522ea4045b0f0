//! k6: options, executors and built-in metrics (grafana.com/docs/k6, Options and Metrics reference).

use super::{item, key, metric, no_metric, nothing, value};
use crate::dictionary::{Tool::K6, Word};

pub(super) static WORDS: &[Word] = &[
    key(K6, "vus", "workload", "arrivals users 10 think exponential mean 5 s")
        .note("a closed loop: each user waits for its answer"),
    key(K6, "iterations", "workload", "requests 1000"),
    key(K6, "executor", "workload", "arrivals constant")
        .note("`arrivals users` is the executor of a number of users, `arrivals constant` with `rate` that of an arrival rate"),
    key(K6, "stages", "workload", "rate stages { 5 min -> 20 req/s; 10 min hold }"),
    key(K6, "startTime", "workload", "start 30 s"),
    key(K6, "sleep", "workload", "arrivals users 10 think constant 1 s"),
    nothing(K6, "preAllocatedVUs", "an open workload holds as many requests as arrive"),
    nothing(K6, "maxVUs", "an open workload holds as many requests as arrive"),
    nothing(K6, "timeUnit", "a rate has its unit beside it: `rate 5 req/s`, `rate 300 req/min`"),
    nothing(K6, "gracefulStop", "a run ends when every request is answered, or at `until`"),
    item(K6, "thresholds", "expect p95_latency_ms < 500 ms"),
    item(K6, "check", "expect reject_rate < 1%"),
    item(K6, "options", "run { seeds 3 }"),
    value(K6, "constant_vus", &["arrival process"], "workload", "arrivals users 10 think exponential mean 5 s"),
    value(K6, "ramping_vus", &["arrival process"], "workload", "arrivals users 10 think exponential mean 5 s")
        .note("the number of users is constant"),
    value(K6, "constant_arrival_rate", &["arrival process"], "workload", "arrivals constant"),
    value(K6, "ramping_arrival_rate", &["arrival process"], "workload", "arrivals constant")
        .note("and `rate stages { … }` for the ramp"),
    metric(K6, "http_req_duration", "p95_latency_ms"),
    metric(K6, "http_req_waiting", "p95_ttft_ms"),
    metric(K6, "http_req_failed", "reject_rate"),
    metric(K6, "http_reqs", "arrived"),
    no_metric(K6, "checks", "each `expect` is a check of its own"),
];
