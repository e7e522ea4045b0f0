//! Steps summed against steps one at a time: random small systems, and laws that hold whatever a step costs.

#[path = "steps/compared.rs"]
mod compared;
#[path = "steps/hardware.rs"]
mod hardware;
#[path = "steps/pools.rs"]
mod pools;
mod support;
#[path = "steps/systems.rs"]
mod systems;

use std::env;

use compared::compare;
use kvs::model::WorkloadSource;
use kvs::units::SimTime;
use support::{compile, run};

/// Systems compared where `KVS_SYSTEMS` does not say how many.
const SYSTEMS: u64 = 10_000;

#[test]
fn leaping_is_stepping_bit_for_bit() {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse().ok());
    let first: u64 = number("KVS_FIRST_SYSTEM").unwrap_or(0);
    let n = number("KVS_SYSTEMS").unwrap_or(SYSTEMS);
    let mut seen = compared::Seen::default();
    for index in first..first + n {
        compare(index, &systems::system(index), &mut seen);
    }
    println!("{seen:?}");
    // What is compared must occur.
    if n >= SYSTEMS {
        assert!(seen.finished > 10 * n && seen.preemptions > n && seen.rejected > n / 2, "{seen:?}");
        assert!(seen.found > n / 2 && seen.grown > n / 2, "{seen:?}");
        assert!(seen.crossings > n / 40, "{seen:?}");
        assert!(seen.overtakings > n / 10 && seen.nested > n / 1000, "{seen:?}");
        assert!(seen.handoffs > n && seen.rehandoffs > n / 20, "{seen:?}");
        assert!(seen.gaps > 100 * n && seen.unfinished > 0 && seen.queued_globally > n / 10, "{seen:?}");
    }
}

#[test]
fn a_fleet_reports_the_most_that_it_held_together() {
    let mut scenario = compile(
        "
cluster { serves llama_3_1_8b; gpus h100_sxm x 40 }
engine { batching continuous; timing roofline; prefix_cache off; kv_blocks 500 }
policy { routing p2c }
workload chat {
  arrivals poisson; rate 800 req/s; requests 4000
  prompt lognormal median 400 p95 1200
  output lognormal median 100 p95 300
}
",
    );
    // Nothing but the ramp, a part of it, and what comes after; debug builds also add up all replicas at every instant.
    for (number, (requests, warmup)) in
        (0..).zip([(600, 0), (600, 300), (4000, 0), (4000, 2000), (4000, 333)])
    {
        scenario.run.seed = number;
        scenario.run.warmup = SimTime::from_ms(warmup);
        scenario.run.until = (number == 4).then(|| SimTime::from_ms(3456));
        if let WorkloadSource::Generated { requests: n, .. } = &mut scenario.workloads[0].source {
            *n = Some(requests);
        }
        for follows in [0, 1] {
            compare(2 * number + follows, &scenario, &mut compared::Seen::default());
        }
    }
}

#[test]
fn a_lone_request_takes_a_step_a_token() {
    let text = |output: u32| {
        format!(
            "
cluster {{ serves llama_3_1_8b; gpus h100_sxm x 1 }}
engine {{ batching continuous; timing linear base 1 ms; kv_blocks 300000 }}
workload one {{ arrivals constant; rate 1 req/s; requests 1; prompt constant 10; output constant {output} }}
"
        )
    };
    for output in [1, 2, 5, 1_000_000] {
        let end = run(&compile(&text(output)), 1, &mut ());
        assert_eq!((end.steps, end.at.as_ps()), (u64::from(output), u64::from(output) * 1_000_000_000));
    }
}
