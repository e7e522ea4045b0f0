//! What a run of `batching continuous` costs, and what leaping over steps saves.
//!
//! `cargo bench --bench steps` prints the table; `docs/reference/performance.md` says what each case is for. Leap and step
//! alternate. `-- --instructions` counts instructions and cache misses a request instead, `-- --only NAME` measures one
//! case.

mod support;

use support::{Case, Command};

const CHAT: &str = "lognormal median 150 p95 400";
const LONG: &str = "lognormal median 1000 p95 2500";

/// `rate`: requests a second on one GPU, which serves at most 42.4 of `CHAT`, 8.0 of `LONG` and 84.3 with two output tokens.
fn alone(name: &str, rate: f64, output: &'static str, requests: u64) -> Case {
    Case::new(name, requests, move |requests| {
        let workload = workload("chat", rate, output, requests);
        format!("{} {workload}", cluster(1, "round_robin", "off"))
    })
}

/// Many GPUs, `rate` requests a second on each.
fn fleet(name: &str, gpus: u32, rate: f64, output: &'static str, requests: u64) -> Case {
    Case::new(name, requests, move |requests| {
        let workload = workload("chat", rate * f64::from(gpus), output, requests);
        format!("{} {workload}", cluster(gpus, "p2c", "off"))
    })
}

/// Chat on one GPU in many workloads.
fn workloads(name: &str, n: u64, requests: u64) -> Case {
    Case::new(name, requests, move |requests| {
        let one = |i| workload(&format!("w{i}"), 15.0 / n as f64, CHAT, requests / n);
        let workloads: Vec<String> = (0..n).map(one).collect();
        format!("{} {}", cluster(1, "round_robin", "off"), workloads.concat())
    })
}

/// Conversations whose requests share what was said before, and one of 200 system prompts.
fn conversations(name: &str, gpus: u32, requests: u64) -> Case {
    Case::new(name, requests, move |requests| {
        format!(
            "{}
workload chat {{
  arrivals poisson
  rate     {} req/s
  session  turns geometric mean 5 think exponential mean 5 s
  prefix_pool 200 tokens 1000
  prompt   lognormal median 200 p95 800
  output   {CHAT}
  requests {requests}
}}
expect p99_latency_ms < 1 h
expect p99_ttft_ms < 1 h
",
            cluster(gpus, "prefix_aware", "on"),
            2 * gpus
        )
    })
}

fn cluster(gpus: u32, routing: &str, prefix_cache: &str) -> String {
    format!(
        "cluster {{ serves llama_3_1_8b; gpus h100_sxm x {gpus} }}
engine {{ batching continuous; timing roofline; prefix_cache {prefix_cache} }}
policy {{ routing {routing} }}"
    )
}

fn workload(name: &str, rate: f64, output: &str, requests: u64) -> String {
    format!(
        "
workload {name} {{
  arrivals poisson
  rate     {rate} req/s
  prompt   lognormal median 400 p95 1200
  output   {output}
  requests {requests}
}}
expect p99_latency_ms < 1 h
expect p99_ttft_ms < 1 h
"
    )
}

fn cases() -> Vec<Case> {
    vec![
        alone("chat", 15.0, CHAT, 1_000_000),
        alone("chat near saturation", 40.0, CHAT, 1_000_000),
        alone("chat overloaded", 60.0, CHAT, 1_000_000),
        alone("long answers near saturation", 7.6, LONG, 400_000),
        alone("200 tokens", 20.0, "constant 200", 1_000_000),
        alone("4,000 tokens", 1.0, "constant 4000", 400_000),
        alone("4,000 tokens, batch of 4", 0.13, "constant 4000", 100_000),
        alone("1 token", 10.0, "constant 1", 1_000_000),
        alone("2 tokens", 10.0, "constant 2", 1_000_000),
        alone("2 tokens near saturation", 80.0, "constant 2", 1_000_000),
        fleet("chat, 64 GPUs", 64, 15.0, CHAT, 1_000_000),
        fleet("chat, 1,024 GPUs", 1024, 15.0, CHAT, 1_000_000),
        fleet("chat, 10,000 GPUs", 10_000, 15.0, CHAT, 1_000_000),
        fleet("4,000 tokens, 4 GPUs", 4, 1.0, "constant 4000", 200_000),
        fleet("4,000 tokens, 1,024 GPUs", 1024, 1.0, "constant 4000", 200_000),
        conversations("conversations, prefix_aware, 256 GPUs", 256, 200_000),
        workloads("chat in 1,000 workloads", 1000, 200_000),
    ]
}

fn main() {
    let cases = cases();
    let command = Command::read(&cases);
    if command.counts_instructions() { count(&command, &cases) } else { time(&command, &cases) }
}

fn time(command: &Command, cases: &[Case]) {
    let head = ["leap", "x floor", "MB", "step", "x leap", "steps"];
    let [leap, x_floor, mb, step, x_leap, steps] = head;
    println!("{:<38}{leap:>12}{x_floor:>9}{mb:>8}{step:>13}{x_leap:>9}{steps:>9}", "");
    println!("{:<38}{:>12}{:>17}{:>13}{:>9}{:>9}", "", "ns/request", "", "ns/request", "", "/request");
    let floor = command.floor(1_000_000);
    println!(
        "{:<38}{:>12.0}{:>9.1}{:>8.1}",
        "sampling floor",
        floor.ns_per_request(),
        1.0,
        floor.megabytes()
    );
    for case in cases.iter().filter(|case| command.wants(case)) {
        let (leap, step) = command.time_both(case);
        println!(
            "{:<38}{:>12.0}{:>9.1}{:>8.1}{:>13.0}{:>9.1}{:>9.1}",
            case.name,
            leap.ns_per_request(),
            leap.ns_per_request() / floor.ns_per_request(),
            leap.megabytes(),
            step.ns_per_request(),
            step.seconds / leap.seconds,
            leap.steps as f64 / leap.requests as f64
        );
    }
}

fn count(command: &Command, cases: &[Case]) {
    let head = ["leap", "32 KB misses", "1 MB misses", "step", "x leap"];
    let [leap, first, last, step, x_leap] = head;
    println!("{:<38}{leap:>12}{first:>16}{last:>16}{step:>12}{x_leap:>9}", "instructions a request");
    for case in cases.iter().filter(|case| command.wants(case)) {
        let [leap, step] = ["leap", "step"].map(|by| command.count(case, by));
        println!(
            "{:<38}{:>12.0}{:>16.1}{:>16.1}{:>12.0}{:>9.1}",
            case.name,
            leap.instructions,
            leap.first_level_misses,
            leap.last_level_misses,
            step.instructions,
            step.instructions / leap.instructions
        );
    }
}
