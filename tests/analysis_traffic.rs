//! Workloads, traces and expectations: text in, messages or facts out.

use kvs::analysis::{Overrides, analyse};
use kvs::model::{Condition, Expectation, Scenario, Term, Tolerance, Workload, WorkloadSource};
use kvs::source::Sources;
use kvs::units::{SimDuration, SimTime};

/// What every text below also needs; it is appended, so that lines of the text are numbered from 1.
const BASE: &str = "
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 4 as fast; gpus small x 2 as slow }
trace replay { r1 0 100 20 }
";

/// A workload without mistakes but for the statements given.
fn chat(statements: &str) -> String {
    format!(
        "workload chat {{ arrivals poisson; rate 5 req/s; output constant 20; requests 9\n{statements}\n}}"
    )
}

fn compile(text: &str) -> (Vec<Scenario>, Vec<String>) {
    let mut sources = Sources::default();
    let source = sources.add("test.kvs", format!("{text}\n{BASE}"));
    let mut no_imports = |_: &str, path: &str, _: &mut Sources| Err(format!("no file `{path}`"));
    let analysis = analyse(source, &mut sources, &mut no_imports, &Overrides::new());
    let lines = analysis.diagnostics.iter().map(|diagnostic| {
        let (line, column) = sources.line_column(diagnostic.span());
        format!("{line}:{column} {} {}", diagnostic.code(), diagnostic.message)
    });
    let lines = lines.collect();
    (analysis.cases.into_iter().map(|case| case.scenario).collect(), lines)
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let (_, found) = compile(text);
    assert_eq!(found, expected, "in:\n{text}");
}

/// The only case of a text without mistakes.
#[track_caller]
fn scenario(text: &str) -> Scenario {
    let (mut cases, found) = compile(text);
    assert_eq!(found, [""; 0], "in:\n{text}");
    assert_eq!(cases.len(), 1, "in:\n{text}");
    cases.remove(0)
}

#[track_caller]
fn expectation(text: &str) -> Expectation {
    scenario(text).expectations.remove(0)
}

/// The workload that the text defines.
#[track_caller]
fn workload(text: &str) -> Workload {
    let workloads = scenario(text).workloads;
    workloads.into_iter().find(|workload| workload.name != "replay").expect("the text defines a workload")
}

fn seconds(seconds: u64) -> SimTime {
    SimTime::from_ms(seconds * 1000)
}

#[test]
fn workloads_without_mistakes_have_none() {
    let workload = workload(&chat(
        "prompt lognormal median 900 p95 4000 max 16_000; priority high; slo ttft 2 s tpot 100 ms; start 1 min",
    ));
    assert_eq!((workload.priority, workload.weight), (1, 1.0));
    let slo = workload.slo.expect("an slo is written");
    assert_eq!(slo.ttft, Some(SimDuration::from_ms(2000)));
    assert_eq!((slo.tpot, slo.latency), (Some(SimDuration::from_ms(100)), None));
    let WorkloadSource::Generated { rate, prompt, start, duration, requests, .. } = workload.source else {
        panic!("a workload is generated")
    };
    let rate = rate.expect("a rate is written");
    assert_eq!((rate.name.as_str(), rate.number("rate")), ("constant", Some(5.0)));
    assert_eq!((prompt.name.as_str(), prompt.number("p95")), ("lognormal", Some(4000.0)));
    assert_eq!((start, duration, requests), (seconds(60), None, Some(9)));
}

#[test]
fn priorities_are_words_or_whole_numbers() {
    for (written, priority) in [("high", 1), ("normal", 0), ("low", -1), ("7", 7), ("-2", -2)] {
        assert_eq!(workload(&chat(&format!("prompt constant 9; priority {written}"))).priority, priority);
    }
    check(&chat("prompt constant 9; priority urgent"), &["2:29 E0405 unknown priority `urgent`"]);
    check(
        &chat("prompt constant 9; priority 1.5"),
        &["2:29 E0405 a priority is a whole number, found `1.5`"],
    );
    check(
        &chat("prompt constant 9; priority 5000"),
        &["2:29 E0204 `priority` must be between -1000 and 1000, found `5000`"],
    );
}

#[test]
fn a_workload_needs_an_end() {
    let unending = |rate: &str| {
        format!("workload chat {{ arrivals poisson; prompt constant 9; output constant 9; rate {rate} }}")
    };
    check(&unending("5 req/s"), &["1:1 E0401 workload `chat` never ends: neither `duration` nor `requests`"]);
    check(&unending("stages { 5 min -> 20 req/s }"), &[]);
    check(&unending("5 req/s; duration 5 min"), &[]);
}

