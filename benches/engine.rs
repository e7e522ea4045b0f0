//! What a run of `batching phases` costs: time a request and an event, requests a second and memory.
//!
//! `cargo bench --bench engine` prints the table; `docs/reference/performance.md` says what each case is for.
//! `-- --instructions` counts instructions and cache misses a request instead, `-- --only NAME` measures one case.

mod support;

use support::{Case, Command, Cost};

const REQUESTS: u64 = 1_000_000;

/// `rate`: requests a second; one GPU can serve about 12 of these.
fn case(name: &str, gpus: u32, rate: u32, policy: &'static str) -> Case {
    Case::new(name, REQUESTS, move |requests| {
        format!(
            "gpu worker {{ vram 80 GB; max_concurrent 64; prefill 8000 tok/s; decode 2400 tok/s; decode_sharing_cap 64 }}
model small {{ kv_bytes_per_token 2 KiB }}
cluster {{ serves small; gpus worker x {gpus} }}
policy {{ {policy} }}
workload chat {{
  arrivals poisson
  rate     {rate} req/s
  prompt   lognormal median 400 p95 1200
  output   lognormal median 150 p95 400
  requests {requests}
}}
expect p99_latency_ms < 1 h
expect p99_ttft_ms < 1 h
"
        )
    })
}

fn cases() -> Vec<Case> {
    vec![
        case("1 GPU", 1, 8, ""),
        case("64 GPUs", 64, 512, "routing p2c; decode_routing stay"),
        case("64 GPUs, handoffs", 64, 512, "routing p2c"),
        case("1,024 GPUs", 1024, 8192, "routing p2c; decode_routing stay"),
        case("1,024 GPUs, handoffs", 1024, 8192, "routing p2c"),
        case("10,000 GPUs, p2c", 10_000, 80_000, "routing p2c; decode_routing stay"),
        case("10,000 GPUs, least_loaded", 10_000, 80_000, "routing least_loaded; decode_routing stay"),
        case("1 GPU overloaded, fifo", 1, 80, "scheduling fifo"),
        case("1 GPU overloaded, shortest_remaining", 1, 80, "scheduling shortest_remaining"),
    ]
}

fn main() {
    let cases = cases();
    let command = Command::read(&cases);
    if command.counts_instructions() {
        println!("{:<38}{:>16}{:>16}{:>16}", "a request", "instructions", "32 KB misses", "1 MB misses");
        for case in cases.iter().filter(|case| command.wants(case)) {
            let counts = command.count(case, "leap");
            println!(
                "{:<38}{:>16.0}{:>16.1}{:>16.1}",
                case.name, counts.instructions, counts.first_level_misses, counts.last_level_misses
            );
        }
        return;
    }
    println!(
        "{:<38}{:>11}{:>9}{:>10}{:>13}{:>9}",
        "", "ns/request", "x floor", "ns/event", "requests/s", "MB"
    );
    let floor = command.floor(REQUESTS);
    print_line("sampling floor", floor, floor);
    for case in cases.iter().filter(|case| command.wants(case)) {
        print_line(&case.name, command.time(case), floor);
    }
}

fn print_line(name: &str, cost: Cost, floor: Cost) {
    let per_event =
        if cost.events == 0 { String::new() } else { format!("{:.0}", cost.ns_for_each(cost.events)) };
    println!(
        "{name:<38}{:>11.0}{:>9.1}{per_event:>10}{:>13.0}{:>9.1}",
        cost.ns_per_request(),
        cost.seconds / floor.seconds,
        cost.requests as f64 / cost.seconds,
        cost.megabytes(),
    );
}
