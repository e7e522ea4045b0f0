//! E00xx: text and syntax.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] = &[
    &UNEXPECTED,
    &EXPECTED_VALUE,
    &EXPECTED_NAME,
    &EXPECTED_WORD,
    &UNTERMINATED_STRING,
    &UNKNOWN_ESCAPE,
    &NUMBER_TOO_LARGE,
    &UNCLOSED_BLOCK,
    &STRAY_BRACE,
    &BRACE_ON_NEXT_LINE,
    &EXPECTED_BLOCK,
    &UNCLOSED_BRACKET,
    &UNKNOWN_ITEM,
    &OUTSIDE_BLOCK,
    &MISPLACED_ITEM,
    &MISSING_LINE_END,
    &NAME_NOT_TAKEN,
    &EXPECTED_COMPARISON,
    &CHAINED_COMPARISON,
    &MISPLACED_SUFFIX,
    &MIXED_STAGES,
    &FOREIGN_OPERATOR,
    &OTHER_LANGUAGE,
];

pub(crate) static UNEXPECTED: CodeInfo = CodeInfo {
    code: "E0001",
    summary: "something is written where nothing more can follow",
    explanation: "A statement is a key and its values, an expectation a condition; both end with their line, a `;` \
                  or the `}` of their block. What was found there fits neither. Most often it is a separator of \
                  another language, a name with characters that need quotes, or the start of the next statement.",
    wrong: "policy { routing p2c, scheduling fifo }",
    right: "policy { routing p2c; scheduling fifo }",
};

pub(crate) static EXPECTED_VALUE: CodeInfo = CodeInfo {
    code: "E0002",
    summary: "a value or a condition is missing",
    explanation: "An operator or a word needs a value after it, and the line ends or continues \
                  with something that is not a value. A value is a number with its unit, a parameter, or arithmetic on \
                  them; in expectations also a metric. Newlines end a statement except inside brackets.",
    wrong: "expect p99_latency_ms <",
    right: "expect p99_latency_ms < 800 ms",
};

pub(crate) static EXPECTED_NAME: CodeInfo = CodeInfo {
    code: "E0003",
    summary: "a name is missing",
    explanation: "What is defined or referred to here needs a name. Names are letters, digits and `_`, and do not \
                  begin with a digit; the name of a scenario is in quotes. The words of expectations (`in`, \
                  `for`, `of`, …) cannot be names there.",
    wrong: "gpu { vram 24 GB }",
    right: "gpu small { vram 24 GB }",
};

pub(crate) static EXPECTED_WORD: CodeInfo = CodeInfo {
    code: "E0004",
    summary: "a word or sign of a fixed form is missing",
    explanation: "Some forms have words of their own: `param n = 4`, `n in [1, 2]`, `over 10 s windows`, `in 60% \
                  of runs`, `during 1 min .. 2 min`. One of them was begun and not finished.",
    wrong: "param n 4",
    right: "param n = 4",
};

pub(crate) static UNTERMINATED_STRING: CodeInfo = CodeInfo {
    code: "E0005",
    summary: "an unterminated string",
    explanation: "A string begins and ends with `\"` on one line. A quote inside it is written `\\\"`, a new line `\\n`.",
    wrong: "use \"gpus.kvs",
    right: "use \"gpus.kvs\"",
};

pub(crate) static UNKNOWN_ESCAPE: CodeInfo = CodeInfo {
    code: "E0006",
    summary: "a backslash before a character that is not an escape",
    explanation: "Inside quotes the escapes are `\\\"`, `\\\\`, `\\n` and `\\t`. Paths are written with forward slashes \
                  on every system.",
    wrong: "use \"lib\\gpus.kvs\"",
    right: "use \"lib/gpus.kvs\"",
};

pub(crate) static NUMBER_TOO_LARGE: CodeInfo = CodeInfo {
    code: "E0007",
    summary: "a number is too large",
    explanation: "Numbers are held as 64-bit floating point, which ends at about 1.8e308. No quantity of a cluster \
                  comes near it.",
    wrong: "param n = 1e999",
    right: "param n = 1e9",
};

pub(crate) static UNCLOSED_BLOCK: CodeInfo = CodeInfo {
    code: "E0008",
    summary: "a block is not closed",
    explanation: "Each `{` needs its `}`. The block ended where the next item begins, or with the file, so that \
                  everything else could still be read.",
    wrong: "gpu small {\n  vram 24 GB\n\nexpect finished == 1",
    right: "gpu small {\n  vram 24 GB\n}\n\nexpect finished == 1",
};

pub(crate) static STRAY_BRACE: CodeInfo = CodeInfo {
    code: "E0009",
    summary: "a `}` closes no block",
    explanation: "There is one `}` more than `{` up to here.",
    wrong: "engine { batching phases } }",
    right: "engine { batching phases }",
};

pub(crate) static BRACE_ON_NEXT_LINE: CodeInfo = CodeInfo {
    code: "E0010",
    summary: "a `{` is not on the line of its header",
    explanation: "A newline ends a statement, so the `{` of a block is on the same line as its header.",
    wrong: "engine\n{\n  batching phases\n}",
    right: "engine {\n  batching phases\n}",
};

