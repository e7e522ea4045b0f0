//! E065x: the original simulator's files, as `kvs import` reads them.

use super::{Code, CodeInfo};

/// A key the original does not know.
pub(crate) const UNKNOWN_KEY: Code = Code("E0651");
/// More values than a line takes.
pub(crate) const LEFT_OVER: Code = Code("E0652");
/// A value out of range or of the wrong kind.
pub(crate) const WRONG_VALUE: Code = Code("E0653");
/// Fewer values than a line needs.
pub(crate) const SHORT_LINE: Code = Code("E0654");
/// An index beyond `num_gpus`.
pub(crate) const NO_SUCH_GPU: Code = Code("E0655");
/// A trace without a row.
pub(crate) const EMPTY_TRACE: Code = Code("E0656");

pub(super) static CODES: &[CodeInfo] = &[
    CodeInfo {
        code: UNKNOWN_KEY,
        summary: "an imported config has a key that the original does not know",
        explanation: "The original simulator ignored keys it did not know, so a misspelt setting had no effect and \
                      nobody was told. `kvs import` says so and goes on without the line.",
        wrong: "prefil_tps 1200",
        right: "prefill_tps 1200",
    },
    CodeInfo {
        code: LEFT_OVER,
        summary: "an imported line goes on behind its last value",
        explanation: "A config line is a key and a value, a trace line at most five cells. What follows is not imported.",
        wrong: "max_concurrent 2 4",
        right: "max_concurrent 2   # 4",
    },
    CodeInfo {
        code: WRONG_VALUE,
        summary: "an imported value is out of range or of the wrong kind",
        explanation: "The message says what the key takes. Nothing is imported while a value is in doubt.",
        wrong: "prefill_tps fast",
        right: "prefill_tps 1200",
    },
    CodeInfo {
        code: SHORT_LINE,
        summary: "an imported line has too few values",
        explanation: "The message shows the form of the line. Nothing is imported while a line is in doubt.",
        wrong: "num_gpus 2\nlink 0 1 25",
        right: "num_gpus 2\nlink 0 1 25 0.1",
    },
    CodeInfo {
        code: NO_SUCH_GPU,
        summary: "an imported line names a GPU beyond `num_gpus`",
        explanation: "GPUs are numbered from 0 to `num_gpus` - 1.",
        wrong: "num_gpus 2\ngpu 2 vram_bytes 16000000000",
        right: "num_gpus 3\ngpu 2 vram_bytes 16000000000",
    },
    CodeInfo {
        code: EMPTY_TRACE,
        summary: "an imported trace holds no request",
        explanation: "A scenario needs something that arrives.",
        wrong: "# id arrival_ms prompt gen streaming",
        right: "req1 0 500 200 0",
    },
];
