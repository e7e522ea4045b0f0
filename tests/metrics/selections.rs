//! Parts of a run: workloads, GPUs, times and windows.

use kvs::metrics::Outcome;
use kvs::model::{GpuSelection, Metric, Selection};
use kvs::units::{SimDuration, SimTime};

use crate::fixture::{metric, outcome, wants};

/// Two requests a workload on alternating GPUs, 10 tokens each for `chat` and 20 for `code`, and a rejection.
const MIXED: &str = "
    0    a1 arrives chat 1 10
    0    a1 queues 0
    0    gpu 0: 1 0 0 100
    100  a2 arrives code 1 20
    100  a2 queues 1
    100  gpu 1: 1 0 0 700
    200  a1 first token 0
    200  a1 finishes 0
    200  gpu 0: 0 0 0 0
    200  a3 arrives chat 1 10
    200  a3 queues 1
    200  gpu 1: 2 0 0 900
    250  a4 arrives code 1 20
    250  a4 rejected
    500  a2 first token 1
    500  a2 finishes 1
    500  gpu 1: 1 0 0 200
    900  a3 first token 1
    900  a3 finishes 1
    900  gpu 1: 0 0 0 0
    1000 end";

const CHAT: usize = 0;
const CODE: usize = 1;

fn gpu(index: usize) -> Option<GpuSelection> {
    Some(GpuSelection { first: index, last: index })
}

fn between(from: u64, to: u64) -> Option<(SimTime, SimTime)> {
    Some((SimTime::from_ms(from), SimTime::from_ms(to)))
}

fn run(metric: &Metric) -> Outcome {
    outcome(MIXED, &[&wants(metric)])
}

#[track_caller]
fn check(name: &str, selection: Selection, expected: Option<f64>) {
    let metric = Metric { selection, ..metric(name) };
    assert_eq!(run(&metric).value(&metric), expected);
}

#[test]
fn for_a_workload() {
    let chat = Selection { workload: Some(CHAT), ..Selection::default() };
    let code = Selection { workload: Some(CODE), ..Selection::default() };
    check("arrived", chat.clone(), Some(2.0));
    check("rejected", code.clone(), Some(1.0));
    check("max_latency_ms", chat.clone(), Some(0.7));
    check("max_latency_ms", code, Some(0.4));
    // Over the makespan of the run, so that workloads add up.
    check("throughput_tokens_per_sec", chat, Some(20.0 / 0.9));
}

/// A prompt on GPU 0 and its output on GPU 1; a second request is preempted there and moved twice. The third has its
/// first token when the run ends.
const POOLED: &str = "
    0    a1 arrives chat 1 10
    0    a1 queues 0
    100  a1 prefills 0
    200  a1 first token 0
    200  a2 arrives code 1 20
    200  a2 queues 0
    200  a1 moves 0 1 100
    250  a1 moved 0 1 with 1
    250  a1 decodes 1
    250  a2 prefills 0
    300  a2 first token 0
    300  a2 moves 0 1 100
    350  a2 moved 0 1 with 1
    350  a2 decodes 1
    400  a2 preempted 1 with 4
    450  a2 moved 0 1 with 1
    450  a2 decodes 1
    500  a1 finishes 1
    600  a3 arrives chat 1 10
    650  a3 prefills 0
    700  a3 first token 0
    900  a2 finishes 1
    1000 end";

#[test]
fn on_the_gpus_of_pools() {
    let check = |name: &str, selection: Selection, expected: f64| {
        let metric = Metric { selection, ..metric(name) };
        assert_eq!(outcome(POOLED, &[&wants(&metric)]).value(&metric), Some(expected), "{metric:?}");
    };
    let on = |index| Selection { gpus: gpu(index), ..Selection::default() };
    let both = Selection { gpus: Some(GpuSelection { first: 0, last: 1 }), ..Selection::default() };
    // Where they were generated, by counters and by rows.
    check("tokens_generated", on(0), 3.0);
    check("tokens_generated", on(1), 27.0);
    check("tokens_generated", both, 30.0);
    for (workload, n) in [(CHAT, [1.0, 9.0]), (CODE, [2.0, 18.0])] {
        for (index, tokens) in n.into_iter().enumerate() {
            check("tokens_generated", Selection { workload: Some(workload), ..on(index) }, tokens);
        }
        check(
            "tokens_generated",
            Selection { workload: Some(workload), ..Selection::default() },
            n[0] + n[1],
        );
    }
    check("tokens_generated", Selection { during: between(0, 100), ..on(1) }, 9.0);
    check("finished", on(0), 0.0);
    check("finished", on(1), 2.0);
    // Where they were over.
    check("max_queue_ms", on(0), 0.1);
    check("min_ttft_ms", on(0), 0.1);
    check("max_prefill_ms", on(0), 0.1);
    check("max_latency_ms", on(1), 0.7);
    let metric = |name: &str| Metric { selection: on(1), ..metric(name) };
    let nobody = metric("p50_ttft_ms");
    assert_eq!(outcome(POOLED, &[&wants(&nobody)]).value(&nobody), None);
    // One was moved twice, but its output begun elsewhere once.
    check("cross_gpu_decodes", Selection::default(), 2.0);
    check("handoffs_total", Selection::default(), 3.0);
    check("preemptions", Selection::default(), 1.0);
}

