//! Random small systems: every policy, tiny memories, ties, work of no length.
//!
//! Times lie on a grid of 10 ms and rates are such that work often takes a multiple of it: what may happen in one
//! instant often does.

use std::sync::LazyLock;

use kvs::model::{
    Arg, Choice, Cluster, Contention, Gpu, Group, Link, LinkEnd, Scenario, Throughput, TraceRow, Workload,
    WorkloadSource,
};
use kvs::units::{Bandwidth, Bytes, Quantity, Ratio, SimDuration, SimTime, TokenRate, Tokens};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::support::compile;

/// Replaced but for what a system leaves as it is; the workloads wait for their requests to end.
static BASE: LazyLock<Scenario> = LazyLock::new(|| {
    compile(
        "
gpu any { vram 1 GB; prefill 1000 tok/s; decode 100 tok/s }
model tiny { kv_bytes_per_token 1 KB }
cluster { serves tiny; gpus any x 1 }
workload patient {
  arrivals users 3 think constant 10 ms; prompt constant 20; output uniform 0 .. 20; requests 12
}
workload hasty {
  arrivals users 2 think constant 0 ms; prompt uniform 0 .. 2; output constant 1; requests 12
}
",
    )
});

/// The system of that number.
pub(crate) fn system(number: u64) -> Scenario {
    let mut random = ChaCha8Rng::seed_from_u64(number);
    let mut scenario = BASE.clone();
    scenario.cluster = cluster(&mut random);
    set_policy(&mut scenario, &mut random);
    scenario.engine.timing = named(&mut random, &["shared", "shared", "fixed"]);
    let closed_loops = std::mem::take(&mut scenario.workloads);
    for index in 0..random.random_range(1..=3) {
        let rows = WorkloadSource::Rows(rows(&mut random));
        scenario.workloads.push(workload(format!("rows_{index}"), rows, &mut random));
    }
    for closed_loop in closed_loops {
        if random.random_bool(0.15) {
            let Workload { name, source, .. } = closed_loop;
            scenario.workloads.push(workload(name, source, &mut random));
        }
    }
    scenario.run.seed = number;
    if random.random_bool(0.2) {
        scenario.run.until = Some(SimTime::from_ms(10 * random.random_range(0..300)));
    }
    scenario
}

/// Conversations beside the workloads of that system, each thought of 10 ms.
pub(crate) fn talking(number: u64) -> Scenario {
    static TALK: LazyLock<Workload> = LazyLock::new(|| {
        let mut scenario = compile(
            "
gpu any { vram 1 GB; prefill 1000 tok/s; decode 100 tok/s }
model tiny { kv_bytes_per_token 1 KB }
cluster { serves tiny; gpus any x 1 }
workload talk {
  arrivals poisson; rate 20 req/s; requests 6
  session { turns uniform 1 .. 4; think constant 10 ms }
  prefix_group 5; prefix_pool 3 tokens 10 pick round_robin
  prompt uniform 0 .. 30; output uniform 0 .. 20
}
",
        );
        scenario.workloads.pop().expect("the text has a workload")
    });
    let mut scenario = system(number);
    scenario.workloads.push(TALK.clone());
    scenario
}

/// A cluster without links whose GPUs are all equal, in one group.
pub(crate) fn alike(number: u64) -> Scenario {
    let mut scenario = system(number);
    let cluster = &mut scenario.cluster;
    let n_gpus = cluster.groups.iter().map(|group| group.n_gpus).sum();
    cluster.groups.truncate(1);
    cluster.groups[0].n_gpus = n_gpus;
    cluster.links.retain(|link| link.from.is_none());
    scenario
}

fn cluster(random: &mut ChaCha8Rng) -> Cluster {
    let n_groups = random.random_range(1..=3);
    let mut n_left = random.random_range(n_groups..=5);
    let mut groups = Vec::new();
    for index in 0..n_groups {
        let others = n_groups - index - 1;
        let n_gpus = if others == 0 { n_left } else { random.random_range(1..=n_left - others) };
        n_left -= n_gpus;
        let gpu = gpu(random);
        groups.push(Group { name: format!("group_{index}"), gpu, n_gpus, tensor_parallel: 1 });
    }
    let contention = if random.random_bool(0.5) { Contention::Fair } else { Contention::None };
    let links = links(&groups, random);
    Cluster { groups, links, contention, pools: Vec::new() }
}

fn gpu(random: &mut ChaCha8Rng) -> Gpu {
    let max_concurrent = random.random_range(1..=4);
    Gpu {
        name: "any".to_owned(),
        vram: Bytes::new(pick(random, &[40_000, 100_000, 200_000, 200_000, 1_000_000])),
        max_concurrent,
        throughput: Some(Throughput {
            prefill: TokenRate::from_tokens_per_sec(pick(random, &[500.0, 1000.0, 1000.0, 2000.0, 777.7])),
            decode: TokenRate::from_tokens_per_sec(pick(random, &[100.0, 500.0, 1000.0, 333.3])),
            decode_sharing_cap: random.random_range(1..=max_concurrent),
            decode_efficiency: Ratio::new(pick(random, &[1.0, 1.0, 0.8])),
            decode_per_request: None,
        }),
        hardware: None,
        price: None,
    }
}

