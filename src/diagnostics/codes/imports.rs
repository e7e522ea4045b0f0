//! E065x: the original simulator's files, as `kvs import` reads them.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] =
    &[&UNKNOWN_KEY, &LEFT_OVER, &WRONG_VALUE, &SHORT_LINE, &NO_SUCH_GPU, &EMPTY_TRACE];

pub(crate) static UNKNOWN_KEY: CodeInfo = CodeInfo {
    code: "E0651",
    summary: "an imported config has a key that the original does not know",
    explanation: "The original simulator ignored keys it did not know, so a misspelt setting had no effect and \
                  said nothing about it. `kvs import` says so and continues without the line.",
    wrong: "prefil_tps 1200",
    right: "prefill_tps 1200",
};

pub(crate) static LEFT_OVER: CodeInfo = CodeInfo {
    code: "E0652",
    summary: "an imported line continues after its last value",
    explanation: "A config line is a key and a value, a trace line at most five cells. What follows is not imported.",
    wrong: "max_concurrent 2 4",
    right: "max_concurrent 2   # 4",
};

pub(crate) static WRONG_VALUE: CodeInfo = CodeInfo {
    code: "E0653",
    summary: "an imported value is out of range or of the wrong kind",
    explanation: "The message says what the key takes. Nothing is imported while a value is in doubt.",
    wrong: "prefill_tps fast",
    right: "prefill_tps 1200",
};

pub(crate) static SHORT_LINE: CodeInfo = CodeInfo {
    code: "E0654",
    summary: "an imported line has too few values",
    explanation: "The message shows the form of the line. Nothing is imported while a line is in doubt.",
    wrong: "num_gpus 2\nlink 0 1 25",
    right: "num_gpus 2\nlink 0 1 25 0.1",
};

pub(crate) static NO_SUCH_GPU: CodeInfo = CodeInfo {
    code: "E0655",
    summary: "an imported line names a GPU beyond `num_gpus`",
    explanation: "GPUs are numbered from 0 to `num_gpus` - 1.",
    wrong: "num_gpus 2\ngpu 2 vram_bytes 16000000000",
    right: "num_gpus 3\ngpu 2 vram_bytes 16000000000",
};

pub(crate) static EMPTY_TRACE: CodeInfo = CodeInfo {
    code: "E0656",
    summary: "an imported trace holds no request",
    explanation: "A scenario needs something that arrives.",
    wrong: "# id arrival_ms prompt gen streaming",
    right: "req1 0 500 200 0",
};
