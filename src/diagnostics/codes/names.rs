//! E01xx: names.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] = &[
    &UNKNOWN_KEY,
    &UNKNOWN_CHOICE,
    &UNKNOWN_ARGUMENT,
    &UNDECLARED_PARAMETER,
    &UNKNOWN_MODEL,
    &UNKNOWN_GPU,
    &UNKNOWN_GROUP,
    &RESERVED_NAME,
    &UNUSED_PARAMETER,
];

pub(crate) static UNKNOWN_KEY: CodeInfo = CodeInfo {
    code: "E0101",
    summary: "an unknown key",
    explanation: "A block has a fixed set of keys; `kvs list keys` prints them all. Nothing is ever \
                  ignored, so that a misspelt key cannot leave a default in force unnoticed. Where the \
                  key belongs in another block, the message names it.",
    wrong: "gpu fast { vram 80 GB; prefil 12000 tok/s; decode 2400 tok/s }",
    right: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s }",
};

pub(crate) static UNKNOWN_CHOICE: CodeInfo = CodeInfo {
    code: "E0102",
    summary: "an unknown choice",
    explanation: "Policies, arrival processes, rates, distributions, trace formats and timings are \
                  chosen by name from a list; `kvs list policies` and its siblings print the lists \
                  with one sentence each.",
    wrong: "policy { routing power_of_two }",
    right: "policy { routing p2c }",
};

pub(crate) static UNKNOWN_ARGUMENT: CodeInfo = CodeInfo {
    code: "E0103",
    summary: "an unknown argument",
    explanation: "Each choice takes the arguments that its entry lists, as `name value` in any order \
                  after those without a name. The message lists what is allowed in this place.",
    wrong: "policy { routing p2c choises 3 }",
    right: "policy { routing p2c choices 3 }",
};

pub(crate) static UNDECLARED_PARAMETER: CodeInfo = CodeInfo {
    code: "E0104",
    summary: "an undeclared parameter",
    explanation: "A parameter is declared once with `param name = value`; from then on `$name` has its \
                  value, `--set name=value` replaces it on the command line, and a `matrix` \
                  gives it several. A parameter may use those declared before it.",
    wrong: "param n = 4
run { seed $m }",
    right: "param n = 4
run { seed $n }",
};

pub(crate) static UNKNOWN_MODEL: CodeInfo = CodeInfo {
    code: "E0105",
    summary: "an unknown model",
    explanation: "A model is defined by a `model` block or taken from the catalogue; `kvs list models` \
                  prints the catalogue.",
    wrong: "model mine extends llama_3_1_80b { kv_dtype fp8 }",
    right: "model mine extends llama_3_1_70b { kv_dtype fp8 }",
};

pub(crate) static UNKNOWN_GPU: CodeInfo = CodeInfo {
    code: "E0106",
    summary: "an unknown GPU",
    explanation: "A GPU is defined by a `gpu` block or taken from the catalogue; `kvs list gpus` \
                  prints the catalogue.",
    wrong: "gpu mine extends h100_smx { price 2 $/h }",
    right: "gpu mine extends h100_sxm { price 2 $/h }",
};

pub(crate) static UNKNOWN_GROUP: CodeInfo = CodeInfo {
    code: "E0107",
    summary: "an unknown group",
    explanation: "`gpus TYPE x N as GROUP` names a group of replicas; without `as` the group has the \
                  name of the type. Links and pools name groups.",
    wrong: "cluster {
  serves llama_3_1_8b
  gpus h100_sxm x 4 as front
  link front[0] frnt[1] bandwidth 300 GB/s latency 2 us
}",
    right: "cluster {
  serves llama_3_1_8b
  gpus h100_sxm x 4 as front
  link front[0] front[1] bandwidth 300 GB/s latency 2 us
}",
};

pub(crate) static RESERVED_NAME: CodeInfo = CodeInfo {
    code: "E0108",
    summary: "a name that is a word of the language",
    explanation: "Words of expectations (`in`, `of`, `for`, `on`, `during`, `after`, `within`, `over`, `and`, `or`, \
                  `not`, `always`, `eventually`) are reserved: an expectation could not select something with such a \
                  name.",
    wrong: "param for = 4",
    right: "param smallest = 4
run { seed $smallest }",
};

pub(crate) static UNUSED_PARAMETER: CodeInfo = CodeInfo {
    code: "E0109",
    summary: "a parameter that nothing uses",
    explanation: "A parameter takes effect where `$NAME` is written. One that is never used has none, whatever a \
                  matrix or `--set` makes of it; usually a value was left in its place.",
    wrong: "gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
trace { r1 0 500 200 }
param replicas = 4
cluster { serves tiny; gpus small x 2 }",
    right: "gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
trace { r1 0 500 200 }
param replicas = 4
cluster { serves tiny; gpus small x $replicas }",
};