#[test]
fn what_is_missing_is_reported_at_the_header_once() {
    check(
        "workload chat { duration 5 min }",
        &["1:1 E0303 `workload chat` needs `arrivals`, `rate`, `prompt` and `output`"],
    );
    // A closed loop has no rate, joint lengths are both lengths.
    check(
        "workload chat { arrivals users 9 think constant 1 s; lengths joint from \"x\"; duration 5 min }",
        &[],
    );
}

#[test]
fn one_mistake_is_reported_once() {
    let text = |arrivals: &str, rest: &str| {
        format!("workload chat {{ arrivals {arrivals}; prompt constant 9; output constant 9; {rest} }}")
    };
    // What is misspelt is not missing as well.
    check(
        &text("poisson", "rate 5 req/s; duratoin 5 min"),
        &["1:87 E0101 unknown key `duratoin` in `workload`"],
    );
    // An unknown process may have been meant as one without a rate.
    check(&text("userz 20", "requests 9"), &["1:26 E0102 unknown arrival process `userz`"]);
    // A mistake after a block says nothing about the block.
    check(
        &format!("{}\nexpect p99_ttft_ms <", text("poisson", "rate 5 req/s")),
        &[
            "1:1 E0401 workload `chat` never ends: neither `duration` nor `requests`",
            "2:21 E0002 expected a value after `<`, found the end of the line",
        ],
    );
    // Nothing is missing in a block that could not be read in full.
    check("workload chat { arrivals = poisson }", &["1:26 E0022 a statement takes no `=`"]);
}

#[test]
fn a_closed_loop_may_be_named_by_a_parameter() {
    check(
        "param process = poisson
workload chat { arrivals $process; rate 5 req/s; prompt constant 9; output constant 9; requests 9 }",
        &[],
    );
}

#[test]
fn keys_that_exclude_each_other() {
    check(
        "workload chat {
  arrivals users 20 think exponential mean 10 s
  rate 5 req/s
  session { turns geometric mean 4; think constant 1 s }
  lengths joint from \"x\"
  output constant 4
  requests 9
}",
        &[
            "3:3 E0403 a closed loop takes no `rate`: its users send as fast as they are answered",
            "4:3 E0403 a closed loop takes no `session`: each of its users already waits for its answers",
            "6:3 E0403 `output` beside `lengths`: the pairs hold both lengths",
        ],
    );
}

#[test]
fn lengths_are_whole_and_determined() {
    for (prompt, message) in [
        ("constant 1.5", "17 E0404 `prompt` is in whole tokens, found `1.5`"),
        ("constant 5e9", "17 E0404 `prompt` must stay below 2^31 tokens, found `5000000000`"),
        ("uniform 9 .. 3", "16 E0210 the ends of the range `9 .. 3` are reversed"),
        (
            "lognormal median 900",
            "8 E0402 a `lognormal` needs two of `median`, `mean`, `sigma`, `cv`, `pNN`, found `median`",
        ),
        ("lognormal median 900 p95 400", "8 E0402 no `lognormal` has this `median` and this `p95`"),
        ("exponential mean 9 min 8 max 7", "8 E0402 `min` must not be above `max`, found `8` and `7`"),
        ("constant -1", "17 E0204 `constant` must not be negative, found `-1`"),
        ("constant 3 s", "17 E0202 `constant` expects a number of tokens, found a time (`3 s`)"),
    ] {
        check(&chat(&format!("prompt {prompt}")), &[&format!("2:{message}")]);
    }
}

#[test]
fn rows_are_sorted_by_arrival_and_equal_ones_stay_in_order() {
    let trace = workload("trace t {\n b 20 1 1\n a 10.5 2 2 1\n c 20 3 3\n}");
    let WorkloadSource::Rows(rows) = trace.source else { panic!("an inline trace has rows") };
    let rows: Vec<(&str, u64)> =
        rows.iter().map(|row| (row.id.as_str(), row.arrival.as_ps() / 1_000_000)).collect();
    assert_eq!(rows, [("a", 10_500), ("b", 20_000), ("c", 20_000)]);
}

#[test]
fn columns_may_be_in_any_order() {
    let trace = workload("trace t {\n columns gen arrival_s prompt\n 20 1.5 9\n}");
    let WorkloadSource::Rows(rows) = trace.source else { panic!("an inline trace has rows") };
    let row = &rows[0];
    assert_eq!((row.arrival, row.prompt.get(), row.output.get()), (SimTime::from_ms(1500), 9, 20));
    assert_eq!(row.id, "1", "a row without an id is called by its number");
}

