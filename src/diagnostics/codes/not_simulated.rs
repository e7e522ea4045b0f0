//! E09xx: what the engine does not execute yet.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] = &[&NOT_SIMULATED];

pub(crate) static NOT_SIMULATED: CodeInfo = CodeInfo {
    code: "E0901",
    summary: "a feature that is not simulated yet",
    explanation: "The language is ahead of the engine: such a file is checked in full, and a run of \
                      the case that asks for the feature is refused rather than run without it.",
    wrong: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s }
model small { kv_bytes_per_token 128 KiB }
cluster { serves small; gpus fast x 2 tensor_parallel 2 }
trace { r1 0 100 10 }",
    right: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s }
model small { kv_bytes_per_token 128 KiB }
cluster { serves small; gpus fast x 2 }
trace { r1 0 100 10 }",
};
