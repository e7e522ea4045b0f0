//! SGLang: server arguments (docs/advanced_features/server_arguments.md), policies of its gateway, and metrics.

use super::{key, metric, no_value, nothing, value};
use crate::dictionary::{Tool::Sglang, Word};

pub(super) static WORDS: &[Word] = &[
    key(Sglang, "mem_fraction_static", "engine", "kv_memory 90%")
        .note("the share that weights and cache may take together"),
    key(Sglang, "max_running_requests", "engine", "max_batch 256"),
    key(Sglang, "max_queued_requests", "policy", "max_queue 1000"),
    key(Sglang, "chunked_prefill_size", "engine", "max_batch_tokens 2048")
        .note("decodes count among these tokens too"),
    key(Sglang, "max_prefill_tokens", "engine", "max_batch_tokens 2048")
        .note("decodes count among these tokens too"),
    key(Sglang, "page_size", "engine", "block_size 16"),
    key(Sglang, "schedule_policy", "policy", "scheduling fifo"),
    key(Sglang, "disable_radix_cache", "engine", "prefix_cache off"),
    key(Sglang, "disable_overlap_schedule", "engine", "schedule_ahead 0"),
    key(Sglang, "enable_priority_scheduling", "policy", "scheduling priority"),
    key(Sglang, "radix_eviction_policy", "engine", "prefix_cache on")
        .note("the least recently used blocks are always evicted first"),
    key(Sglang, "tp_size", "cluster", "gpus h100_sxm x 2 tensor_parallel 2"),
    key(Sglang, "dp_size", "cluster", "gpus h100_sxm x 2"),
    key(Sglang, "model_path", "cluster", "serves llama_3_1_8b"),
    key(Sglang, "random_seed", "run", "seed 1"),
    key(Sglang, "disaggregation_mode", "cluster", "pool prefill h100_sxm"),
    nothing(Sglang, "max_total_tokens", "write the cache in blocks: `kv_blocks`"),
    nothing(Sglang, "context_length", "prompts and outputs are as long as the workload says"),
    nothing(Sglang, "schedule_conservativeness", "a request is admitted when its prompt fits"),
    nothing(Sglang, "pp_size", "pipelines of layers are not modelled; `tensor_parallel` is"),
    nothing(Sglang, "ep_size", "experts are spread over the GPUs of `tensor_parallel`"),
    nothing(Sglang, "enable_hierarchical_cache", "caches stay on the GPU"),
    value(Sglang, "cache_aware", &["routing policy"], "policy", "routing prefix_aware"),
    value(Sglang, "power_of_two", &["routing policy"], "policy", "routing p2c"),
    no_value(
        Sglang,
        "lpm",
        &["scheduling policy"],
        "requests are not ordered by their cached prefix; `routing prefix_aware` places them by it",
    ),
    no_value(Sglang, "dfs_weight", &["scheduling policy"], "requests are not ordered by their cached prefix"),
    no_value(
        Sglang,
        "lof",
        &["scheduling policy"],
        "there is no order by output length; `shortest_remaining` goes by prompt and output",
    ),
    metric(Sglang, "num_running_reqs", "mean_batch_size"),
    metric(Sglang, "num_queue_reqs", "max_queue_depth"),
    metric(Sglang, "token_usage", "max_kv_utilization"),
    metric(Sglang, "cache_hit_rate", "prefix_token_hit_rate"),
    metric(Sglang, "gen_throughput", "throughput_tokens_per_sec"),
];