pub(crate) static EXPECTED_BLOCK: CodeInfo = CodeInfo {
    code: "E0011",
    summary: "a block is missing",
    explanation: "This item consists of a header and a block of statements, and the block was not found.",
    wrong: "engine batching phases",
    right: "engine { batching phases }",
};

pub(crate) static UNCLOSED_BRACKET: CodeInfo = CodeInfo {
    code: "E0012",
    summary: "a parenthesis or bracket is not closed, or a comma is missing",
    explanation: "Each `(` needs its `)` and each `[` its `]`; the elements of a list are separated by commas.",
    wrong: "matrix { n in [1 2] }",
    right: "matrix { n in [1, 2] }",
};

pub(crate) static UNKNOWN_ITEM: CodeInfo = CodeInfo {
    code: "E0013",
    summary: "a line of the file that does not begin with an item",
    explanation: "The top of a file and scenarios consist of items, each of which begins with its word: `use`, `param`, \
                  `gpu`, `model`, `cluster`, `engine`, `policy`, `workload`, `trace`, `run`, `matrix`, `scenario`, \
                  `expect`.",
    wrong: "gpuu small { vram 24 GB }",
    right: "gpu small { vram 24 GB }",
};

pub(crate) static OUTSIDE_BLOCK: CodeInfo = CodeInfo {
    code: "E0014",
    summary: "a statement is outside any block",
    explanation: "Every statement belongs to a block that says what it is about: `routing` to `policy`, `vram` to \
                  a `gpu`.",
    wrong: "routing p2c",
    right: "policy { routing p2c }",
};

pub(crate) static MISPLACED_ITEM: CodeInfo = CodeInfo {
    code: "E0015",
    summary: "an item is inside another that cannot hold it",
    explanation: "A block holds statements only, and a scenario holds what it changes: parameters, blocks, traces \
                  and expectations. Imports, matrices and scenarios belong to the file.",
    wrong: "scenario \"a\" { matrix { n in [1, 2] } }",
    right: "matrix { n in [1, 2] }\nscenario \"a\" { policy { routing p2c } }",
};

pub(crate) static MISSING_LINE_END: CodeInfo = CodeInfo {
    code: "E0016",
    summary: "something new begins on the line of something else",
    explanation: "Items and statements end with their line or a `;`, those with a block too.",
    wrong: "engine { batching phases } run { seed 1 }",
    right: "engine { batching phases }; run { seed 1 }",
};

pub(crate) static NAME_NOT_TAKEN: CodeInfo = CodeInfo {
    code: "E0017",
    summary: "a block with a name or a base that it cannot have",
    explanation: "There is one `cluster`, `engine`, `policy` and `run` in a scenario, so they have no names. Only \
                  a `gpu` or a `model` extends another.",
    wrong: "engine fast { batching phases }",
    right: "engine { batching phases }",
};

pub(crate) static EXPECTED_COMPARISON: CodeInfo = CodeInfo {
    code: "E0018",
    summary: "an expectation compares nothing",
    explanation: "A condition compares a metric with a limit: by `==`, `!=`, `<`, `<=`, `>`, `>=`, or with a range \
                  by `in a .. b`.",
    wrong: "expect p99_latency_ms",
    right: "expect p99_latency_ms < 800 ms",
};

pub(crate) static CHAINED_COMPARISON: CodeInfo = CodeInfo {
    code: "E0019",
    summary: "comparisons are chained",
    explanation: "`1 < a < 2` means different things in different languages, so it is refused. A range says it \
                  shorter, and includes its ends.",
    wrong: "expect 266 < throughput_tokens_per_sec < 267",
    right: "expect throughput_tokens_per_sec in 266 .. 267",
};

pub(crate) static MISPLACED_SUFFIX: CodeInfo = CodeInfo {
    code: "E0020",
    summary: "a word after a condition has no meaning there",
    explanation: "`within` says how long something after `eventually` may take, and each of `within` and \
                  `for` is given once after a condition.",
    wrong: "expect queue_depth == 0 within 60 s",
    right: "expect eventually queue_depth == 0 within 60 s",
};

pub(crate) static MIXED_STAGES: CodeInfo = CodeInfo {
    code: "E0021",
    summary: "stages and statements are mixed",
    explanation: "The stages of a rate are in a block of their own after `rate stages`, and nothing else is \
                  in it.",
    wrong: "workload chat { 5 min -> 20 req/s }",
    right: "workload chat { rate stages { 5 min -> 20 req/s } }",
};

pub(crate) static FOREIGN_OPERATOR: CodeInfo = CodeInfo {
    code: "E0022",
    summary: "an operator of another language",
    explanation: "Keys and values are separated by spaces, conditions are joined by `and`, `or` and `not`, \
                  comments begin with `#`.",
    wrong: "gpu small { vram = 24 GB }",
    right: "gpu small { vram 24 GB }",
};

pub(crate) static OTHER_LANGUAGE: CodeInfo = CodeInfo {
    code: "E0023",
    summary: "a file in another language",
    explanation: "A scenario is not written in YAML, TOML or JSON. It has blocks: a word, a name where there may be \
                  several, and statements in braces, one on a line or separated by `;`. Keys and values are \
                  separated by spaces. Nothing after the first line of the other language is checked.",
    wrong: "gpu:\n  name: small\n  vram: 24GB",
    right: "gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }",
};
