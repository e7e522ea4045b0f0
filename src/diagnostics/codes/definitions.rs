//! E03xx: GPUs, models, clusters, policies.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] = &[
    &DUPLICATE_KEY,
    &DUPLICATE_DEFINITION,
    &MISSING_STATEMENT,
    &CIRCULAR_EXTENDS,
    &MISSING_VALUE,
    &DUPLICATE_ARGUMENT,
    &EXTRA_INPUT,
    &KEY_OF_OTHER_BATCHING,
    &MISSING_GPU_FIGURES,
    &INDEX_OUT_OF_RANGE,
    &INCOMPLETE_REPLICA,
    &TOO_MANY_GPUS,
    &LINK_TO_ITSELF,
    &UNKNOWN_CACHE_SIZE,
    &INCOMPLETE_POOLS,
    &UNKNOWN_ARCHITECTURE,
    &MODEL_DOES_NOT_FIT,
    &HEADS_NOT_DIVISIBLE,
    &UNLINKED_GPUS,
    &UNUSED_LINK,
    &FASTER_THAN_HARDWARE,
    &POLICY_WITHOUT_EFFECT,
];

pub(crate) static DUPLICATE_KEY: CodeInfo = CodeInfo {
    code: "E0301",
    summary: "a key that is set twice",
    explanation: "A key is given once per block, except `gpus`, `link`, `pool` and `expect`: which of \
                  two values was meant is unknown. A scenario does replace a statement of the \
                  file, and its `param` that of the file, but not one whose values come from `matrix`. \
                  Some keys exclude each other.",
    wrong: "policy { max_queue 64; max_queue 32 }",
    right: "policy { max_queue 64 }",
};

pub(crate) static DUPLICATE_DEFINITION: CodeInfo = CodeInfo {
    code: "E0302",
    summary: "something that is defined twice",
    explanation: "GPUs, models, workloads, traces, groups, parameters and scenarios each have a name \
                  of their own in a file and what it uses; `cluster`, `engine`, `policy`, `run` and \
                  `matrix` are given once. A block in a scenario changes the file's block of the same \
                  name.",
    wrong: "param n = 4
param n = 8",
    right: "param n = 4
param m = 8",
};

pub(crate) static MISSING_STATEMENT: CodeInfo = CodeInfo {
    code: "E0303",
    summary: "a missing statement",
    explanation: "The block, or the file, lacks something that has no default.",
    wrong: "gpu fast { prefill 12000 tok/s; decode 2400 tok/s }",
    right: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s }",
};

pub(crate) static CIRCULAR_EXTENDS: CodeInfo = CodeInfo {
    code: "E0304",
    summary: "a definition that extends itself",
    explanation: "`extends` inherits the statements of another GPU or model, which may extend a \
                  third; in a circle none of them defines anything.",
    wrong: "gpu a extends b { vram 80 GB }
gpu b extends a { prefill 12000 tok/s }",
    right: "gpu a { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s }
gpu b extends a { prefill 9000 tok/s }",
};

pub(crate) static MISSING_VALUE: CodeInfo = CodeInfo {
    code: "E0305",
    summary: "a missing value",
    explanation: "Something has to follow: the value of a key, the name of a choice, an argument that \
                  has no default.",
    wrong: "cluster { serves llama_3_1_8b; gpus h100_sxm }",
    right: "cluster { serves llama_3_1_8b; gpus h100_sxm x 4 }",
};

pub(crate) static DUPLICATE_ARGUMENT: CodeInfo = CodeInfo {
    code: "E0306",
    summary: "an argument that is given twice",
    explanation: "Which of the two values was meant is unknown.",
    wrong: "policy { routing p2c choices 2 choices 3 }",
    right: "policy { routing p2c choices 3 }",
};

pub(crate) static EXTRA_INPUT: CodeInfo = CodeInfo {
    code: "E0307",
    summary: "something extra after a statement",
    explanation: "The statement was complete before it; nothing is ever ignored. Two statements on a line are \
                  separated by `;`.",
    wrong: "policy { max_queue 64 32 }",
    right: "policy { max_queue 64 }",
};

pub(crate) static KEY_OF_OTHER_BATCHING: CodeInfo = CodeInfo {
    code: "E0308",
    summary: "a key of the other batching",
    explanation: "`batching phases` runs on throughput figures, `batching continuous` on a model and \
                  hardware figures; most keys of how work is executed belong to one of them, and would have no effect in the other.",
    wrong: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s }
model small { kv_bytes_per_token 128 KiB }
cluster { serves small; gpus fast x 1 }
engine { max_batch 8 }
trace { r1 0 100 10 }",
    right: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s; max_concurrent 8 }
model small { kv_bytes_per_token 128 KiB }
cluster { serves small; gpus fast x 1 }
trace { r1 0 100 10 }",
};

