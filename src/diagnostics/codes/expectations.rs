//! E05xx: expectations.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] = &[
    &UNKNOWN_METRIC,
    &INCOMPARABLE_SIDES,
    &LIMIT_WITHOUT_UNIT,
    &MISMATCHED_SELECTOR,
    &UNKNOWN_WORKLOAD,
    &UNKNOWN_SCENARIO,
    &DUPLICATE_SELECTOR,
    &SELECTOR_AFTER_LIMIT,
    &NO_SUCH_GPU,
    &REVERSED_RANGE,
    &NOT_A_LEVEL,
    &NESTED_TEMPORAL_FORMS,
    &COMPARISON_OF_CONSTANTS,
    &INVALID_TOLERANCE,
    &INVALID_SHARE_OF_RUNS,
    &MIXED_WINDOWS,
    &LEVEL_WITHOUT_TIME,
    &METRIC_OF_OTHER_BATCHING,
];

pub(crate) static UNKNOWN_METRIC: CodeInfo = CodeInfo {
    code: "E0501",
    summary: "a metric that does not exist",
    explanation: "`kvs list metrics` prints every metric with its unit and definition. Many come in families: \
                  a statistic (`mean`, `min`, `max`, `p50`, `p90`, `p95`, `p99`, `p999`), what is measured, \
                  and the unit, as in `p95_ttft_ms`.",
    wrong: "expect p99_latencyms < 800",
    right: "expect p99_latency_ms < 800",
};

pub(crate) static INCOMPARABLE_SIDES: CodeInfo = CodeInfo {
    code: "E0502",
    summary: "two sides that measure different things",
    explanation: "Both sides of a comparison, the ends of a range, a tolerance, and the two operands of `+` \
                  and `-` measure the same thing. A time is compared with a time, memory with memory, a \
                  share with a share.",
    wrong: "expect p99_latency_ms < 24 GB",
    right: "expect p99_latency_ms < 24 s",
};

pub(crate) static LIMIT_WITHOUT_UNIT: CodeInfo = CodeInfo {
    code: "E0503",
    summary: "a number without a unit beside a metric whose name states none",
    explanation: "A bare number is read in the unit the metric's name ends in (`p99_latency_ms < 800`), or as \
                  a count (`finished == 500`). Beside a share it could be a tenth or 10%, so `%` \
                  must be written.",
    wrong: "expect reject_rate < 0.1",
    right: "expect reject_rate < 10%",
};

pub(crate) static MISMATCHED_SELECTOR: CodeInfo = CodeInfo {
    code: "E0504",
    summary: "a selector that does not fit",
    explanation: "Metrics of requests take `for WORKLOAD`, `on GPU`, `during a .. b`, `after t`, `over D \
                  windows` and `of \"SCENARIO\"`. Levels over time take `on`, `during`, `after` and `of`. \
                  Figures of the whole run take only `of`. Inside `always`, `eventually` and `for D` a \
                  level takes `on` and `of`; a span of time is written after the whole condition.",
    wrong:
        "workload chat { arrivals poisson; rate 1 req/s; prompt constant 9; output constant 9; requests 9 }
expect max_queue_depth for chat < 64",
    right:
        "workload chat { arrivals poisson; rate 1 req/s; prompt constant 9; output constant 9; requests 9 }
expect max_queue_depth < 64",
};

pub(crate) static UNKNOWN_WORKLOAD: CodeInfo = CodeInfo {
    code: "E0505",
    summary: "`for` does not name a workload",
    explanation: "`for` selects the requests of one workload or trace of the scenario by its name; a trace \
                  without a name is called `trace`.",
    wrong: "trace replay { r1 0 500 200 }
expect p99_ttft_ms for replays < 1 s",
    right: "trace replay { r1 0 500 200 }
expect p99_ttft_ms for replay < 1 s",
};

pub(crate) static UNKNOWN_SCENARIO: CodeInfo = CodeInfo {
    code: "E0506",
    summary: "`of` does not name another scenario",
    explanation: "`of \"NAME\"` is the same metric in another scenario of this file, run with the same seed \
                  and the same matrix values. A scenario cannot be compared with itself.",
    wrong: "scenario \"random\" { policy { routing random } }
scenario \"p2c\" { expect p99_ttft_ms < p99_ttft_ms of \"randm\" }",
    right: "scenario \"random\" { policy { routing random } }
scenario \"p2c\" { expect p99_ttft_ms < p99_ttft_ms of \"random\" }",
};

pub(crate) static DUPLICATE_SELECTOR: CodeInfo = CodeInfo {
    code: "E0507",
    summary: "the same thing is selected twice",
    explanation: "Each selector is given at most once; `during` and `after` both choose a span of time. One \
                  after the whole condition applies to each of its metrics.",
    wrong: "expect p99_ttft_ms during 0 s .. 60 s after 30 s < 500 ms",
    right: "expect p99_ttft_ms during 30 s .. 60 s < 500 ms",
};

