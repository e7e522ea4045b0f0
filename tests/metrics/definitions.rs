//! What each metric means, by hand.

use kvs::metrics::{self, Bare, Equality, Kind};
use kvs::model::{GpuSelection, Metric, Selection};
use kvs::units::SimTime;

use crate::fixture::{metric, outcome, outcome_of, scenario, wants};

/// Values in the unit at the end of the name, shares in per cent; `None` for no data.
#[track_caller]
fn check(script: &str, expected: &[(&str, Option<f64>)]) {
    check_of(&scenario(), script, expected);
}

#[track_caller]
fn check_of(scenario: &kvs::model::Scenario, script: &str, expected: &[(&str, Option<f64>)]) {
    let wanted: Vec<_> = expected.iter().map(|(name, _)| wants(&metric(name))).collect();
    let outcome = outcome_of(scenario, script, &wanted.iter().collect::<Vec<_>>());
    for (name, expected) in expected {
        let unit = metrics::lookup(name).unwrap_or_else(|| panic!("no metric `{name}`")).unit;
        let found = outcome.value(&metric(name)).map(|value| unit.map_or(value, |unit| unit.of_base(value)));
        let close = match (found, *expected) {
            (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
            (found, expected) => found == expected,
        };
        assert!(close, "{name}: expected {expected:?}, found {found:?}");
    }
}

/// One request on an empty GPU: 500 prompt tokens in 250 ms, 200 output tokens in 500 ms.
const ALONE: &str = "
    0    a1 arrives chat 500 200
    0    a1 queues 0
    0    a1 prefills 0
    0    gpu 0: 0 1 0 1433600
    250  a1 first token 0
    250  a1 decodes 0
    250  gpu 0: 0 0 1 1433600
    750  a1 finishes 0
    750  gpu 0: 0 0 0 0
    750  end";

#[test]
fn one_request_alone() {
    check(
        ALONE,
        &[
            ("arrived", Some(1.0)),
            ("finished", Some(1.0)),
            ("unfinished", Some(0.0)),
            ("completion_rate", Some(100.0)),
            ("reject_rate", Some(0.0)),
            ("mean_latency_ms", Some(750.0)),
            ("p50_latency_ms", Some(750.0)),
            ("p999_latency_ms", Some(750.0)),
            ("max_ttft_ms", Some(250.0)),
            // 199 gaps in 500 ms, to the picosecond.
            ("p50_tpot_ms", Some(2.512_562_814)),
            ("mean_queue_ms", Some(0.0)),
            ("min_prefill_ms", Some(250.0)),
            ("p90_decode_ms", Some(500.0)),
            ("p99_handoff_ms", None),
            ("makespan_ms", Some(750.0)),
            ("tokens_generated", Some(200.0)),
            ("throughput_tokens_per_sec", Some(200.0 / 0.75)),
            ("throughput_requests_per_sec", Some(1.0 / 0.75)),
            ("peak_vram_bytes", Some(1_433_600.0)),
            ("avg_vram_bytes", Some(1_433_600.0)),
            ("mean_active_prefill", Some(1.0 / 3.0)),
            ("max_active_decode", Some(1.0)),
            ("active_decode", Some(0.0)),
            ("gpu_busy_ms", Some(750.0)),
            ("gpu_utilization", Some(50.0)),
            ("mean_gpus_busy", Some(1.0)),
            // Two GPUs at 3.60 $/h for 0.75 s.
            ("cost_usd", Some(0.0015)),
            ("slo_attainment", Some(100.0)),
            ("goodput", Some(1.0 / 0.75)),
        ],
    );
}

#[test]
fn percentiles_are_nearest_rank() {
    let mut script = String::new();
    for request in 1..=10 {
        script += &format!("0 r{request} arrives code 1 1\n");
    }
    for request in 1..=10 {
        script += &format!("{0} r{request} first token 0\n{0} r{request} finishes 0\n", request * 10);
    }
    script += "100 end";
    check(
        &script,
        &[
            ("min_latency_ms", Some(10.0)),
            ("p50_latency_ms", Some(50.0)),
            ("p90_latency_ms", Some(90.0)),
            ("p95_latency_ms", Some(100.0)),
            ("p99_latency_ms", Some(100.0)),
            ("max_latency_ms", Some(100.0)),
            ("mean_latency_ms", Some(55.0)),
            // One output token leaves no gap.
            ("p50_tpot_ms", None),
        ],
    );
}

#[test]
fn what_is_lost_is_counted_and_gives_no_sample() {
    check(
        "
        0   a1 arrives chat 9 9
        0   a1 rejected
        10  a2 arrives chat 9 9
        10  a2 queues 1
        20  a2 evicted 1
        30  a3 arrives code 9 9
        30  a3 queues globally
        30  global queue 1
        90  end",
        &[
            ("arrived", Some(3.0)),
            ("rejected", Some(1.0)),
            ("evicted", Some(1.0)),
            ("evictions", Some(1.0)),
            ("unfinished", Some(1.0)),
            ("finished", Some(0.0)),
            ("completion_rate", Some(0.0)),
            ("reject_rate", Some(100.0 / 3.0)),
            ("p99_latency_ms", None),
            ("makespan_ms", None),
            ("throughput_tokens_per_sec", None),
            ("slo_attainment", Some(0.0)),
            ("max_global_queue_depth", Some(1.0)),
            ("mean_global_queue_depth", Some(60.0 / 90.0)),
            ("global_queue_depth", Some(1.0)),
        ],
    );
}

#[test]
fn a_first_token_counts_whatever_became_of_its_request() {
    check(
        "
        0   a1 arrives chat 9 9
        0   a1 queues 0
        10  a1 prefills 0
        30  a1 first token 0
        40  a2 arrives chat 9 9
        40  a2 queues 0
        70  a2 prefills 0
        90  end",
        &[
            ("finished", Some(0.0)),
            ("p50_ttft_ms", Some(30.0)),
            ("max_queue_ms", Some(30.0)),
            ("mean_queue_ms", Some(20.0)),
            ("max_prefill_ms", Some(20.0)),
            ("max_latency_ms", None),
        ],
    );
}

#[test]
fn nothing_at_all_has_no_shares_and_no_times() {
    check(
        "0 end",
        &[
            ("arrived", Some(0.0)),
            ("completion_rate", None),
            ("slo_attainment", None),
            ("p50_ttft_ms", None),
            ("makespan_ms", None),
            ("mean_vram_bytes", Some(0.0)),
            ("gpu_busy_ms", Some(0.0)),
        ],
    );
}

#[test]
fn the_peak_of_a_sum_is_not_the_sum_of_peaks() {
    // At 20 ms the memory changes hands within one instant: 3000 never existed.
    let script = "
        10  gpu 0: 0 0 1 2000
        20  gpu 1: 0 0 1 1000
        20  gpu 0: 0 0 0 0
        40  gpu 1: 0 0 0 0
        50  end";
    check(
        script,
        &[
            ("peak_vram_bytes", Some(2000.0)),
            ("max_vram_bytes", Some(2000.0)),
            ("mean_vram_bytes", Some((10.0 * 2000.0 + 20.0 * 1000.0) / 50.0)),
            ("gpu_busy_ms", Some(30.0)),
            ("max_gpus_busy", Some(1.0)),
        ],
    );
    let gpus = outcome(script, &[]).summary().gpus;
    assert_eq!([gpus[0].peak_vram.get(), gpus[1].peak_vram.get()], [2000, 1000]);
    assert_eq!([gpus[0].busy.as_ps(), gpus[1].busy.as_ps()], [10_000_000_000, 20_000_000_000]);
}

#[test]
fn retries_and_handoffs_are_counted_where_they_end() {
    check(
        "
        0   a1 arrives chat 100 10
        0   a1 retries 1
        0   a1 queues 1
        0   a1 prefills 1
        10  a2 arrives chat 100 10
        10  a2 retries 0
        10  a2 queues globally
        50  a1 first token 1
        50  a1 moves 1 0 204800
        53  a1 moved 1 0
        53  a1 decodes 0
        60  a2 queues 0
        60  a2 prefills 0
        70  a2 first token 0
        70  a2 decodes 0
        80  a1 finishes 0
        90  a2 finishes 0
        90  end",
        &[
            ("retry_attempts", Some(2.0)),
            ("retry_successes", Some(1.0)),
            ("handoffs_total", Some(1.0)),
            ("cross_gpu_decodes", Some(1.0)),
            ("max_handoff_ms", Some(3.0)),
            ("max_queue_ms", Some(50.0)),
        ],
    );
}

#[test]
fn a_retry_that_ends_in_the_global_queue_is_not_a_success_wherever_it_goes_from_there() {
    let script = |between: &str| {
        format!(
            "
        0   a1 arrives chat 100 10
        0   a1 retries 1
        {between}
        0   a1 queues 1
        0   a1 prefills 1
        50  a1 first token 1
        90  a1 finishes 1
        90  end"
        )
    };
    check(&script(""), &[("retry_attempts", Some(1.0)), ("retry_successes", Some(1.0))]);
    check(
        &script("0   a1 queues globally"),
        &[("retry_attempts", Some(1.0)), ("retry_successes", Some(0.0))],
    );
}

#[test]
fn nothing_is_measured_before_the_warmup_ends() {
    let mut scenario = scenario();
    scenario.run.warmup = SimTime::from_ms(100);
    check_of(
        &scenario,
        "
        0    a1 arrives chat 100 10
        0    a1 queues 0
        0    a1 prefills 0
        0    gpu 0: 0 1 0 5000
        100  a2 arrives chat 100 10
        100  a2 queues 0
        100  a2 prefills 0
        100  gpu 0: 0 2 0 9000
        150  a1 first token 0
        150  a2 first token 0
        200  a1 finishes 0
        300  a2 finishes 0
        300  gpu 0: 0 0 0 0
        300  end",
        &[
            ("arrived", Some(1.0)),
            ("finished", Some(1.0)),
            ("tokens_generated", Some(10.0)),
            ("max_latency_ms", Some(200.0)),
            ("makespan_ms", Some(200.0)),
            ("throughput_tokens_per_sec", Some(50.0)),
            ("peak_vram_bytes", Some(9000.0)),
            ("mean_vram_bytes", Some(9000.0)),
            ("gpu_busy_ms", Some(200.0)),
            // One of two GPUs.
            ("gpu_utilization", Some(50.0)),
            // Two GPUs at 3.60 $/h.
            ("cost_usd", Some(0.2 * 2.0 * 3.6 / 3600.0)),
        ],
    );
}

#[test]
fn a_level_that_holds_when_the_warmup_ends_counts_and_one_that_held_before_does_not() {
    let script = "
        0    gpu 0: 4 1 0 5000
        0    global queue 9
        50   gpu 0: 2 1 0 9000
        80   global queue 1
        200  gpu 0: 0 0 0 0
        200  global queue 3
        300  end";
    for (warmup, queue, global, vram, mean) in [
        (0, 4.0, 9.0, 9000.0, (50.0 * 5000.0 + 150.0 * 9000.0) / 300.0),
        (50, 2.0, 9.0, 9000.0, 150.0 * 9000.0 / 250.0),
        (100, 2.0, 3.0, 9000.0, 100.0 * 9000.0 / 200.0),
        (200, 0.0, 3.0, 0.0, 0.0),
        (300, 0.0, 3.0, 0.0, 0.0),
    ] {
        let mut scenario = scenario();
        scenario.run.warmup = SimTime::from_ms(warmup);
        let expected = [
            ("max_queue_depth", Some(queue)),
            ("max_global_queue_depth", Some(global)),
            ("peak_vram_bytes", Some(vram)),
            ("mean_vram_bytes", Some(mean)),
        ];
        check_of(&scenario, script, &expected);
    }
    let mut scenario = scenario();
    scenario.run.warmup = SimTime::from_ms(301);
    check_of(
        &scenario,
        script,
        &["max_queue_depth", "mean_vram_bytes", "gpu_utilization"].map(|name| (name, None)),
    );
}

#[test]
fn a_request_is_good_within_every_bound_of_its_slo() {
    // chat: ttft 250 ms, latency 1000 ms; code has no slo and counts for neither side.
    check(
        "
        0     a1 arrives chat 1 2
        0     a2 arrives chat 1 2
        0     a3 arrives chat 1 2
        0     a4 arrives code 1 2
        250   a1 first token 0
        250   a2 first token 0
        251   a3 first token 0
        1000  a1 finishes 0
        1000  a3 finishes 0
        1001  a2 finishes 0
        2000  a4 first token 0
        2000  a4 finishes 0
        2000  end",
        &[("slo_attainment", Some(100.0 / 3.0)), ("goodput", Some(0.5)), ("completion_rate", Some(100.0))],
    );
}

#[test]
fn a_missing_price_has_no_cost() {
    let mut scenario = scenario();
    scenario.cluster.groups[0].gpu.price = None;
    check_of(&scenario, ALONE, &[("cost_usd", None)]);
}

#[test]
fn the_list_is_consistent() {
    let names = metrics::names();
    for name in &names {
        assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "`{name}` is listed twice");
        let info = metrics::lookup(name).expect("every listed name is found");
        assert_eq!(&info.name, name);
        if let Some(unit) = info.unit {
            assert_eq!(unit.dimension, info.dimension, "the unit of `{name}`");
        }
        match info.bare {
            Bare::Count => assert!(info.unit.is_none(), "`{name}` is a count with a unit"),
            Bare::UnitOfName | Bare::Refused => assert!(info.unit.is_some(), "`{name}` has no unit"),
        }
        let states_unit =
            ["_ms", "_bytes", "_usd", "_per_sec"].into_iter().any(|suffix| name.ends_with(suffix));
        assert_eq!(info.bare == Bare::UnitOfName, states_unit, "`{name}`");
        let definition = info.definition;
        assert!(!definition.is_empty() && !definition.ends_with('.'), "the definition of `{name}`");
    }
    assert!(metrics::lookup("p99_latencyms").is_none());
    assert!(metrics::lookup("p98_latency_ms").is_none());
}

