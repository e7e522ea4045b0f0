//! TensorRT-LLM: `LlmArgs`, `KvCacheConfig` and `SchedulerConfig` of its LLM API.

use super::{key, nothing};
use crate::dictionary::{Tool::TensorRtLlm, Word};

pub(super) static WORDS: &[Word] = &[
    key(TensorRtLlm, "max_batch_size", "engine", "max_batch 256"),
    key(TensorRtLlm, "max_num_tokens", "engine", "max_batch_tokens 2048"),
    key(TensorRtLlm, "tokens_per_block", "engine", "block_size 32"),
    key(TensorRtLlm, "free_gpu_memory_fraction", "engine", "kv_memory 90%")
        .note("here the share is of all memory and covers the weights too"),
    key(TensorRtLlm, "kv_cache_free_gpu_mem_fraction", "engine", "kv_memory 90%")
        .note("here the share is of all memory and covers the weights too"),
    key(TensorRtLlm, "enable_block_reuse", "engine", "prefix_cache on"),
    key(TensorRtLlm, "tp", "cluster", "gpus h100_sxm x 2 tensor_parallel 2"),
    nothing(
        TensorRtLlm,
        "capacity_scheduler_policy",
        "requests are admitted when their prompt fits and preempted where memory ends, as under MAX_UTILIZATION",
    ),
    nothing(TensorRtLlm, "max_input_len", "prompts are as long as the workload says"),
    nothing(TensorRtLlm, "max_seq_len", "prompts and outputs are as long as the workload says"),
    nothing(TensorRtLlm, "max_beam_width", "each request has one sequence"),
    nothing(TensorRtLlm, "host_cache_size", "caches stay on the GPU"),
    nothing(TensorRtLlm, "moe_expert_parallel_size", "experts are spread over the GPUs of `tensor_parallel`"),
];