/// None, a default, a ring of all replicas, one way or both, or links between whole groups.
fn links(groups: &[Group], random: &mut ChaCha8Rng) -> Vec<Link> {
    let replicas: Vec<LinkEnd> = (0..groups.len())
        .flat_map(|group| (0..groups[group].n_gpus).map(move |at| LinkEnd { group, first: at, last: at }))
        .collect();
    let wholes: Vec<LinkEnd> =
        (0..groups.len()).map(|group| LinkEnd { group, first: 0, last: groups[group].n_gpus - 1 }).collect();
    let shape = random.random_range(0..6);
    let mut links = Vec::new();
    if shape == 1 || shape == 2 {
        links.push(link(None, None, false, random));
    }
    if shape == 2 || shape == 3 {
        let one_way = random.random_bool(0.5);
        for (index, from) in replicas.iter().enumerate() {
            let to = replicas[(index + 1) % replicas.len()];
            // Two make a ring with one link both ways; a replica has none to itself.
            if replicas.len() > 2 || index == 0 && replicas.len() == 2 {
                links.push(link(Some(*from), Some(to), one_way, random));
            }
        }
    }
    if shape >= 4 {
        for (index, from) in wholes.iter().enumerate() {
            for to in &wholes[index..] {
                let itself = from.group == to.group;
                if (!itself || from.last > 0) && random.random_bool(0.6) {
                    links.push(link(Some(*from), Some(*to), !itself && random.random_bool(0.3), random));
                }
            }
        }
    }
    links
}

fn link(from: Option<LinkEnd>, to: Option<LinkEnd>, one_way: bool, random: &mut ChaCha8Rng) -> Link {
    Link {
        from,
        to,
        one_way,
        bandwidth: Bandwidth::from_bytes_per_sec(pick(random, &[2e5, 1e6, 1e6, 1e8, 3e11])),
        latency: SimDuration::from_ms(pick(random, &[0, 1, 10, 50])),
    }
}

fn set_policy(scenario: &mut Scenario, random: &mut ChaCha8Rng) {
    let policy = &mut scenario.policy;
    let routings = ["p2c", "random", "round_robin", "least_loaded", "least_connections", "predictive"];
    policy.routing = named(random, &routings);
    if policy.routing.name == "p2c" {
        let choices = f64::from(random.random_range(2..=3));
        policy.routing = with_number(&policy.routing, "choices", choices);
    }
    policy.decode_routing = named(random, &["load_and_handoff", "load_and_handoff", "stay"]);
    if policy.decode_routing.name == "load_and_handoff" {
        let weight = pick(random, &[0.0, 0.01, 0.5]);
        policy.decode_routing = with_number(&policy.decode_routing, "handoff_weight", weight);
    }
    policy.scheduling = named(random, &["fifo", "shortest_remaining", "priority", "fair"]);
    policy.reservation = named(random, &["safe", "lazy"]);
    policy.memory_pressure = named(random, &["reject", "evict"]);
    policy.eviction = named(random, &["lru", "fifo"]);
    policy.max_queue = random.random_bool(0.6).then(|| random.random_range(1..=5));
    policy.max_retries = random.random_range(0..=5);
    policy.max_global_queue = random.random_bool(0.3).then(|| random.random_range(0..=5));
    policy.queue_timeout =
        random.random_bool(0.3).then(|| SimDuration::from_ms(pick(random, &[1, 10, 50, 100, 1000])));
}

fn workload(name: String, source: WorkloadSource, random: &mut ChaCha8Rng) -> Workload {
    let priority = random.random_range(-1..=1);
    Workload { name, source, priority, weight: pick(random, &[0.5, 1.0, 3.0]), slo: None }
}

/// Bursts on the grid, of requests of which some have no prompt, no output, or fit hardly anywhere.
fn rows(random: &mut ChaCha8Rng) -> Vec<TraceRow> {
    let n_rows = random.random_range(1..=16);
    let gap_ms = pick(random, &[10, 50, 200]);
    let lengths: &[u32] =
        if random.random_bool(0.5) { &[0, 1, 10, 10, 20, 50] } else { &[0, 10, 20, 50, 90, 150, 600] };
    let mut at_ms = 0;
    let row = |index: u32| {
        if random.random_bool(0.5) {
            at_ms += gap_ms * random.random_range(0..3);
        }
        let (prompt, output) = (pick(random, lengths), pick(random, lengths));
        TraceRow {
            id: format!("r{index}"),
            arrival: SimTime::from_ms(at_ms),
            prompt: Tokens::new(prompt),
            output: Tokens::new(output),
        }
    };
    (0..n_rows).map(row).collect()
}

fn named(random: &mut ChaCha8Rng, names: &[&str]) -> Choice {
    Choice::named(pick(random, names))
}

fn with_number(choice: &Choice, name: &str, value: f64) -> Choice {
    choice.clone().with(name, Arg::Quantity(Quantity::number(value)))
}

pub(crate) fn pick<T: Copy>(random: &mut ChaCha8Rng, from: &[T]) -> T {
    from[random.random_range(0..from.len())]
}