#[test]
fn names_of_the_language_have_their_kind() {
    for (name, kind, equality) in [
        ("finished", Kind::Requests, Equality::Exact),
        ("p99_latency_ms", Kind::Requests, Equality::Digits),
        ("queue_depth", Kind::Level, Equality::Exact),
        ("mean_queue_depth", Kind::Level, Equality::Rounded),
        ("peak_vram_bytes", Kind::Level, Equality::Exact),
        ("makespan_ms", Kind::Run, Equality::Digits),
        ("cost_usd", Kind::Run, Equality::Rounded),
        ("p99_itl_ms", Kind::Gaps, Equality::Digits),
        ("mean_kv_utilization", Kind::Level, Equality::Rounded),
        ("prefix_token_hit_rate", Kind::Requests, Equality::Exact),
    ] {
        let info = metrics::lookup(name).unwrap_or_else(|| panic!("no metric `{name}`"));
        assert_eq!((info.kind, info.equality), (kind, equality), "{name}");
    }
}

/// A session answered in full, one turned away with two turns to come, one under way.
const SESSIONS: &str = "
    0    a1 arrives chat 1 10 turn 0 of 2 since 0
    0    b1 arrives code 1 10 turn 0 of 4 since 0
    100  a1 first token 0
    100  a1 finishes 0
    100  b1 first token 1
    100  b1 finishes 1
    200  a2 arrives chat 1 10 turn 1 of 2 since 0
    200  b2 arrives code 1 10 turn 1 of 4 since 0
    250  b2 rejected
    300  a2 first token 0
    300  a2 finishes 0
    300  c1 arrives chat 1 10 turn 0 of 3 since 300
    300  d1 arrives code 1 10 turn 0 of 1 since 300
    400  c1 first token 1
    400  c1 finishes 1
    400  d1 queues 1
    450  d1 evicted 1
    500  end";