pub(crate) static MISSING_GPU_FIGURES: CodeInfo = CodeInfo {
    code: "E0309",
    summary: "missing figures of a GPU",
    explanation: "`batching phases` needs `prefill` and `decode`, `batching continuous` needs \
                  `bandwidth` and `compute`; a GPU has one pair or both, and all GPUs of a cluster run \
                  the same batching.",
    wrong: "gpu fast { vram 80 GB; prefill 12000 tok/s }",
    right: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s }",
};

pub(crate) static INDEX_OUT_OF_RANGE: CodeInfo = CodeInfo {
    code: "E0310",
    summary: "an index out of range",
    explanation: "The replicas of a group of n are `group[0]` to `group[n-1]`; with `tensor_parallel \
                  T` there are n / T of them.",
    wrong: "cluster {
  serves llama_3_1_8b
  gpus h100_sxm x 4
  link h100_sxm[0] h100_sxm[4] latency 2 us
}",
    right: "cluster {
  serves llama_3_1_8b
  gpus h100_sxm x 4
  link h100_sxm[0] h100_sxm[3] latency 2 us
}",
};

pub(crate) static INCOMPLETE_REPLICA: CodeInfo = CodeInfo {
    code: "E0311",
    summary: "GPUs that do not add up to whole replicas",
    explanation: "`tensor_parallel T` joins T GPUs into one replica, so the number of GPUs is a multiple of \
                  T.",
    wrong: "cluster { serves llama_3_1_70b; gpus h100_sxm x 6 tensor_parallel 4 }",
    right: "cluster { serves llama_3_1_70b; gpus h100_sxm x 8 tensor_parallel 4 }",
};

pub(crate) static TOO_MANY_GPUS: CodeInfo = CodeInfo {
    code: "E0312",
    summary: "too many GPUs",
    explanation: "A cluster has at most 100,000 GPUs.",
    wrong: "cluster { serves llama_3_1_8b; gpus h100_sxm x 1_000_000 }",
    right: "cluster { serves llama_3_1_8b; gpus h100_sxm x 100_000 }",
};

pub(crate) static LINK_TO_ITSELF: CodeInfo = CodeInfo {
    code: "E0314",
    summary: "a link from a replica to itself",
    explanation: "A link joins two replicas. A group named alone, or twice, is joined within itself: \
                  each of its replicas with each other.",
    wrong: "cluster { serves llama_3_1_8b; gpus h100_sxm x 4; link h100_sxm[1] h100_sxm[1] }",
    right: "cluster { serves llama_3_1_8b; gpus h100_sxm x 4; link h100_sxm[1] h100_sxm[2] }",
};

pub(crate) static UNKNOWN_CACHE_SIZE: CodeInfo = CodeInfo {
    code: "E0315",
    summary: "a model of unknown cache size",
    explanation: "The KV bytes of a token are given by `kv_bytes_per_token` in bf16, or follow from \
                  `layers`, `kv_heads` and `head_dim` (with latent attention from `layers`, \
                  `kv_lora_rank` and `rope_head_dim`); `kv_dtype` then compresses them.",
    wrong: "model small { layers 32 }",
    right: "model small { layers 32; kv_heads 8; head_dim 128 }",
};

pub(crate) static INCOMPLETE_POOLS: CodeInfo = CodeInfo {
    code: "E0316",
    summary: "incomplete pools",
    explanation: "With pools some groups only prefill and some only decode: both kinds are needed, every \
                  group is in one of them, and links lead from each prefill replica to a decode replica \
                  and to each decode replica from a prefill replica.",
    wrong: "cluster { serves llama_3_1_8b; gpus h100_sxm x 4; pool prefill h100_sxm }",
    right: "cluster {
  serves llama_3_1_8b
  gpus h100_sxm x 2 as front
  gpus h100_sxm x 2 as back
  pool prefill front
  pool decode back
}",
};

pub(crate) static UNKNOWN_ARCHITECTURE: CodeInfo = CodeInfo {
    code: "E0317",
    summary: "a model of unknown architecture",
    explanation: "Under `batching continuous` the cost of a step follows from the model's \
                  architecture: `layers`, `hidden`, `heads`, `vocab` and `intermediate`.",
    wrong: "model small { kv_bytes_per_token 128 KiB }
cluster { serves small; gpus h100_sxm x 1 }
trace { r1 0 100 10 }",
    right: "model small extends llama_3_1_8b { kv_bytes_per_token 128 KiB }
cluster { serves small; gpus h100_sxm x 1 }
trace { r1 0 100 10 }",
};

