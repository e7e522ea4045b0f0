//! vLLM: arguments of `vllm serve` (docs.vllm.ai, Engine Arguments) and metrics of `/metrics` (docs/design/metrics.md).

use super::{key, metric, no_metric, no_value, nothing, value};
use crate::dictionary::{Tool::Vllm, Word};

pub(super) static WORDS: &[Word] = &[
    key(Vllm, "max_num_seqs", "engine", "max_batch 256"),
    key(Vllm, "max_num_batched_tokens", "engine", "max_batch_tokens 2048"),
    key(Vllm, "gpu_memory_utilization", "engine", "kv_memory 90%")
        .note("the share that weights and cache may take together"),
    key(Vllm, "kv_cache_dtype", "model", "kv_dtype fp8"),
    key(Vllm, "num_gpu_blocks_override", "engine", "kv_blocks 4000"),
    key(Vllm, "enable_prefix_caching", "engine", "prefix_cache on"),
    key(Vllm, "no_enable_prefix_caching", "engine", "prefix_cache off"),
    key(Vllm, "enable_chunked_prefill", "engine", "max_batch_tokens 2048")
        .note("prompts are always prefilled in chunks, bounded by this number of tokens"),
    key(Vllm, "async_scheduling", "engine", "schedule_ahead 1"),
    key(Vllm, "scheduling_policy", "policy", "scheduling priority"),
    key(Vllm, "tensor_parallel_size", "cluster", "gpus h100_sxm x 2 tensor_parallel 2"),
    key(Vllm, "data_parallel_size", "cluster", "gpus h100_sxm x 2")
        .note("each replica has a scheduler of its own"),
    key(Vllm, "quantization", "model", "dtype fp8"),
    key(Vllm, "served_model_name", "cluster", "serves llama_3_1_8b"),
    key(Vllm, "preemption_mode", "policy", "preemption recompute"),
    nothing(Vllm, "pipeline_parallel_size", "pipelines of layers are not modelled; `tensor_parallel` is"),
    nothing(Vllm, "enable_expert_parallel", "experts are spread over the GPUs of `tensor_parallel`"),
    nothing(Vllm, "max_model_len", "prompts and outputs are as long as the workload says"),
    nothing(Vllm, "swap_space", "a preempted request is recomputed, never swapped to the host"),
    nothing(Vllm, "cpu_offload_gb", "weights and caches stay on the GPU"),
    nothing(Vllm, "kv_offloading_size", "caches stay on the GPU"),
    nothing(Vllm, "enforce_eager", "launch overheads are part of `timing roofline`"),
    nothing(Vllm, "speculative_config", "speculative decoding is not modelled"),
    nothing(Vllm, "long_prefill_token_threshold", "chunks are bounded by `max_batch_tokens` alone"),
    nothing(Vllm, "enable_lora", "adapters are not modelled"),
    value(Vllm, "fcfs", &["scheduling policy"], "policy", "scheduling fifo"),
    value(Vllm, "bfloat16", &["dtype", "kv_dtype", "expert_dtype"], "model", "dtype bf16"),
    value(Vllm, "float16", &["dtype", "kv_dtype", "expert_dtype"], "model", "dtype bf16")
        .note("of 16 bits too, and as fast"),
    value(Vllm, "half", &["dtype", "kv_dtype", "expert_dtype"], "model", "dtype bf16")
        .note("of 16 bits too, and as fast"),
    value(Vllm, "fp8_e4m3", &["dtype", "kv_dtype", "expert_dtype"], "model", "dtype fp8"),
    value(Vllm, "fp8_e5m2", &["dtype", "kv_dtype", "expert_dtype"], "model", "dtype fp8"),
    value(Vllm, "awq", &["dtype", "kv_dtype", "expert_dtype"], "model", "dtype int4"),
    value(Vllm, "gptq", &["dtype", "kv_dtype", "expert_dtype"], "model", "dtype int4")
        .note("where its weights are of 4 bits"),
    no_value(
        Vllm,
        "float32",
        &["dtype", "kv_dtype", "expert_dtype"],
        "values are stored as `bf16`, `fp8`, `int8` or `int4`",
    ),
    value(Vllm, "swap", &["preemption"], "policy", "preemption recompute")
        .note("a preempted request is recomputed, never swapped to the host"),
    metric(Vllm, "num_requests_running", "mean_batch_size"),
    metric(Vllm, "num_requests_waiting", "max_queue_depth"),
    metric(Vllm, "kv_cache_usage_perc", "max_kv_utilization"),
    metric(Vllm, "gpu_cache_usage_perc", "max_kv_utilization"),
    metric(Vllm, "prefix_cache_hits", "prefix_token_hit_rate"),
    metric(Vllm, "prefix_cache_hit_rate", "prefix_token_hit_rate"),
    metric(Vllm, "num_preemptions_total", "preemptions"),
    metric(Vllm, "num_preemptions", "preemptions"),
    metric(Vllm, "generation_tokens_total", "tokens_generated"),
    metric(Vllm, "generation_tokens", "tokens_generated"),
    metric(Vllm, "request_success_total", "finished"),
    metric(Vllm, "request_success", "finished"),
    no_metric(Vllm, "prompt_tokens_total", "prompt tokens are as many as the workload draws"),
    no_metric(Vllm, "num_requests_swapped", "requests are recomputed, never swapped"),
];
