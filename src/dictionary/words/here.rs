//! Words of this language where they do not belong: arguments written as keys.

use super::key;
use crate::dictionary::{Tool::Here, Word};

pub(super) static WORDS: &[Word] = &[
    key(Here, "tensor_parallel", "cluster", "gpus h100_sxm x 2 tensor_parallel 2")
        .note("`tensor_parallel` is an argument of `gpus`"),
    key(Here, "model", "cluster", "serves llama_3_1_8b").note("a cluster names its model with `serves`"),
    key(Here, "think", "workload", "arrivals users 10 think exponential mean 5 s")
        .note("`think` is an argument of `arrivals users` and of `session`"),
    key(Here, "turns", "workload", "session { turns geometric mean 4; think exponential mean 20 s }")
        .note("`turns` is an argument of `session`"),
    key(Here, "ttft", "workload", "slo ttft 500 ms").note("`ttft` is an argument of `slo`"),
    key(Here, "tpot", "workload", "slo tpot 50 ms").note("`tpot` is an argument of `slo`"),
    key(Here, "load_cap", "policy", "routing prefix_aware load_cap 1.25")
        .note("`load_cap` is an argument of `routing prefix_aware`"),
    key(Here, "handoff_weight", "policy", "decode_routing load_and_handoff handoff_weight 0.5")
        .note("`handoff_weight` is an argument of `decode_routing load_and_handoff`"),
];