pub(crate) static SELECTOR_AFTER_LIMIT: CodeInfo = CodeInfo {
    code: "E0508",
    summary: "a selector is after the limit instead of the metric",
    explanation: "`for`, `on`, `of` and `over` select samples of one metric and are written right after it. Only \
                  `during` and `after` may also be written after the whole condition.",
    wrong: "trace chat { r1 0 500 200 }
expect p99_ttft_ms < 1 s for chat",
    right: "trace chat { r1 0 500 200 }
expect p99_ttft_ms for chat < 1 s",
};

pub(crate) static NO_SUCH_GPU: CodeInfo = CodeInfo {
    code: "E0509",
    summary: "`on` does not select a GPU",
    explanation: "`on GROUP` is a group of the cluster, `on GROUP[0]` its first replica, `on GROUP[0..3]` the \
                  first four, and `on gpu 3` the fourth GPU of the whole cluster. Indices count from 0.",
    wrong: "gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 2 }
expect peak_vram_bytes on small[2] < 1 GB",
    right: "gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 2 }
expect peak_vram_bytes on small[1] < 1 GB",
};

pub(crate) static REVERSED_RANGE: CodeInfo = CodeInfo {
    code: "E0510",
    summary: "a range whose ends are reversed",
    explanation: "Ranges are written from the lower end to the upper one and include both.",
    wrong: "expect p50_ttft_ms in 300 .. 200",
    right: "expect p50_ttft_ms in 200 .. 300",
};

pub(crate) static NOT_A_LEVEL: CodeInfo = CodeInfo {
    code: "E0511",
    summary: "`always`, `eventually` or `for` over a metric that is not a level",
    explanation: "These look at every instant of the run. Levels, such as `queue_depth`, have a value at \
                  every instant; percentiles, counts and rates are known at the end.",
    wrong: "expect always p99_ttft_ms < 1 s",
    right: "expect always queue_depth < 64",
};

pub(crate) static NESTED_TEMPORAL_FORMS: CodeInfo = CodeInfo {
    code: "E0512",
    summary: "`always`, `eventually` or `for` inside another of them",
    explanation: "What is inside one of these is judged at a single instant, where the others have no \
                  meaning.",
    wrong: "expect always (eventually queue_depth == 0)",
    right: "expect eventually queue_depth == 0",
};

pub(crate) static COMPARISON_OF_CONSTANTS: CodeInfo = CodeInfo {
    code: "E0513",
    summary: "a comparison of constants",
    explanation: "No run can change the outcome, so it checks nothing. Usually a metric's name is missing.",
    wrong: "expect 1 < 2",
    right: "expect finished > 2",
};

pub(crate) static INVALID_TOLERANCE: CodeInfo = CodeInfo {
    code: "E0514",
    summary: "a tolerance that cannot be used",
    explanation: "`± 3%` (or `+- 3%`) is a share of the right side, `± 5 ms` an amount. It goes with `==` and \
                  `!=`, is known before the run, and is not negative.",
    wrong: "expect p99_ttft_ms < 500 +- 3%",
    right: "expect p99_ttft_ms == 500 +- 3%",
};

pub(crate) static INVALID_SHARE_OF_RUNS: CodeInfo = CodeInfo {
    code: "E0515",
    summary: "`in … of runs` without a share of runs",
    explanation: "With `seeds N` an expectation must hold in every run; `in 60% of runs` asks for fewer. The \
                  share is above 0% and at most 100%.",
    wrong: "expect p99_ttft_ms < 500 in 120% of runs",
    right: "expect p99_ttft_ms < 500 in 80% of runs",
};

pub(crate) static MIXED_WINDOWS: CodeInfo = CodeInfo {
    code: "E0516",
    summary: "windows of two widths in one comparison",
    explanation: "Windows are compared one by one, so both sides need the same ones.",
    wrong: "expect p99_ttft_ms over 10 s windows < 2 * p50_ttft_ms over 20 s windows",
    right: "expect p99_ttft_ms over 10 s windows < 2 * p50_ttft_ms over 10 s windows",
};

pub(crate) static LEVEL_WITHOUT_TIME: CodeInfo = CodeInfo {
    code: "E0517",
    summary: "a level outside `always`, `eventually` and `for`",
    explanation: "A level, such as `queue_depth`, has a value at every instant, so a comparison must say which \
                  are meant: all of them (`always`), one of them (`eventually`), a stretch (`for 30 s`), or \
                  a statistic of the level, as `max_queue_depth`.",
    wrong: "expect queue_depth < 64",
    right: "expect always queue_depth < 64",
};

pub(crate) static METRIC_OF_OTHER_BATCHING: CodeInfo = CodeInfo {
    code: "E0518",
    summary: "a metric of the other batching",
    explanation: "Steps, blocks and prefix caches are of `batching continuous`: with `batching phases` nothing \
                  measures the gaps between tokens (`itl_ms`), `batch_size`, `preemptions`, `kv_utilization` \
                  and the prefix hit rates. A number in their place would check nothing. With `of` the batching \
                  is that of the other scenario.",
    wrong: "gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 2 }
trace { r1 0 100 10 }
expect p99_itl_ms < 50",
    right: "gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 2 }
trace { r1 0 100 10 }
expect p99_tpot_ms < 50",
};