#[test]
fn sessions_are_counted_where_they_begin_and_end() {
    check(
        SESSIONS,
        &[
            ("arrived", Some(6.0)),
            ("sessions", Some(4.0)),
            ("finished_sessions", Some(1.0)),
            ("abandoned_sessions", Some(2.0)),
            ("abandoned_turns", Some(2.0)),
        ],
    );
}

#[test]
fn sessions_are_selected_with_the_requests_that_decide_them() {
    let of = |name: &str, selection: Selection| {
        let metric = Metric { selection, ..metric(name) };
        outcome(SESSIONS, &[&wants(&metric)]).value(&metric)
    };
    let workload = |workload| Selection { workload: Some(workload), ..Selection::default() };
    let on = |first| Selection { gpus: Some(GpuSelection { first, last: first }), ..Selection::default() };
    let during = |from, to| {
        let during = Some((SimTime::from_ms(from), SimTime::from_ms(to)));
        Selection { during, ..Selection::default() }
    };
    for (name, expected) in [
        ("sessions", [2.0, 2.0, 1.0, 3.0, 2.0, 0.0]),
        ("finished_sessions", [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]),
        // One was turned away on no GPU.
        ("abandoned_sessions", [0.0, 2.0, 0.0, 1.0, 0.0, 1.0]),
        ("abandoned_turns", [0.0, 2.0, 0.0, 0.0, 0.0, 2.0]),
    ] {
        let selections = [workload(0), workload(1), on(0), on(1), during(0, 0), during(200, 299)];
        assert_eq!(selections.map(|selection| of(name, selection)), expected.map(Some), "{name}");
    }
}

#[test]
fn sessions_that_began_before_the_warm_up_are_not_counted() {
    let mut scenario = scenario();
    scenario.run.warmup = SimTime::from_ms(150);
    let outcome = outcome_of(&scenario, SESSIONS, &[]);
    let values = ["arrived", "sessions", "finished_sessions", "abandoned_sessions", "abandoned_turns"]
        .map(|name| outcome.value(&metric(name)));
    // The turns that never came are those after a request that is counted.
    assert_eq!(values, [4.0, 2.0, 0.0, 1.0, 2.0].map(Some));
}

#[test]
fn goodput_of_workloads_without_a_slo_is_no_data() {
    let metric = |workload| Metric {
        selection: Selection { workload: Some(workload), ..Selection::default() },
        ..metric("goodput")
    };
    let outcome = outcome(SESSIONS, &[]);
    // Two good ones of `chat` in 400 ms, and the one under way; `code` has no `slo`.
    assert_eq!((outcome.value(&metric(0)), outcome.value(&metric(1))), (Some(3.0 / 0.4), None));
}