#[test]
fn mistakes_in_rows_are_reported_cell_by_cell() {
    check(
        "trace t {
  a 1 2
  b 1 2 3 4 5
  c -1 2 3
  d 0ms 2.5 many
  e 1 2 99999999999
  f 1000 2 3 maybe
}",
        &[
            "2:3 E0409 a row has 4 cells, found 3",
            "3:13 E0409 a row has at most 5 cells, found 6",
            "4:5 E0408 the arrival must not be negative, found `-1`",
            "5:5 E0408 the arrival expects a number of milliseconds, found `0ms`",
            "5:9 E0408 `prompt` expects a whole number of tokens, found `2.5`",
            "5:13 E0408 `gen` expects a whole number of tokens, found `many`",
            "6:9 E0408 `gen` must be below 2^31, found `99999999999`",
            "7:14 E0408 `streaming` expects 0 or 1, found `maybe`",
        ],
    );
    check("trace t { }", &["1:1 E0410 a trace without rows"]);
    check("trace t {\n a 1 2 3\n a 2 2 3\n}", &["3:2 E0411 two rows are called `a`"]);
}

#[test]
fn mistakes_in_columns() {
    for (columns, message) in [
        ("id arival_ms prompt gen", "14 E0407 unknown column `arival_ms`"),
        (
            "id arrival_ms arrival_s prompt gen",
            "25 E0407 column `arrival_s` says again what another column says",
        ),
        ("id prompt gen", "3 E0407 the trace lacks the column `arrival_ms`"),
    ] {
        check(&format!("trace t {{\n  columns {columns}\n  a 1 2 3\n}}"), &[&format!("2:{message}")]);
    }
}

#[test]
fn traces_in_files() {
    let trace = workload("trace t from \"../t.csv\" {\n format azure; slice 5 min .. 25 min; speedup 2\n}");
    let WorkloadSource::File(file) = trace.source else { panic!("a trace from a file") };
    assert_eq!((file.path.as_str(), file.format.name.as_str()), ("../t.csv", "azure"));
    assert_eq!(file.slice, Some((seconds(300), seconds(1500))));
    assert_eq!((file.speedup.get(), file.sample), (2.0, None));
    check(
        "trace t from \"x\" { slice 4 s; speedup 0; sample 2 }",
        &[
            "1:1 E0303 `trace t` needs `format`",
            "1:26 E0412 `slice` expects a span of trace time, found `4 s`",
            "1:39 E0204 `speedup` must be positive, found `0`",
            "1:49 E0203 `sample` is missing its unit: found `2`",
        ],
    );
    check("trace t from \"x\" { format azur }", &["1:27 E0102 unknown trace format `azur`"]);
}

#[test]
fn workloads_and_traces_share_their_names() {
    check(
        &format!("{}\ntrace chat {{ r1 0 1 1 }}", chat("prompt constant 9")),
        &["4:7 E0413 two workloads or traces are called `chat`"],
    );
}

/// The right side of a comparison as a number in base units, and its tolerance.
#[track_caller]
fn limit(expectation: &Expectation) -> (f64, Tolerance) {
    match &expectation.condition {
        Condition::Compare { right: Term::Number(value, _), tolerance, .. } => (*value, *tolerance),
        other => panic!("no comparison with a number: {other:?}"),
    }
}

#[test]
fn bare_numbers_are_read_in_the_unit_of_the_name() {
    for (text, value, tolerance) in [
        ("p99_ttft_ms < 500", 0.5, Tolerance::Exact),
        ("p99_ttft_ms < 0.5 s", 0.5, Tolerance::Exact),
        ("p99_ttft_ms < 2 * 250", 0.5, Tolerance::Exact),
        ("p99_ttft_ms == 250", 0.25, Tolerance::Digits(0.0005)),
        ("p99_ttft_ms == 250.5", 0.2505, Tolerance::Digits(0.000_05)),
        ("p99_ttft_ms != 0.25 s", 0.25, Tolerance::Digits(0.005)),
        ("p99_ttft_ms == 500 ± 4%", 0.5, Tolerance::Relative(0.04)),
        ("p99_ttft_ms == 500 +- 5", 0.5, Tolerance::Absolute(0.005)),
        ("p99_ttft_ms == 500 +- 2 s", 0.5, Tolerance::Absolute(2.0)),
        ("peak_vram_bytes == 700 * 2048 B", 1_433_600.0, Tolerance::Exact),
        ("peak_vram_bytes == 4096", 4096.0, Tolerance::Exact),
        ("finished == 12", 12.0, Tolerance::Exact),
        ("finished / arrived >= 75%", 0.75, Tolerance::Exact),
        ("finished / arrived == 0.75", 0.75, Tolerance::Relative(1e-9)),
        ("p99_ttft_ms == 2 * 250", 0.5, Tolerance::Relative(1e-9)),
        ("p99_ttft_ms == (250)", 0.25, Tolerance::Digits(0.0005)),
        ("throughput_tokens_per_sec == 500 tok/s", 500.0, Tolerance::Digits(0.5)),
        ("mean_vram_bytes == 2 MB", 2e6, Tolerance::Relative(1e-9)),
        ("mean_vram_bytes == 1 KB * 1500", 1.5e6, Tolerance::Relative(1e-9)),
        ("gpu_utilization == 100%", 1.0, Tolerance::Relative(1e-9)),
        ("mean_queue_depth == 2", 2.0, Tolerance::Relative(1e-9)),
        ("reject_rate == 25%", 0.25, Tolerance::Exact),
    ] {
        assert_eq!(limit(&expectation(&format!("expect {text}"))), (value, tolerance), "{text}");
    }
}

