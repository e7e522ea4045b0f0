//! Mistakes that must not come back where an expectation cannot say it; the others are `scenarios/regressions/`.

use std::collections::BTreeSet;

use kvs::analysis::{Overrides, analyse};
use kvs::check::execute;
use kvs::model::Scenario;
use kvs::report::TimeSeries;
use kvs::source::Sources;
use kvs::units::SimTime;

/// What every text below is made of.
const CLUSTER: &str = "
gpu worker { vram 24 GB; prefill 1000 tok/s; decode 100 tok/s }
model tiny { kv_bytes_per_token 1 KB }
cluster { serves tiny; gpus worker x 2; link worker bandwidth 1 GB/s latency 1 ms }
workload chat { arrivals poisson; rate 1 req/s; prompt constant 100; output constant 10; requests 1 }
run { seed 1 }
";

/// The codes of what is wrong with a text, and its cases.
fn check(text: &str) -> (BTreeSet<&'static str>, Vec<Scenario>) {
    let mut sources = Sources::default();
    let source = sources.add("test.kvs", text);
    let mut import = |_: &str, path: &str, _: &mut Sources| Err(format!("no file `{path}`"));
    let analysis = analyse(source, &mut sources, &mut import, &Overrides::new());
    let codes = analysis.diagnostics.iter().map(kvs::diagnostics::Diagnostic::code).collect();
    (codes, analysis.cases.into_iter().map(|case| case.scenario).collect())
}

/// `CLUSTER` with one thing put in place of another is refused with this code alone.
#[track_caller]
fn is_refused(from: &str, to: &str, code: &str) {
    assert!(CLUSTER.contains(from), "`{from}` is not in the text");
    let (codes, cases) = check(&CLUSTER.replace(from, to));
    assert_eq!(codes, BTreeSet::from([code]), "`{to}`");
    assert!(cases.is_empty(), "`{to}` is refused and gives a case nevertheless");
}

/// One request of 100 tokens, 100 ms, and 10 tokens, 100 ms. A sample at 100 ms shows the prompt still in work, though
/// it ends at that instant, and one at 200 ms the output; the last row is the end of the run, after its last sample.
#[test]
fn a_series_does_not_show_the_future() {
    let text = "
gpu worker { vram 24 GB; prefill 1000 tok/s; decode 100 tok/s }
model tiny { kv_bytes_per_token 1 KB }
cluster { serves tiny; gpus worker x 1 }
trace { r1 100 100 10 }
run { sample_every 100 ms }
";
    let (codes, cases) = check(text);
    assert_eq!(codes, BTreeSet::new());
    let [scenario] = cases.as_slice() else { panic!("one case") };
    let every = scenario.run.sample_every;
    let mut series = TimeSeries::new(Vec::new(), 1, every);
    let open = |path: &str| panic!("no trace is opened, not `{path}` either");
    let end = execute(scenario, 1, &open, &mut series).expect("an inline trace can be read").end;
    let written = String::from_utf8(series.finish(end).expect("memory takes all")).expect("digits are text");
    let expected = "\
time_ms,global_queue_depth,arrived,finished,rejected,evicted,tokens_generated,\
gpu0_queue_depth,gpu0_active_prefill,gpu0_active_decode,gpu0_transferring,gpu0_vram_bytes
0,0,0,0,0,0,0,0,0,0,0,0
100,0,0,0,0,0,0,0,0,0,0,0
200,0,1,0,0,0,0,0,1,0,0,110000
300,0,0,0,0,0,0,0,0,1,0,110000
300,0,0,1,0,0,10,0,0,0,0,0
";
    assert_eq!(written, expected);
}

#[test]
fn unknown_keys_are_refused_in_every_block() {
    assert_eq!(check(CLUSTER).0, BTreeSet::new());
    for (block, key) in [
        ("gpu worker {", "vrm 24 GB"),
        ("model tiny {", "kv_bytes 1 KB"),
        ("cluster {", "gpu_count 4"),
        ("workload chat {", "tokens 100"),
        ("run {", "sed 7"),
    ] {
        is_refused(block, &format!("{block} {key};"), "E0101");
    }
    is_refused("run {", "policy { rooting p2c }\nrun {", "E0101");
    is_refused("run {", "engine { timming fixed }\nrun {", "E0101");
    is_refused("latency 1 ms", "latancy 1 ms", "E0103");
}

#[test]
fn rates_that_stay_zero_forever_are_refused() {
    is_refused("prefill 1000 tok/s", "prefill 0 tok/s", "E0204");
    is_refused("decode 100 tok/s", "decode 0 tok/s", "E0204");
    is_refused("decode 100 tok/s", "decode 100 tok/s; decode_efficiency 0%", "E0204");
    is_refused("decode 100 tok/s", "decode 1e-300 tok/s", "E0204");
    is_refused("bandwidth 1 GB/s", "bandwidth 0 GB/s", "E0204");
    is_refused("rate 1 req/s", "rate 0 req/s", "E0204");
    is_refused("rate 1 req/s", "rate stages { 1 h hold }", "E0402");
}

/// The longest output at the slowest rate takes thousands of times as long as the clock runs: `until` ends the run.
#[test]
fn the_slowest_rate_does_not_overflow() {
    for timing in ["shared", "fixed"] {
        let text = format!(
            "gpu worker {{ vram 24 GB; prefill 1000 tok/s; decode 0.001 tok/s; decode_efficiency 0.1% }}
model tiny {{ kv_bytes_per_token 1 B }}
cluster {{ serves tiny; gpus worker x 1 }}
engine {{ timing {timing} }}
trace {{
  r1 0 100 2147483647
  r2 0 100 2147483647
  r3 0 100 1
}}
run {{ until 30 d }}
"
        );
        let (codes, cases) = check(&text);
        assert_eq!(codes, BTreeSet::new());
        let open = |path: &str| panic!("no trace is opened, not `{path}` either");
        let mut series =
            TimeSeries::new(Vec::new(), 1, cases[0].run.until.expect("stated").since(SimTime::ZERO));
        let end = execute(&cases[0], 1, &open, &mut series).expect("an inline trace can be read").end;
        assert_eq!((end.unfinished, timing), (3, timing));
    }
}
