//! The verdict on the backlog, on systems of which theory says whether they keep up.

use kvs::metrics::{Accumulator, Demand, Saturation};

use crate::support::{compile, run};

/// One GPU that serves one request at a time, 100 ms on average.
const SERVER: &str = "
gpu server { vram 1 TB; max_concurrent 1; prefill 1_000_000 tok/s; decode 1_000_000 tok/s }
model tiny { kv_bytes_per_token 1 B }
cluster { serves tiny; gpus server x 1 }
policy { decode_routing stay }
";

/// How many of 20 seeds come out stable, backlogged and overloaded, and the mean growth.
fn verdicts(text: &str) -> ([u32; 3], f64) {
    let scenario = compile(text);
    let (mut counts, mut growth) = ([0; 3], 0.0);
    for seed in 1..=20 {
        let mut accumulator = Accumulator::new(&scenario, &Demand::default());
        let end = run(&scenario, seed, &mut accumulator);
        let backlog = accumulator.finish(end, &[]).summary().backlog.expect("enough arrive");
        growth += backlog.growth / 20.0;
        counts[match backlog.saturation {
            Saturation::Stable => 0,
            Saturation::Backlogged => 1,
            Saturation::Overloaded => 2,
        }] += 1;
    }
    (counts, growth)
}

/// A single-server queue with exponential services at some load.
fn queue(load: f64, arrivals: &str, requests: u32) -> ([u32; 3], f64) {
    let rate = 10.0 * load;
    verdicts(&format!(
        "{SERVER} workload customers {{
          arrivals {arrivals}; rate {rate} req/s; requests {requests}
          prompt exponential mean 100_000; output constant 0
        }}"
    ))
}

#[test]
fn a_queue_below_saturation_is_never_overloaded() {
    for (load, requests) in [(0.5, 500), (0.5, 20_000), (0.8, 2_000), (0.95, 2_000), (0.95, 20_000)] {
        let (counts, growth) = queue(load, "poisson", requests);
        assert_eq!(counts, [20, 0, 0], "{requests} at {load}");
        assert!(growth < 0.02, "{requests} at {load} grew by {growth}");
    }
    for load in [0.5, 0.8] {
        for arrivals in ["gamma cv 3", "bursty on 5 s off 15 s"] {
            let ([stable, _, overloaded], _) = queue(load, arrivals, 5_000);
            assert!(stable >= 18 && overloaded == 0, "{arrivals} at {load}: {stable}, {overloaded}");
        }
    }
}

#[test]
fn a_queue_beyond_saturation_is_overloaded_by_what_cannot_be_served() {
    for (load, arrivals, requests) in [
        (1.05, "poisson", 20_000),
        (1.2, "poisson", 2_000),
        (1.2, "poisson", 20_000),
        (1.2, "gamma cv 3", 20_000),
        (2.0, "poisson", 500),
    ] {
        let ([stable, _, overloaded], growth) = queue(load, arrivals, requests);
        assert!(stable == 0 && overloaded >= 16, "{arrivals}, {requests} at {load}: {stable}, {overloaded}");
        let lost = 1.0 - 1.0 / load;
        assert!((growth - lost).abs() < 0.12 * lost + 0.01, "{arrivals}, {requests} at {load}: {growth}");
    }
}

#[test]
fn users_who_wait_for_their_answers_never_overload() {
    let text = format!(
        "{SERVER} workload users {{
          arrivals users 50 think exponential mean 1 s; requests 5_000
          prompt exponential mean 100_000; output constant 0
        }}"
    );
    assert_eq!(verdicts(&text).0, [20, 0, 0]);
}

#[test]
fn a_rising_rate_that_is_served_is_not_an_overload() {
    // Up to 50 requests a second stay 20 s each: 1,000 of them are inside at the end, on as many of 1,500 GPUs.
    let text = "
      gpu slow { vram 1 TB; max_concurrent 1; prefill 1_000_000 tok/s; decode 10 tok/s }
      model tiny { kv_bytes_per_token 1 B }
      cluster { serves tiny; gpus slow x 1500 }
      policy { decode_routing stay; routing least_loaded }
      workload ramp {
        arrivals poisson; rate stages { 5 min -> 50 req/s }
        prompt constant 100; output exponential mean 200
      }";
    let ([_, _, overloaded], growth) = verdicts(text);
    assert_eq!(overloaded, 0, "the backlog grows by {growth}");
}