#[test]
fn on_gpus() {
    let on = |index| Selection { gpus: gpu(index), ..Selection::default() };
    check("tokens_generated", on(0), Some(10.0));
    check("tokens_generated", on(1), Some(30.0));
    check("finished", on(1), Some(2.0));
    check("p50_latency_ms", on(0), Some(0.2));
    check("peak_vram_bytes", on(0), Some(100.0));
    check("max_queue_depth", on(1), Some(2.0));
    check("mean_vram_bytes", on(0), Some(20.0));
    let both = Selection { gpus: Some(GpuSelection { first: 0, last: 1 }), ..Selection::default() };
    check("peak_vram_bytes", both, Some(900.0));
}

#[test]
fn for_a_workload_on_a_gpu() {
    let selection = Selection { workload: Some(CHAT), gpus: gpu(1), during: None };
    check("finished", selection.clone(), Some(1.0));
    check("tokens_generated", selection.clone(), Some(10.0));
    check("mean_latency_ms", selection, Some(0.7));
}

#[test]
fn during_takes_requests_by_arrival_both_ends_included() {
    let during = |from, to| Selection { during: between(from, to), ..Selection::default() };
    check("arrived", during(100, 200), Some(2.0));
    check("arrived", during(101, 199), Some(0.0));
    check("max_latency_ms", during(100, 200), Some(0.7));
    check("max_latency_ms", during(101, 199), None);
    check("completion_rate", during(101, 199), None);
    // 30 tokens of what arrived in 100 ms.
    check("throughput_tokens_per_sec", during(100, 200), Some(300.0));
}

#[test]
fn during_takes_levels_by_time() {
    let during = |from, to| Selection { during: between(from, to), ..Selection::default() };
    check("mean_vram_bytes", during(150, 250), Some(0.5 * 800.0 + 0.5 * 900.0));
    check("max_queue_depth", during(0, 99), Some(1.0));
    check("max_queue_depth", during(0, 100), Some(2.0));
    check("vram_bytes", during(0, 300), Some(900.0));
    check("mean_vram_bytes", during(500, 2000), Some((400.0 * 200.0) / 500.0));
    check("max_queue_depth", during(1001, 2000), None);
}

#[test]
fn windows_tumble_from_zero_and_skip_what_is_empty() {
    let windows = |name: &str, length, selection| {
        let metric = Metric { windows: Some(SimDuration::from_ms(length)), selection, ..metric(name) };
        let windows = run(&metric).windows(&metric);
        let values: Vec<_> = windows.values.iter().map(|window| (window.index, window.value)).collect();
        (values, windows.empty)
    };
    let all = Selection::default();
    // Arrivals at 0, 100, 200 and 250 ms; the last gave no latency.
    assert_eq!(windows("max_latency_ms", 100, all.clone()), (vec![(0, 0.2), (1, 0.4), (2, 0.7)], 0));
    assert_eq!(windows("arrived", 50, all.clone()), (vec![(0, 1.0), (2, 1.0), (4, 1.0), (5, 1.0)], 2));
    assert_eq!(windows("max_latency_ms", 50, all.clone()), (vec![(0, 0.2), (2, 0.4), (4, 0.7)], 3));
    let chat = Selection { workload: Some(CHAT), ..Selection::default() };
    assert_eq!(windows("rejected", 100, chat), (vec![(0, 0.0), (2, 0.0)], 1));
    // Ten tokens in each window; the last is as long as the others, though no request came after 250 ms.
    let rates = windows("throughput_tokens_per_sec", 200, Selection { workload: Some(CHAT), ..all.clone() });
    assert_eq!(rates, (vec![(0, 50.0), (1, 50.0)], 0));
    let late = Selection { during: between(120, 5000), ..Selection::default() };
    assert_eq!(windows("arrived", 100, late), (vec![(2, 2.0)], 1));
}

#[test]
fn a_value_knows_how_many_requests_it_is_based_on() {
    let metric = Metric {
        selection: Selection { workload: Some(CODE), ..Selection::default() },
        ..metric("p99_latency_ms")
    };
    assert_eq!(run(&metric).n(&metric), Some(1));
}
