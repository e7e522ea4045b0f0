//! Random small systems: tiny caches and budgets, bursts, ties, chunks, preemptions.
//!
//! Times lie on a grid of 1 ms and steps often take a whole number of them, so that what may happen in one instant
//! often does. Every third system has `timing roofline`.

use std::sync::LazyLock;

use kvs::model::{
    Arg, Choice, Contention, Link, LinkEnd, Phase, Pool, Scenario, TraceRow, Workload, WorkloadSource,
};
use kvs::units::{Bandwidth, Dimension, Quantity, SimDuration, SimTime, Tokens};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::hardware;
use crate::support::compile;

/// Replaced but for what a system leaves as it is; the workloads wait for their requests to end.
static BASE: LazyLock<Scenario> = LazyLock::new(|| {
    compile(
        "
cluster { serves llama_3_1_8b; gpus h100_sxm x 1 }
engine { batching continuous; timing linear base 1 ms; kv_blocks 10; prefix_cache off }
workload patient {
  arrivals users 3 think constant 3 ms; prompt constant 20; output uniform 1 .. 20; requests 12
}
workload hasty {
  arrivals users 2 think constant 0 ms; prompt uniform 0 .. 9; output constant 3; requests 12
}
workload alike {
  arrivals constant; rate 400 req/s; requests 20
  prefix_group 5; prefix_pool 3 tokens 7 pick zipf 1
  prompt uniform 0 .. 12; output uniform 1 .. 9
}
workload talking {
  arrivals poisson; rate 200 req/s; requests 5
  session { turns uniform 1 .. 5; think constant 2 ms }
  prefix_pool 2 tokens 6
  prompt uniform 0 .. 6; output uniform 1 .. 12
}
",
    )
});

/// The system of that number.
pub(crate) fn system(number: u64) -> Scenario {
    let mut random = ChaCha8Rng::seed_from_u64(number);
    let mut scenario = BASE.clone();
    scenario.cluster.groups[0].n_gpus = pick(&mut random, &[1, 1, 1, 2, 3, 4]);
    set_engine(&mut scenario, &mut random);
    if number % 3 == 2 {
        hardware::set(&mut scenario, &mut random);
    }
    if random.random_bool(0.3) {
        set_pools(&mut scenario, &mut random);
    }
    set_policy(&mut scenario, &mut random);
    let drawn = std::mem::take(&mut scenario.workloads);
    for index in 0..random.random_range(1..=3) {
        let rows = WorkloadSource::Rows(rows(&mut random));
        scenario.workloads.push(workload(format!("rows_{index}"), rows, &mut random));
    }
    for one in drawn {
        if random.random_bool(0.25) {
            let Workload { name, source, .. } = one;
            scenario.workloads.push(workload(name, source, &mut random));
        }
    }
    scenario.run.seed = number;
    if random.random_bool(0.2) {
        scenario.run.until = Some(SimTime::from_ms(random.random_range(0..200)));
    }
    if random.random_bool(0.2) {
        scenario.run.warmup = SimTime::from_ms(random.random_range(0..50));
    }
    scenario
}

/// Prefill and decode on groups of their own. Over the slower links the cache of ten tokens takes 1 ms and more.
fn set_pools(scenario: &mut Scenario, random: &mut ChaCha8Rng) {
    let ten_tokens = 10.0 * scenario.model.kv_bytes_per_token as f64;
    let cluster = &mut scenario.cluster;
    cluster.groups.push(cluster.groups[0].clone());
    for (group, name) in cluster.groups.iter_mut().zip(["front", "back"]) {
        group.name = name.to_owned();
        group.n_gpus = random.random_range(1..=2) * group.tensor_parallel;
    }
    let prefill = random.random_range(0..=1);
    cluster.pools = vec![
        Pool { phase: Phase::Prefill, group: prefill },
        Pool { phase: Phase::Decode, group: 1 - prefill },
    ];
    if random.random_bool(0.8) {
        let all = |group: usize| LinkEnd { group, first: 0, last: cluster.groups[group].n_replicas() - 1 };
        let one = |group: usize| LinkEnd { last: 0, ..all(group) };
        // All with all, or some prefill replicas with some decode replicas: the others get no work.
        let (from, to) = match random.random_range(0..4) {
            0 => (Some(one(prefill)), Some(all(1 - prefill))),
            1 => (Some(all(prefill)), Some(one(1 - prefill))),
            _ => (None, None),
        };
        cluster.links = vec![Link {
            from,
            to,
            one_way: from.is_some(),
            bandwidth: Bandwidth::from_bytes_per_sec(ten_tokens / pick(random, &[13e-3, 1e-3, 1e-4])),
            latency: SimDuration::from_ps(pick(random, &[0, 1_000_000_000, 777_777_777])),
        }];
    }
    cluster.contention = pick(random, &[Contention::Fair, Contention::None]);
}

