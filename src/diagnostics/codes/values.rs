//! E02xx: values and units.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] = &[
    &UNKNOWN_UNIT,
    &WRONG_DIMENSION,
    &MISSING_UNIT,
    &OUT_OF_RANGE,
    &NOT_WHOLE,
    &ARITHMETIC_ERROR,
    &MISMATCHED_OPERANDS,
    &WRONG_FORM,
    &BANDWIDTH_IN_BITS,
    &REVERSED_RANGE,
    &UNCLEAR_STEP,
];

pub(crate) static UNKNOWN_UNIT: CodeInfo = CodeInfo {
    code: "E0201",
    summary: "an unknown unit",
    explanation: "A unit follows a number, with or without a space between them. Capitals matter: `GB` are \
                  bytes, `Gb/s` bits per second. The message lists the units of the dimension that is \
                  wanted.",
    wrong: "gpu fast { vram 80 GBs; prefill 12000 tok/s; decode 2400 tok/s }",
    right: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s }",
};

pub(crate) static WRONG_DIMENSION: CodeInfo = CodeInfo {
    code: "E0202",
    summary: "a value of the wrong dimension",
    explanation: "Every value measures something: a time, an amount of memory, a rate. It has to be \
                  what its place wants, before anything runs.",
    wrong: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 ms }",
    right: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s }",
};

pub(crate) static MISSING_UNIT: CodeInfo = CodeInfo {
    code: "E0203",
    summary: "a missing unit",
    explanation: "A number without a unit is a count, a number of tokens or a factor, or it is in the \
                  unit that its name ends in (`vram_bytes 24e9`). Anywhere else the unit is written; \
                  shares are written as percentages.",
    wrong: "gpu fast { vram 80; prefill 12000 tok/s; decode 2400 tok/s }",
    right: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s }",
};

pub(crate) static OUT_OF_RANGE: CodeInfo = CodeInfo {
    code: "E0204",
    summary: "a value out of range",
    explanation: "The value has the right dimension and is outside the range its place allows. Times \
                  lie below 213 days, where the simulation's clock ends.",
    wrong: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s; max_concurrent 0 }",
    right: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s; max_concurrent 16 }",
};

pub(crate) static NOT_WHOLE: CodeInfo = CodeInfo {
    code: "E0205",
    summary: "not a whole number",
    explanation: "Counts, tokens and bytes are whole.",
    wrong: "policy { max_queue 2.5 }",
    right: "policy { max_queue 2 }",
};

pub(crate) static ARITHMETIC_ERROR: CodeInfo = CodeInfo {
    code: "E0206",
    summary: "arithmetic without a result",
    explanation: "A division by zero, or a number too large to compute with.",
    wrong: "run { seed 4 / 0 }",
    right: "run { seed 4 / 2 }",
};

pub(crate) static MISMATCHED_OPERANDS: CodeInfo = CodeInfo {
    code: "E0207",
    summary: "operands that do not fit together",
    explanation: "Only values of one dimension are added and subtracted; for this purpose counts, tokens and requests are the same.",
    wrong: "run { warmup 30 s + 2 GB }",
    right: "run { warmup 30 s + 2 min }",
};

pub(crate) static WRONG_FORM: CodeInfo = CodeInfo {
    code: "E0208",
    summary: "a value of the wrong form",
    explanation: "A name where a number is wanted, a number where a name is wanted, a list or a range \
                  where one value is wanted.",
    wrong: "gpu fast { vram large; prefill 12000 tok/s; decode 2400 tok/s }",
    right: "gpu fast { vram 80 GB; prefill 12000 tok/s; decode 2400 tok/s }",
};

pub(crate) static BANDWIDTH_IN_BITS: CodeInfo = CodeInfo {
    code: "E0209",
    summary: "a bandwidth in bits",
    explanation: "A note, not an error: `Gb/s` are bits per second, an eighth of `GB/s`. Network \
                  equipment is sold in bits; memory, NVLink and PCIe are stated in bytes.",
    wrong: "gpu fast { vram 80 GB; bandwidth 3350 Gb/s; compute 989 TFLOPS }",
    right: "gpu fast { vram 80 GB; bandwidth 3350 GB/s; compute 989 TFLOPS }",
};

pub(crate) static REVERSED_RANGE: CodeInfo = CodeInfo {
    code: "E0210",
    summary: "a range whose ends are reversed",
    explanation: "A range `low .. high` includes both ends and begins with the lower one.",
    wrong: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt uniform 800 .. 200
  output constant 100
  requests 1000
}",
    right: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt uniform 200 .. 800
  output constant 100
  requests 1000
}",
};

pub(crate) static UNCLEAR_STEP: CodeInfo = CodeInfo {
    code: "E0211",
    summary: "a range that does not say which values it has",
    explanation: "An axis takes the values of a list or of a range. A range of whole numbers has all of them; any \
                  other says how far apart its values are: `step` by the same amount, `within` by the same \
                  share at most.",
    wrong: "param load = 1\nplan \"most\" { vary load in 0.5 .. 2; maximize load }",
    right: "param load = 1\nplan \"most\" { vary load in 0.5 .. 2 step 0.5; maximize load }",
};
