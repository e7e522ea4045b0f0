//! M/G/1 with processor sharing: the mean depends on the mean service alone, and all are slowed alike (Kleinrock,
//! "Queueing Systems", volume 2, section 4.4).

use kvs::engine::Levels;

use super::estimate::{Estimate, Requests, Seconds};
use super::queues::erlang_c;
use crate::support::{compile, run};

/// A GPU on which all requests execute at once; a mean service takes 100 ms alone.
fn shared(load: f64, prompt: &str) -> String {
    let rate = 10.0 * load;
    format!(
        "
gpu server {{ vram 1 TB; max_concurrent 100_000; prefill 1_000_000 tok/s; decode 1_000_000 tok/s }}
model tiny {{ kv_bytes_per_token 1 B }}
cluster {{ serves tiny; gpus server x 1 }}
workload customers {{
  arrivals poisson; rate {rate} req/s; requests 100_000
  prompt {prompt}; output constant 0
}}
"
    )
}

/// Services of one mean: constant, exponential, and far more variable.
const SERVICES: [&str; 3] = ["constant 100_000", "exponential mean 100_000", "lognormal mean 100_000 cv 1.5"];

#[test]
fn the_mean_depends_on_the_mean_service_alone() {
    for load in [0.5, 0.8] {
        for prompt in SERVICES {
            let mut found = Requests::default();
            let mut present = Seconds::new(|levels: &Levels| f64::from(levels.prefill));
            run(&compile(&shared(load, prompt)), 1, &mut (&mut found, &mut present));
            let name = format!("{prompt} at {load}");
            let latency = 0.1 / (1.0 - load);
            Estimate::of_batches(&found.latencies).agrees(&format!("latency, {name}"), latency, 0.05);
            let number = load / (1.0 - load);
            Estimate::of_batches(&present.averages).agrees(&format!("present, {name}"), number, 0.05);
        }
    }
}

#[test]
fn the_number_present_is_geometric_whatever_the_services() {
    let load: f64 = 0.7;
    for prompt in SERVICES {
        let scenario = compile(&shared(load, prompt));
        let mut theory = 1.0 - load;
        for number in 0..4 {
            let mut share = Seconds::new(|levels: &Levels| f64::from(u8::from(levels.prefill == number)));
            run(&scenario, 3, &mut share);
            Estimate::of_batches(&share.averages).agrees(
                &format!("{number} present, {prompt}"),
                theory,
                0.05,
            );
            theory *= load;
        }
    }
}

#[test]
fn all_requests_are_slowed_alike() {
    let load = 0.7;
    let mut found = Requests::default();
    run(&compile(&shared(load, "lognormal mean 100_000 cv 1.5")), 1, &mut found);
    // Bounds of the classes of size, as shares of the mean: each holds thousands of the 100,000.
    for (low, high) in [(0.0, 0.2), (0.2, 0.5), (0.5, 1.0), (1.0, 3.0), (3.0, f64::INFINITY)] {
        let of_class = found.latencies.iter().zip(&found.prompts).filter(|(_, prompt)| {
            let share = **prompt / 100_000.0;
            low < share && share <= high
        });
        let slowdowns: Vec<f64> = of_class.map(|(latency, prompt)| latency / (prompt / 1e6)).collect();
        assert!(slowdowns.len() > 2000, "{} in a class", slowdowns.len());
        let name = format!("slowdown of those of {low} to {high} means");
        Estimate::of_batches(&slowdowns).agrees(&name, 1.0 / (1.0 - load), 0.05);
    }
}

/// A GPU whose rate is that of `n` requests at the ceiling: each is served as by a server of its own while there are no
/// more, and they share the rate beyond. Present are as many as in M/M/n whatever the services, as in every queue whose
/// servers take part in all requests alike (Kelly, "Reversibility and Stochastic Networks", section 3.3).
#[test]
fn a_ceiling_makes_as_many_servers_as_the_rate_has_room_for() {
    for (n, load) in [(2, 0.6), (5, 0.8), (8, 0.5)] {
        for output in SERVICES {
            let (arrivals, rate) = (10.0 * load * f64::from(n), 1_000_000 * n);
            let text = format!(
                "
gpu server {{
  vram 1 TB; max_concurrent 100_000; prefill 1_000_000_000 tok/s
  decode {rate} tok/s; decode_per_request 1_000_000 tok/s
}}
model tiny {{ kv_bytes_per_token 1 B }}
cluster {{ serves tiny; gpus server x 1 }}
workload customers {{
  arrivals poisson; rate {arrivals} req/s; requests 100_000
  prompt constant 0; output {output}
}}
"
            );
            let mut found = Requests::default();
            let mut present = Seconds::new(|levels: &Levels| f64::from(levels.decode));
            run(&compile(&text), 1, &mut (&mut found, &mut present));
            let servers = f64::from(n);
            // Beyond the servers the number present is geometric, with the load.
            let number = servers * load + erlang_c(n, load) * load / (1.0 - load);
            let name = format!("{n} at the ceiling, {output}");
            Estimate::of_batches(&present.averages).agrees(&format!("present, {name}"), number, 0.05);
            let latency = 0.1 * number / (servers * load);
            Estimate::of_batches(&found.latencies).agrees(&format!("latency, {name}"), latency, 0.05);
        }
    }
}