fn set_engine(scenario: &mut Scenario, random: &mut ChaCha8Rng) {
    let engine = &mut scenario.engine;
    engine.block_size = Tokens::new(pick(random, &[1, 2, 3, 4, 8, 16]));
    engine.kv_blocks = Some(random.random_range(2..40));
    engine.max_batch = pick(random, &[1, 2, 3, 5, 8, 256]);
    engine.max_batch_tokens = pick(random, &[1, 3, 8, 16, 33, 2048]);
    engine.prefix_cache = random.random_bool(0.6);
    engine.schedule_ahead = random.random_range(0..=1);
    let time = |seconds: f64| Arg::Quantity(Quantity { value: seconds, dimension: Dimension::TIME });
    engine.timing = Choice::named("linear")
        .with("base", time(pick(random, &[1e-3, 1e-3, 2e-3, 1.7e-3, 1e-9])))
        .with("per_prompt_token", time(pick(random, &[0.0, 0.0, 1e-3, 3.3e-4])))
        .with("per_request", time(pick(random, &[0.0, 0.0, 1e-3, 1.1e-4])))
        .with("per_context_token", time(pick(random, &[0.0, 0.0, 1e-4, 7.7e-7, 1.234e-13])));
}

fn set_policy(scenario: &mut Scenario, random: &mut ChaCha8Rng) {
    let policy = &mut scenario.policy;
    let routings = ["random", "round_robin", "least_loaded", "least_connections", "predictive"];
    policy.routing = Choice::named(pick(random, &routings));
    if scenario.engine.prefix_cache && random.random_bool(0.3) {
        let load_cap = Quantity { value: pick(random, &[1.0, 1.25, 3.0]), dimension: Dimension::NUMBER };
        policy.routing = Choice::named("prefix_aware").with("load_cap", Arg::Quantity(load_cap));
    }
    policy.scheduling =
        Choice::named(pick(random, &["fifo", "fifo", "shortest_remaining", "priority", "fair"]));
    policy.preempt_by_priority = random.random_bool(0.3);
    policy.max_queue = random.random_bool(0.3).then(|| random.random_range(1..=6));
    policy.max_retries = random.random_range(0..=3);
    policy.max_global_queue = random.random_bool(0.3).then(|| random.random_range(0..=5));
    policy.queue_timeout =
        random.random_bool(0.3).then(|| SimDuration::from_ms(pick(random, &[1, 5, 10, 100])));
}

fn workload(name: String, source: WorkloadSource, random: &mut ChaCha8Rng) -> Workload {
    let priority = random.random_range(-1..=1);
    Workload { name, source, priority, weight: pick(random, &[0.5, 1.0, 3.0]), slo: None }
}

/// Bursts on the grid, of requests of which some have no prompt, no output, or fit hardly anywhere.
fn rows(random: &mut ChaCha8Rng) -> Vec<TraceRow> {
    let n_rows = random.random_range(1..=20);
    let gap_ps =
        pick(random, &[1_000_000_000, 1_000_000_000, 5_000_000_000, 20_000_000_000, 777_777_777, 1000]);
    let lengths: &[u32] =
        if random.random_bool(0.5) { &[0, 1, 2, 5, 10, 20] } else { &[0, 1, 4, 16, 33, 64, 150] };
    let mut at_ps = 0;
    let row = |index: u32| {
        if random.random_bool(0.6) {
            at_ps += gap_ps * random.random_range(0..4);
        }
        let (prompt, output) = (pick(random, lengths), pick(random, lengths));
        TraceRow {
            id: format!("r{index}"),
            arrival: SimTime::from_ps(at_ps),
            prompt: Tokens::new(prompt),
            output: Tokens::new(output),
        }
    };
    (0..n_rows).map(row).collect()
}

pub(crate) fn pick<T: Copy>(random: &mut ChaCha8Rng, from: &[T]) -> T {
    from[random.random_range(0..from.len())]
}