#[test]
fn in_a_sum_a_bare_number_takes_the_unit_in_a_product_none() {
    let expectation = expectation("expect p99_ttft_ms < 2 * p50_ttft_ms + 100");
    let Condition::Compare { right: Term::Binary(product, _, summand), .. } = expectation.condition else {
        panic!("the right side is a sum")
    };
    assert!(matches!(*summand, Term::Number(value, _) if value == 0.1), "{summand:?}");
    let Term::Binary(factor, ..) = *product else { panic!("the left summand is a product") };
    assert!(matches!(*factor, Term::Number(value, _) if value == 2.0), "{factor:?}");
}

#[test]
fn the_text_of_an_expectation_is_on_one_line() {
    let expectation = expectation("expect  p99_ttft_ms   == (100   # prefill\n   + 150)  # both");
    assert_eq!(expectation.text, "p99_ttft_ms == (100 + 150)");
}

#[test]
fn selectors_become_indices() {
    let text = "expect p99_ttft_ms for replay on slow[1] during 1 s .. 2 s < 3 in 60% of runs";
    let expectation = expectation(text);
    let Condition::Compare { left: Term::Metric(metric), .. } = &expectation.condition else {
        panic!("the left side is a metric")
    };
    let gpus = metric.selection.gpus.expect("a GPU is selected");
    assert_eq!((metric.selection.workload, (gpus.first, gpus.last)), (Some(0), (5, 5)));
    assert_eq!(metric.selection.during, Some((seconds(1), seconds(2))));
    assert_eq!(expectation.in_runs, Some(0.6));
}

#[test]
fn a_span_of_time_after_a_condition_applies_to_all_of_it() {
    let spans = |text: &str| match expectation(text).condition {
        Condition::Compare { left: Term::Metric(left), right: Term::Metric(right), .. } => {
            (left.selection.during, right.selection.during)
        }
        other => panic!("no comparison of metrics: {other:?}"),
    };
    let (left, right) = spans("expect p50_ttft_ms < (p99_ttft_ms) during 1 s .. 2 s");
    assert_eq!((left, right), (Some((seconds(1), seconds(2))), Some((seconds(1), seconds(2)))));
    // Directly after a metric it applies to that metric.
    let (left, right) = spans("expect p50_ttft_ms < p99_ttft_ms during 1 s .. 2 s");
    assert_eq!((left, right), (None, Some((seconds(1), seconds(2)))));
}

#[test]
fn conditions_over_time() {
    let condition = |text: &str| expectation(text).condition;
    let Condition::Always { during, .. } = condition("expect always queue_depth < 4 during 1 s .. 2 s")
    else {
        panic!("always")
    };
    assert_eq!(during, Some((seconds(1), seconds(2))));
    let eventually = condition("expect eventually queue_depth == 0 within 60 s after 10 s");
    let Condition::Eventually { after, within, .. } = eventually else { panic!("eventually") };
    assert_eq!((after, within), (seconds(10), Some(SimDuration::from_ms(60_000))));
    let Condition::Not(sustained) = condition("expect not (queue_depth > 100 for 30 s)") else {
        panic!("not")
    };
    let Condition::Sustained { duration, during, .. } = *sustained else { panic!("for 30 s") };
    assert_eq!((duration, during), (SimDuration::from_ms(30_000), None));
}

