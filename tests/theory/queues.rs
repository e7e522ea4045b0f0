//! First come, first served: M/M/1, M/D/1, M/G/1 and M/M/c (Kleinrock, "Queueing Systems", volume 1, chapters 3 and 5).

use kvs::engine::Levels;

use super::estimate::{Estimate, Requests, Seconds};
use crate::support::{compile, run};

const N_REQUESTS: u32 = 150_000;

/// `n_servers` that serve one request at a time and hold no other; the mean service takes 100 ms.
fn queue(n_servers: u32, load: f64, prompt: &str) -> String {
    let rate = 10.0 * load * f64::from(n_servers);
    format!(
        "
gpu server {{ vram 1 TB; max_concurrent 1; prefill 1_000_000 tok/s; decode 1_000_000 tok/s }}
model tiny {{ kv_bytes_per_token 1 B }}
cluster {{ serves tiny; gpus server x {n_servers} }}
policy {{ routing least_loaded; decode_routing stay }}
workload customers {{
  arrivals poisson; rate {rate} req/s; requests {N_REQUESTS}
  prompt {prompt}; output constant 0
}}
"
    )
}

/// A mean service, in seconds.
const SERVICE: f64 = 0.1;

fn requests(text: &str) -> Requests {
    let mut requests = Requests::default();
    run(&compile(text), 1, &mut requests);
    requests
}

#[test]
fn exponential_services_at_one_gpu() {
    for load in [0.3, 0.6, 0.8, 0.9] {
        let found = requests(&queue(1, load, "exponential mean 100_000"));
        let theory = SERVICE / (1.0 - load);
        Estimate::of_batches(&found.latencies).agrees(&format!("M/M/1 latency at {load}"), theory, 0.05);
        let waited: Vec<f64> = found.waits.iter().map(|wait| f64::from(u8::from(*wait > 0.0))).collect();
        Estimate::of_batches(&waited).agrees(&format!("M/M/1 share that has to wait at {load}"), load, 0.02);
    }
}

#[test]
fn constant_services_at_one_gpu() {
    for load in [0.3, 0.6, 0.8, 0.9] {
        let found = requests(&queue(1, load, "constant 100_000"));
        // Pollaczek and Khinchine: half of what exponential services make of the same load.
        let theory = load * SERVICE / (2.0 * (1.0 - load));
        Estimate::of_batches(&found.waits).agrees(&format!("M/D/1 wait at {load}"), theory, 0.05);
    }
}

#[test]
fn log_normal_services_at_one_gpu() {
    for load in [0.3, 0.6] {
        let found = requests(&queue(1, load, "lognormal mean 100_000 cv 1.5"));
        // Pollaczek and Khinchine: the wait grows with 1 + cv².
        let theory = load * SERVICE * (1.0 + 1.5 * 1.5) / (2.0 * (1.0 - load));
        Estimate::of_batches(&found.waits).agrees(&format!("M/G/1 wait at {load}"), theory, 0.06);
    }
}

#[test]
fn several_gpus_share_the_global_queue() {
    for n_servers in [2, 4, 8] {
        for load in [0.6, 0.85] {
            let text = queue(n_servers, load, "exponential mean 100_000")
                .replace("decode_routing stay", "decode_routing stay; max_queue 1; max_retries 8");
            let found = requests(&text);
            let waits = erlang_c(n_servers, load);
            let theory = waits * SERVICE / (f64::from(n_servers) * (1.0 - load));
            let name = format!("M/M/{n_servers} at {load}");
            Estimate::of_batches(&found.waits).agrees(&format!("{name}, wait"), theory, 0.08);
            let waited: Vec<f64> = found.waits.iter().map(|wait| f64::from(u8::from(*wait > 0.0))).collect();
            Estimate::of_batches(&waited).agrees(&format!("{name}, share that has to wait"), waits, 0.03);
        }
    }
}

/// The probability of waiting, by Erlang's recurrence for the probability of being lost.
pub(crate) fn erlang_c(n_servers: u32, load: f64) -> f64 {
    let offered = load * f64::from(n_servers);
    let lost = (1..=n_servers).fold(1.0, |lost, n| offered * lost / (f64::from(n) + offered * lost));
    lost / (1.0 - load * (1.0 - lost))
}

#[test]
fn a_gpu_is_busy_for_the_work_that_arrives() {
    for (load, prompt) in
        [(0.5, "exponential mean 100_000"), (0.9, "constant 100_000"), (0.7, "lognormal mean 100_000 cv 1.5")]
    {
        let scenario = compile(&queue(1, load, prompt));
        let mut busy = Seconds::new(|levels: &Levels| f64::from(levels.prefill));
        let mut present = Seconds::new(|levels: &Levels| f64::from(levels.prefill + levels.queued));
        run(&scenario, 2, &mut (&mut busy, &mut present));
        Estimate::of_batches(&busy.averages).agrees(&format!("busy at {load}"), load, 0.02);
        if prompt.starts_with("exponential") {
            let theory = load / (1.0 - load);
            Estimate::of_batches(&present.averages).agrees("M/M/1 number present", theory, 0.05);
        }
    }
}
