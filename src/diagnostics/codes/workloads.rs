//! E04xx: workloads and traces.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] = &[
    &ENDLESS_WORKLOAD,
    &INCONSISTENT_ARGUMENTS,
    &CONFLICTING_KEYS,
    &INVALID_TOKENS,
    &INVALID_PRIORITY,
    &EMPTY_SLO,
    &INVALID_COLUMNS,
    &INVALID_CELL,
    &WRONG_CELL_COUNT,
    &EMPTY_TRACE,
    &DUPLICATE_REQUEST_ID,
    &INVALID_SLICE,
    &DUPLICATE_WORKLOAD,
];

pub(crate) static ENDLESS_WORKLOAD: CodeInfo = CodeInfo {
    code: "E0401",
    summary: "a workload without an end",
    explanation: "Every workload needs an end, or the run would never end: `duration` bounds it in time, \
                  `requests` in number, and a rate of `stages` ends with its last stage. With both \
                  `duration` and `requests` the first that is reached counts.",
    wrong: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt constant 400
  output constant 100
}",
    right: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt constant 400
  output constant 100
  duration 10 min
}",
};

pub(crate) static INCONSISTENT_ARGUMENTS: CodeInfo = CodeInfo {
    code: "E0402",
    summary: "arguments that do not determine a distribution together",
    explanation: "Each argument is valid by itself, but together they say too little, too much, or \
                  contradict each other. A `lognormal` is determined by any two of `median`, `mean`, \
                  `sigma`, `cv` and a quantile such as `p95`; `min` must not be above `max`.",
    wrong: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt lognormal median 900
  output constant 100
  requests 1000
}",
    right: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt lognormal median 900 p95 4000
  output constant 100
  requests 1000
}",
};

pub(crate) static CONFLICTING_KEYS: CodeInfo = CodeInfo {
    code: "E0403",
    summary: "keys of a workload that exclude each other",
    explanation: "In a closed loop (`arrivals users …`) each user waits for the answer before it asks again, \
                  so there is neither a `rate` nor a `session`. `lengths joint …` draws prompt and output \
                  as a pair, so neither `prompt` nor `output` is allowed beside it.",
    wrong: "workload chat {
  arrivals users 20 think exponential mean 10 s
  rate 5 req/s
  prompt constant 400
  output constant 100
  requests 1000
}",
    right: "workload chat {
  arrivals users 20 think exponential mean 10 s
  prompt constant 400
  output constant 100
  requests 1000
}",
};

pub(crate) static INVALID_TOKENS: CodeInfo = CodeInfo {
    code: "E0404",
    summary: "a number of tokens that no request can have",
    explanation: "Tokens are whole, and a prompt or an output has less than 2^31 of them. Means and quantiles \
                  of a distribution may be fractions; values that are drawn unchanged may not.",
    wrong: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt constant 400.5
  output constant 100
  requests 1000
}",
    right: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt constant 400
  output constant 100
  requests 1000
}",
};

pub(crate) static INVALID_PRIORITY: CodeInfo = CodeInfo {
    code: "E0405",
    summary: "not a priority",
    explanation: "A priority is `high` (1), `normal` (0), `low` (-1), or a whole number from -1000 to 1000. \
                  Higher ones go first under `scheduling priority`.",
    wrong: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt constant 400
  output constant 100
  requests 1000
  priority urgent
}",
    right: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt constant 400
  output constant 100
  requests 1000
  priority high
}",
};

pub(crate) static EMPTY_SLO: CodeInfo = CodeInfo {
    code: "E0406",
    summary: "an `slo` that bounds nothing",
    explanation: "A good request meets every bound of its workload's `slo`: `ttft` (time to first token), \
                  `tpot` (time per output token), `latency` (from arrival to finish). At least one of them \
                  must be given, otherwise every request would be good.",
    wrong: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt constant 400
  output constant 100
  requests 1000
  slo
}",
    right: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt constant 400
  output constant 100
  requests 1000
  slo ttft 500 ms tpot 50 ms
}",
};

pub(crate) static INVALID_COLUMNS: CodeInfo = CodeInfo {
    code: "E0407",
    summary: "the columns of a trace do not describe requests",
    explanation: "A first row `columns …` names the columns of an inline trace, in any order: `id`, \
                  `arrival_ms` or `arrival_s`, `prompt`, `gen`, `streaming`. An arrival, `prompt` and `gen` \
                  are required. Without such a row they are `id arrival_ms prompt gen [streaming]`.",
    wrong: "trace {
  columns id arrival prompt gen
  r1 0 500 200
}",
    right: "trace {
  columns id arrival_ms prompt gen
  r1 0 500 200
}",
};

pub(crate) static INVALID_CELL: CodeInfo = CodeInfo {
    code: "E0408",
    summary: "a cell of a trace does not fit its column",
    explanation: "Arrivals are numbers in the unit of their column and not negative, `prompt` and `gen` are \
                  whole numbers of tokens, `streaming` is 0 or 1. Cells have no units.",
    wrong: "trace {
  r1 0ms 500 200
}",
    right: "trace {
  r1 0 500 200
}",
};

pub(crate) static WRONG_CELL_COUNT: CodeInfo = CodeInfo {
    code: "E0409",
    summary: "a row of a trace has too few or too many cells",
    explanation: "Each row has one cell per column, separated by spaces; only `streaming` at the end may be \
                  left out.",
    wrong: "trace {
  r1 0 500
}",
    right: "trace {
  r1 0 500 200
}",
};

pub(crate) static EMPTY_TRACE: CodeInfo = CodeInfo {
    code: "E0410",
    summary: "a trace without rows",
    explanation: "An inline trace has at least one request, one per line.",
    wrong: "trace {
}",
    right: "trace {
  r1 0 500 200
}",
};

pub(crate) static DUPLICATE_REQUEST_ID: CodeInfo = CodeInfo {
    code: "E0411",
    summary: "two rows of a trace have the same id",
    explanation: "A note, not an error: nothing refers to an id, and both rows are requests of their own. \
                  In the event log they look the same.",
    wrong: "trace {
  r1 0 500 200
  r1 5 300 100
}",
    right: "trace {
  r1 0 500 200
  r2 5 300 100
}",
};

pub(crate) static INVALID_SLICE: CodeInfo = CodeInfo {
    code: "E0412",
    summary: "the slice of a trace is not a span of time",
    explanation: "`slice` takes two times, from and to, in the time of the trace (before `speedup`). \
                  Rows outside are dropped, and time starts at 0 where the slice begins.",
    wrong: "trace recorded from \"requests.csv\" {
  format azure
  slice 25 min .. 5 min
}",
    right: "trace recorded from \"requests.csv\" {
  format azure
  slice 5 min .. 25 min
}",
};

pub(crate) static DUPLICATE_WORKLOAD: CodeInfo = CodeInfo {
    code: "E0413",
    summary: "two workloads or traces with the same name",
    explanation: "Metrics select by name, `p99_ttft_ms for chat`, so workloads and traces have names of \
                  their own. A trace without a name is called `trace`.",
    wrong: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt constant 400
  output constant 100
  requests 1000
}
trace chat {
  r1 0 500 200
}",
    right: "workload chat {
  arrivals poisson
  rate 5 req/s
  prompt constant 400
  output constant 100
  requests 1000
}
trace recorded {
  r1 0 500 200
}",
};