pub(crate) static MODEL_DOES_NOT_FIT: CodeInfo = CodeInfo {
    code: "E0318",
    summary: "a model that does not fit on its GPUs",
    explanation: "Under `batching continuous` each GPU of a replica holds its part of the weights, a reserve for \
                  activations and the runtime, and in what is left of `kv_memory` the cache, which needs room for \
                  one block at least. `tensor_parallel T` shares the weights out over T GPUs; `dtype` stores them \
                  in fewer bits.",
    wrong: "cluster { serves llama_3_1_70b; gpus h100_sxm x 4 }
trace { r1 0 100 10 }",
    right: "cluster { serves llama_3_1_70b; gpus h100_sxm x 4 tensor_parallel 4 }
trace { r1 0 100 10 }",
};

pub(crate) static HEADS_NOT_DIVISIBLE: CodeInfo = CodeInfo {
    code: "E0319",
    summary: "heads that cannot be divided among the GPUs of a replica",
    explanation: "Tensor parallelism gives each GPU of a replica the same number of query heads, so \
                  `tensor_parallel` divides the model's `heads`. Key and value heads are kept by several GPUs \
                  where there are fewer of them.",
    wrong: "cluster { serves llama_3_1_8b; gpus h100_sxm x 3 tensor_parallel 3 }
trace { r1 0 100 10 }",
    right: "cluster { serves llama_3_1_8b; gpus h100_sxm x 4 tensor_parallel 4 }
trace { r1 0 100 10 }",
};

pub(crate) static UNLINKED_GPUS: CodeInfo = CodeInfo {
    code: "E0320",
    summary: "GPUs of a replica without a link between them",
    explanation: "Tensor parallelism does two all-reduces per layer over the GPUs of a replica. They are joined by a link within \
                  the group (`link GROUP bandwidth … latency …`), the `link_bandwidth` of the GPU type, or \
                  `link default`; one of these is needed.",
    wrong: "gpu mine { vram 80 GB; bandwidth 3 TB/s; compute 900 TFLOPS }
cluster { serves llama_3_1_8b; gpus mine x 4 tensor_parallel 4 }
trace { r1 0 100 10 }",
    right: "gpu mine { vram 80 GB; bandwidth 3 TB/s; compute 900 TFLOPS; link_bandwidth 64 GB/s }
cluster { serves llama_3_1_8b; gpus mine x 4 tensor_parallel 4 }
trace { r1 0 100 10 }",
};

pub(crate) static UNUSED_LINK: CodeInfo = CodeInfo {
    code: "E0321",
    summary: "a link that nothing uses (a note)",
    explanation: "Under `batching continuous` caches move between a prefill pool and a decode pool, and all-reduces of \
                  tensor parallelism use a link within the whole group, or `link default` where the GPU type has no \
                  `link_bandwidth`. Any other link has no effect.",
    wrong: "cluster { serves llama_3_1_8b; gpus h100_sxm x 4; link h100_sxm bandwidth 1 GB/s latency 1 ms }
trace { r1 0 100 10 }",
    right: "cluster { serves llama_3_1_8b; gpus h100_sxm x 4 tensor_parallel 4; link h100_sxm bandwidth 64 GB/s latency 5 us }
trace { r1 0 100 10 }",
};

pub(crate) static FASTER_THAN_HARDWARE: CodeInfo = CodeInfo {
    code: "E0322",
    summary: "a lone request decodes faster than on any hardware (a note)",
    explanation: "`decode` is what a GPU generates for a full batch, and without `decode_per_request` a request that \
                  decodes alone gets all of it. No hardware does that: each token reads the model's weights once, \
                  from memory of at most 8 TB/s. If the weights are not known, the rate is compared with the \
                  fastest that was reported of any hardware, about 3000 tok/s. A rate of 100,000 tok/s or more is taken \
                  to mean that decoding takes no time.",
    wrong: "gpu worker { vram 48 GB; prefill 9000 tok/s; decode 2600 tok/s }
cluster { serves llama_3_1_8b; gpus worker x 1 }
trace { r1 0 100 10 }",
    right: "gpu worker { vram 48 GB; prefill 9000 tok/s; decode 2600 tok/s; decode_per_request 45 tok/s }
cluster { serves llama_3_1_8b; gpus worker x 1 }
trace { r1 0 100 10 }",
};

pub(crate) static POLICY_WITHOUT_EFFECT: CodeInfo = CodeInfo {
    code: "E0323",
    summary: "a policy that changes nothing (a note)",
    explanation: "`scheduling fair` shares between workloads, `scheduling priority` prefers those with a higher \
                  `priority`, and `routing prefix_aware` compares how much of a prompt each replica has in its cache. \
                  With a single workload, with equal priorities, or if no two prompts begin with the same tokens, \
                  results are those of a simpler policy.",
    wrong: "cluster { serves llama_3_1_8b; gpus h100_sxm x 2 }
policy { scheduling fair }
trace { r1 0 100 10 }",
    right: "cluster { serves llama_3_1_8b; gpus h100_sxm x 2 }
policy { scheduling fair }
trace interactive { r1 0 100 10 }
trace batch { r1 0 100 10 }",
};