#[test]
fn mistakes_in_expectations() {
    for (text, message) in [
        ("p99_latencyms < 800", "8 E0501 unknown metric `p99_latencyms`"),
        ("p99_latency_ms < 24 GB", "25 E0502 expected a time, found an amount of memory `24 GB`"),
        ("24 GB > p99_latency_ms", "8 E0502 expected a time, found an amount of memory `24 GB`"),
        ("p99_ttft_ms < finished", "22 E0502 expected a time, found a count `finished`"),
        ("p99_ttft_ms + 1 GB < 5 s", "22 E0502 expected a time, found an amount of memory `1 GB`"),
        ("p99_ttft_ms == 5 +- 1 GB", "28 E0502 expected a time, found an amount of memory `1 GB`"),
        ("finished >= 99%", "20 E0502 expected a count, found a share `99%`"),
        ("reject_rate < 0.1", "22 E0503 `0.1` needs a unit: `reject_rate` is a share"),
        ("max_queue_depth for replay < 64", "28 E0504 `for` cannot select from `max_queue_depth`"),
        ("makespan_ms on fast < 64", "23 E0504 `on` cannot select from `makespan_ms`"),
        ("always queue_depth during 1 s .. 2 s < 4", "27 E0504 `during` is not allowed inside `always`"),
        ("p99_ttft_ms for replai < 1 s", "24 E0505 no such workload: `replai`"),
        ("p99_ttft_ms < p99_ttft_ms of \"b\"", "37 E0506 no such scenario: `b`"),
        ("p99_ttft_ms for replay for replay < 1 s", "35 E0507 `for` selects twice"),
        (
            "p99_ttft_ms during 0 s .. 4 s < 1 s after 3 s",
            "44 E0507 `after` selects what `during` already did",
        ),
        ("p99_ttft_ms < 1 s for replay", "30 E0508 `for` belongs after the metric it selects from"),
        ("p99_ttft_ms on fasst < 1 s", "23 E0509 no such group of GPUs: `fasst`"),
        ("p99_ttft_ms on fast[4] < 1 s", "28 E0509 `fast[4]` does not exist: `fast` has 4 replicas"),
        ("p99_ttft_ms on gpu 6 < 1 s", "27 E0509 `on gpu 6` does not exist: the cluster has 6 GPUs"),
        ("p99_ttft_ms in 9 .. 3", "23 E0510 the ends of `9 .. 3` are reversed"),
        ("p99_ttft_ms during 9 s .. 4 s < 3", "20 E0510 the ends of `during 9 s .. 4 s` are reversed"),
        (
            "always p99_ttft_ms < 1 s",
            "15 E0511 `p99_ttft_ms` has no value at each instant, as `always` needs",
        ),
        (
            "always max_queue_depth < 3",
            "15 E0511 `max_queue_depth` has no value at each instant, as `always` needs",
        ),
        ("always queue_depth < 3 for 30 s", "31 E0512 `for` is not allowed inside `always`"),
        ("1 < 2", "8 E0513 `1 < 2` compares constants: no run can change it"),
        ("p99_ttft_ms < 5 +- 3%", "27 E0514 a tolerance goes with `==` or `!=`, found `<`"),
        (
            "p99_ttft_ms < 5 in 120% of runs",
            "27 E0515 `in … of runs` expects a share above 0% and up to 100%, found `120%`",
        ),
        (
            "p99_ttft_ms over 1 s windows < p50_ttft_ms over 2 s windows",
            "51 E0516 windows of two widths in one comparison",
        ),
        ("p99_ttft_ms / 0 < 5", "22 E0206 division by zero: `0` is 0"),
        ("p99_ttft_ms < $n", "22 E0104 unknown parameter `$n`"),
        ("p99_ttft_ms < 5 foos", "24 E0201 unknown unit `foos`"),
    ] {
        check(&format!("expect {text}"), &[&format!("1:{message}")]);
    }
}

#[test]
fn both_sides_of_a_condition_and_all_expectations_are_checked() {
    check(
        "expect p99_ttft_ms < 5 GB or p50_latencyms > 3\nexpect finishd == 3 and 1 < 2",
        &[
            "1:22 E0502 expected a time, found an amount of memory `5 GB`",
            "1:30 E0501 unknown metric `p50_latencyms`",
            "2:8 E0501 unknown metric `finishd`",
            "2:25 E0513 `1 < 2` compares constants: no run can change it",
        ],
    );
}

#[test]
fn scenarios_may_compare_each_other_but_not_themselves() {
    check(
        "scenario \"a\" { expect p99_ttft_ms <= 2 * p99_ttft_ms of \"b\" }
scenario \"b\" { expect p99_ttft_ms <= 2 * p99_ttft_ms of \"a\" }",
        &[],
    );
    check(
        "scenario \"a\" { expect p99_ttft_ms <= 2 * p99_ttft_ms of \"a\" }",
        &["1:57 E0506 scenario `a` is compared with itself"],
    );
}
