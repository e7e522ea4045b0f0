//! Benchmarks of inference servers: `vllm bench serve`, GuideLLM, AIPerf and GenAI-Perf, inference-perf, Locust, Vegeta.

use super::{key, metric, no_metric, nothing, value};
use crate::dictionary::{Tool::LoadTests, Word};

pub(super) static WORDS: &[Word] = &[
    key(LoadTests, "request_rate", "workload", "rate 5 req/s"),
    key(LoadTests, "qps", "workload", "rate 5 req/s"),
    key(LoadTests, "rps", "workload", "rate 5 req/s"),
    key(LoadTests, "arrival_rate", "workload", "rate 5 req/s"),
    key(LoadTests, "concurrency", "workload", "arrivals users 10 think constant 0 s")
        .note("each user sends its next request when the last one is answered"),
    key(LoadTests, "max_concurrency", "workload", "arrivals users 10 think constant 0 s")
        .note("each user sends its next request when the last one is answered"),
    key(LoadTests, "users", "workload", "arrivals users 10 think exponential mean 5 s"),
    key(LoadTests, "num_users", "workload", "arrivals users 10 think exponential mean 5 s"),
    key(LoadTests, "spawn_rate", "workload", "rate 5 req/s")
        .note("the users of a closed loop are all there from its start"),
    key(LoadTests, "wait_time", "workload", "arrivals users 10 think exponential mean 5 s"),
    key(LoadTests, "num_prompts", "workload", "requests 1000"),
    key(LoadTests, "num_requests", "workload", "requests 1000"),
    key(LoadTests, "request_count", "workload", "requests 1000"),
    key(LoadTests, "max_requests", "workload", "requests 1000"),
    key(LoadTests, "n_requests", "workload", "requests 1000"),
    key(LoadTests, "max_seconds", "workload", "duration 60 s"),
    key(LoadTests, "benchmark_duration", "workload", "duration 60 s"),
    key(LoadTests, "run_time", "workload", "duration 60 s"),
    key(LoadTests, "test_duration", "workload", "duration 60 s"),
    key(LoadTests, "input", "workload", "prompt constant 500"),
    key(LoadTests, "input_len", "workload", "prompt constant 500"),
    key(LoadTests, "input_tokens", "workload", "prompt constant 500"),
    key(LoadTests, "isl", "workload", "prompt constant 500"),
    key(LoadTests, "prompt_tokens", "workload", "prompt constant 500"),
    key(LoadTests, "prompt_len", "workload", "prompt constant 500"),
    key(LoadTests, "random_input_len", "workload", "prompt constant 500"),
    key(LoadTests, "synthetic_input_tokens_mean", "workload", "prompt constant 500"),
    key(LoadTests, "output_len", "workload", "output constant 200"),
    key(LoadTests, "output_tokens", "workload", "output constant 200"),
    key(LoadTests, "osl", "workload", "output constant 200"),
    key(LoadTests, "max_tokens", "workload", "output constant 200")
        .note("here it is how many tokens a request generates, not a limit"),
    key(LoadTests, "max_new_tokens", "workload", "output constant 200")
        .note("here it is how many tokens a request generates, not a limit"),
    key(LoadTests, "random_output_len", "workload", "output constant 200"),
    key(LoadTests, "output_tokens_mean", "workload", "output constant 200"),
    key(LoadTests, "random_prefix_len", "workload", "prefix_group 256"),
    key(LoadTests, "shared_prefix", "workload", "prefix_group 256"),
    key(LoadTests, "system_prompt_len", "workload", "prefix_group 256"),
    key(LoadTests, "num_prefix_prompts", "workload", "prefix_pool 20 tokens 1200"),
    key(LoadTests, "profile", "workload", "arrivals poisson"),
    key(LoadTests, "burstiness", "workload", "arrivals gamma burstiness 0.5"),
    key(LoadTests, "goodput", "workload", "slo ttft 500 ms tpot 50 ms")
        .note("the metric `goodput` counts requests that meet it"),
    key(LoadTests, "dataset", "trace", "format vllm")
        .note("of a file: `trace chat from \"bench.json\" { format vllm }`"),
    key(LoadTests, "num_turns", "workload", "session { turns constant 4; think exponential mean 20 s }"),
    key(
        LoadTests,
        "conversation_turn_mean",
        "workload",
        "session { turns geometric mean 4; think exponential mean 20 s }",
    ),
    key(LoadTests, "warmup_duration", "run", "warmup 30 s"),
    key(LoadTests, "warmup_time", "run", "warmup 30 s"),
    nothing(LoadTests, "warmup_requests", "a warm-up is a time: `run { warmup 30 s }`"),
    nothing(
        LoadTests,
        "request_timeout",
        "a request that runs is never cancelled; `queue_timeout` of `policy` bounds how long it may wait",
    ),
    nothing(LoadTests, "temperature", "tokens are counted, never sampled"),
    nothing(LoadTests, "url", "nothing is sent anywhere: a run is simulated"),
    nothing(LoadTests, "host", "nothing is sent anywhere: a run is simulated"),
    value(LoadTests, "normal", &["distribution"], "workload", "prompt lognormal median 500 p95 1500")
        .note("there is no `normal` distribution, since lengths are positive"),
    value(LoadTests, "gaussian", &["distribution"], "workload", "prompt lognormal median 500 p95 1500")
        .note("there is no `gaussian` distribution, since lengths are positive"),
    value(LoadTests, "fixed", &["distribution"], "workload", "prompt constant 500"),
    value(LoadTests, "concurrent", &["arrival process"], "workload", "arrivals users 10 think constant 0 s"),
    value(LoadTests, "concurrency", &["arrival process"], "workload", "arrivals users 10 think constant 0 s"),
    value(
        LoadTests,
        "closed",
        &["arrival process"],
        "workload",
        "arrivals users 10 think exponential mean 5 s",
    ),
    value(LoadTests, "exponential", &["arrival process"], "workload", "arrivals poisson")
        .note("its gaps are exponential"),
    value(LoadTests, "random", &["arrival process"], "workload", "arrivals poisson"),
    value(LoadTests, "uniform", &["arrival process"], "workload", "arrivals constant"),
    metric(LoadTests, "output_token_throughput", "throughput_tokens_per_sec"),
    metric(LoadTests, "request_goodput", "goodput"),
    metric(LoadTests, "completed", "finished"),
    metric(LoadTests, "num_failures", "rejected"),
    metric(LoadTests, "successful_requests", "finished"),
    metric(LoadTests, "total_output_tokens", "tokens_generated"),
    no_metric(LoadTests, "std_ttft_ms", "standard deviations are not reported; percentiles are"),
    no_metric(LoadTests, "total_input_tokens", "prompt tokens are as many as the workload draws"),
];
