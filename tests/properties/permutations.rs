//! Equal GPUs are told apart by nothing but their names.
//!
//! Exactly so, event by event and for every policy, where a system is written differently: equal GPUs in other groups,
//! links in another order. Where unlike GPUs change places, the same draw or turn meets another GPU; then only the
//! distribution is the same, and only for policies that treat all indices alike: routing `random` or `p2c` with decode
//! routing `stay`. The others break ties in turn, from the lowest index on, or take the lower index (`load_and_handoff`
//! among idle GPUs), so that who is written first matters where GPUs are unlike.

use kvs::engine::{Event, Journey, Sink};
use kvs::model::Scenario;
use kvs::units::SimTime;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::support::{compile, run};
use crate::systems::{alike, system};
use crate::{log_of, same, with_number};

#[test]
fn equal_gpus_in_other_groups_are_the_same_system() {
    for number in 0..1000 {
        let scenario = alike(number);
        let mut random = ChaCha8Rng::seed_from_u64(number);
        let regrouped = in_other_groups(&scenario, &mut random);
        with_number(number, &scenario, || same(&log_of(&scenario), &log_of(&regrouped)));
    }
}

/// The GPUs of the only group in several.
fn in_other_groups(scenario: &Scenario, random: &mut ChaCha8Rng) -> Scenario {
    let mut regrouped = scenario.clone();
    let group = regrouped.cluster.groups.remove(0);
    let mut n_left = group.n_gpus;
    while n_left > 0 {
        let n_gpus = random.random_range(1..=n_left);
        let name = format!("part_{n_left}");
        regrouped.cluster.groups.push(kvs::model::Group { name, n_gpus, ..group.clone() });
        n_left -= n_gpus;
    }
    regrouped
}

#[test]
fn links_in_another_order_are_the_same_system() {
    for number in 0..1000 {
        let scenario = system(number);
        let mut shuffled = scenario.clone();
        shuffled.cluster.links.shuffle(&mut ChaCha8Rng::seed_from_u64(number));
        with_number(number, &scenario, || same(&log_of(&scenario), &log_of(&shuffled)));
    }
}

/// Sums up the latencies of what finished.
#[derive(Default)]
struct Latencies {
    sum_s: f64,
    n: u64,
}

impl Sink for Latencies {
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        if matches!(event, Event::Finished { .. }) {
            self.sum_s += at.since(journey.request.arrival).as_secs_f64();
            self.n += 1;
        }
    }
}

/// The mean over runs of the mean latency, in seconds, and its variance.
fn mean_latency(groups: &str, routing: &str) -> (f64, f64) {
    const N_RUNS: u64 = 60;
    let scenario = compile(&format!(
        "
gpu quick {{ vram 1 MB; max_concurrent 4; prefill 3000 tok/s; decode 900 tok/s }}
gpu slow  {{ vram 600 KB; max_concurrent 2; prefill 1000 tok/s; decode 300 tok/s }}
model tiny {{ kv_bytes_per_token 1 KB }}
cluster {{ serves tiny; {groups}; link default bandwidth 1 GB/s latency 1 ms }}
policy {{ routing {routing}; decode_routing stay; max_queue 8; max_retries 1; memory_pressure evict }}
workload chat {{
  arrivals poisson; rate 8 req/s; requests 300
  prompt exponential mean 100; output exponential mean 60
}}
"
    ));
    let means: Vec<f64> = (0..N_RUNS)
        .map(|seed| {
            let mut latencies = Latencies::default();
            run(&scenario, seed, &mut latencies);
            latencies.sum_s / latencies.n as f64
        })
        .collect();
    let mean = means.iter().sum::<f64>() / N_RUNS as f64;
    let squares: f64 = means.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, squares / ((N_RUNS - 1) * N_RUNS) as f64)
}

#[test]
fn unlike_gpus_change_places_and_the_distribution_stays() {
    for routing in ["random", "p2c"] {
        // Seeds are common, so arrivals and lengths are: what remains of the difference is routing's, and the bound on
        // its error, which treats the two as independent, is wide.
        let (first, first_variance) = mean_latency("gpus quick x 2; gpus slow x 2", routing);
        let (second, second_variance) = mean_latency("gpus slow x 2; gpus quick x 2", routing);
        let error = f64::sqrt(first_variance + second_variance);
        assert!(error < 0.1 * first, "{routing}: {first} s with an error of {error} s shows nothing");
        assert!((first - second).abs() < 3.0 * error, "{routing}: {first} s and {second} s, error {error} s");
    }
}
