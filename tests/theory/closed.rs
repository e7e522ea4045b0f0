//! Closed loops: Little's law to the picosecond, and the machine repairman with one server and with several.
//!
//! N users who think for an exponential time and are served one at a time are the machines of L. Takács,
//! "Introduction to the theory of queues" (1962), chapter 5: those who think are in working order.

use kvs::engine::Levels;

use super::conservation::{BUSY, Little};
use super::estimate::{Estimate, Requests, Seconds};
use crate::support::{compile, run};

/// A mean service and a mean thought, in seconds.
const SERVICE: f64 = 0.1;
const THINK: f64 = 1.0;

/// `n_users` before `n_servers` that serve one request at a time and hold no other.
fn closed(n_users: u32, n_servers: u32, n_requests: u32) -> String {
    format!(
        "
gpu server {{ vram 1 TB; max_concurrent 1; prefill 1_000_000 tok/s; decode 1_000_000 tok/s }}
model tiny {{ kv_bytes_per_token 1 B }}
cluster {{ serves tiny; gpus server x {n_servers} }}
policy {{ routing least_loaded; decode_routing stay; max_queue 1; max_retries 8 }}
workload people {{
  arrivals users {n_users} think exponential mean 1 s; requests {n_requests}
  prompt exponential mean 100_000; output constant 0
}}
"
    )
}

#[test]
fn littles_law_holds_exactly_in_a_closed_loop() {
    let arrivals = BUSY.find("arrivals gamma").expect("a line of arrivals");
    let rest = BUSY[arrivals..].find('\n').expect("its end");
    for end in ["requests 20_000", "duration 20 min"] {
        for think in ["exponential mean 3 s", "constant 2 s", "lognormal median 1 s p95 9 s"] {
            let line = format!("arrivals users 60 think {think}; {end}");
            let text = format!("{}{line}{}", &BUSY[..arrivals], &BUSY[arrivals + rest..]);
            let mut little = Little::default();
            let end = run(&compile(&text), 5, &mut little);
            assert_eq!(end.unfinished, 0);
            assert_eq!(2 * little.stays, little.twice_present, "{line}");
            assert!(little.stays > 0);

            // Cut short: those who are still here have been here since they arrived.
            let text = format!("{text}\nrun {{ until 5 min }}");
            let mut little = Little::default();
            let end = run(&compile(&text), 5, &mut little);
            let cut = u128::from(end.at.as_ps()) * little.n_present - little.arrivals;
            assert_eq!(2 * (little.stays + cut), little.twice_present, "{line}, cut short");
            assert!(little.n_present > 0 && u128::from(end.unfinished) == little.n_present);
        }
    }
}

#[test]
fn one_server_and_its_users() {
    for n_users in [2, 8, 15] {
        check(n_users, 1);
    }
}

#[test]
fn several_servers_and_their_users() {
    for (n_users, n_servers) in [(10, 2), (40, 4), (25, 3)] {
        check(n_users, n_servers);
    }
}

#[track_caller]
fn check(n_users: u32, n_servers: u32) {
    let scenario = compile(&closed(n_users, n_servers, 150_000));
    let mut requests = Requests::default();
    let mut busy = Seconds::new(|levels: &Levels| f64::from(levels.prefill));
    if n_servers == 1 {
        run(&scenario, 1, &mut (&mut requests, &mut busy));
    } else {
        run(&scenario, 1, &mut requests);
    }
    let theory = Repairman::of(n_users, n_servers);
    let name = format!("M/M/{n_servers}//{n_users}");
    Estimate::of_batches(&requests.latencies).agrees(&format!("{name} latency"), theory.latency, 0.02);
    let waited: Vec<f64> = requests.waits.iter().map(|wait| f64::from(u8::from(*wait > 0.0))).collect();
    Estimate::of_batches(&waited).agrees(&format!("{name} share that has to wait"), theory.waits, 0.03);
    if n_servers == 1 {
        Estimate::of_batches(&busy.averages).agrees(&format!("{name} busy"), theory.busy, 0.02);
    }
}

/// The system in equilibrium.
struct Repairman {
    /// Arrival to finish, in seconds.
    latency: f64,
    /// Share of the requests that find all servers busy.
    waits: f64,
    /// Busy servers on average.
    busy: f64,
}

impl Repairman {
    fn of(n_users: u32, n_servers: u32) -> Repairman {
        let present = |n_users: u32| {
            let mut weights = vec![1.0];
            for present in 1..=n_users {
                let come = f64::from(n_users - present + 1) / THINK;
                let leave = f64::from(present.min(n_servers)) / SERVICE;
                weights.push(weights[present as usize - 1] * come / leave);
            }
            let total: f64 = weights.iter().sum();
            weights.into_iter().map(move |weight| weight / total).collect::<Vec<f64>>()
        };
        let busy =
            |p: &[f64]| (0..).zip(p).map(|(n, p): (u32, _)| f64::from(n.min(n_servers)) * p).sum::<f64>();
        let busy = busy(&present(n_users));
        // By Little's law over the whole loop: users = throughput x (latency + thought).
        let latency = f64::from(n_users) * SERVICE / busy - THINK;
        // An arrival finds what the others would leave (S. S. Lavenberg and M. Reiser, J. Applied Probability 17, 1980).
        let waits = present(n_users - 1)[n_servers as usize..].iter().sum();
        Repairman { latency, waits, busy }
    }
}
