//! What a run costs: time per request and per event, requests per second and memory, for the standard cases.
//!
//! `cargo bench --bench engine` prints the table; `docs/reference/performance.md` says what each case is for. Every
//! case runs in a separate process, so that peak memory is measured per case, and three times, of which the median
//! counts. The first line is the floor: what it costs to draw a million requests and store two columns without any
//! engine. Times vary on a busy machine; compare ratios within one table.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use kvs::check::{compile, execute, open_traces};
use kvs::host::{Host, Memory};
use kvs::metrics::{Accumulator, Demand};
use kvs::rng::Streams;

const REQUESTS: u64 = 1_000_000;
const REPEATS: usize = 3;

/// A line of the table.
struct Case {
    name: &'static str,
    gpus: u32,
    /// Requests per second; one GPU can serve about 12 of these.
    rate: u32,
    policy: &'static str,
}

const fn case(name: &'static str, gpus: u32, rate: u32, policy: &'static str) -> Case {
    Case { name, gpus, rate, policy }
}

static CASES: &[Case] = &[
    case("1 GPU", 1, 8, ""),
    case("64 GPUs", 64, 512, "routing p2c; decode_routing stay"),
    case("64 GPUs, handoffs", 64, 512, "routing p2c"),
    case("1,024 GPUs", 1024, 8192, "routing p2c; decode_routing stay"),
    case("1,024 GPUs, handoffs", 1024, 8192, "routing p2c"),
    case("10,000 GPUs, p2c", 10_000, 80_000, "routing p2c; decode_routing stay"),
    case("10,000 GPUs, least_loaded", 10_000, 80_000, "routing least_loaded; decode_routing stay"),
    case("1 GPU overloaded, fifo", 1, 80, "scheduling fifo"),
    case("1 GPU overloaded, shortest_remaining", 1, 80, "scheduling shortest_remaining"),
];

/// What one process measured.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    events: u64,
    peak_bytes: u64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(position) = arguments.iter().position(|argument| argument == "--case") {
        let name = arguments.get(position + 1).expect("`--case` is followed by a name");
        let cost = measure(name);
        println!("{} {} {}", cost.seconds, cost.events, cost.peak_bytes);
        return;
    }
    println!("{REQUESTS} requests a case, median of {REPEATS}\n");
    println!(
        "{:<38}{:>11}{:>9}{:>10}{:>13}{:>9}",
        "", "ns/request", "x floor", "ns/event", "requests/s", "MB"
    );
    let floor = median("floor");
    print_line("sampling floor", floor, floor);
    for case in CASES {
        print_line(case.name, median(case.name), floor);
    }
}

fn print_line(name: &str, cost: Cost, floor: Cost) {
    let each = |n: u64| cost.seconds * 1e9 / n as f64;
    let per_event = if cost.events == 0 { String::new() } else { format!("{:.0}", each(cost.events)) };
    println!(
        "{name:<38}{:>11.0}{:>9.1}{per_event:>10}{:>13.0}{:>9.1}",
        each(REQUESTS),
        cost.seconds / floor.seconds,
        REQUESTS as f64 / cost.seconds,
        cost.peak_bytes as f64 / 1e6,
    );
}

/// The run with the median time.
fn median(name: &str) -> Cost {
    let mut costs: Vec<Cost> = (0..REPEATS).map(|_| apart(name)).collect();
    costs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    costs[REPEATS / 2]
}

/// Measures in a separate process.
fn apart(name: &str) -> Cost {
    let program = std::env::current_exe().expect("the bench knows its own path");
    let output = Command::new(program).args(["--case", name]).output().expect("the bench can start itself");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let cells: Vec<f64> = text.split_whitespace().filter_map(|cell| cell.parse().ok()).collect();
    let [seconds, events, peak_bytes] = cells[..] else {
        panic!("case `{name}` failed: {}", String::from_utf8_lossy(&output.stderr));
    };
    Cost { seconds, events: events as u64, peak_bytes: peak_bytes as u64 }
}

fn measure(name: &str) -> Cost {
    let case = CASES.iter().find(|case| case.name == name);
    let (seconds, events) = case.map_or_else(floor, engine);
    Cost { seconds, events, peak_bytes: peak_bytes() }
}

/// Draws one exponential gap and two log-normal lengths per request, and stores two columns.
fn floor() -> (f64, u64) {
    let mut stream = Streams::new(1).stream("floor");
    let (mut latencies, mut ttfts) = (Vec::new(), Vec::new());
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    let start = Instant::now();
    let mut now = 0.0;
    for _ in 0..REQUESTS {
        now += stream.exponential();
        let prompt = libm::exp(6.0 + 0.67 * stream.normal());
        let output = libm::exp(5.0 + 0.6 * stream.normal());
        latencies.push((now + prompt) as u64);
        ttfts.push(output as u64);
    }
    black_box((latencies, ttfts));
    (start.elapsed().as_secs_f64(), 0)
}

fn engine(case: &Case) -> (f64, u64) {
    let Case { gpus, rate, policy, .. } = case;
    let text = format!(
        "gpu worker {{ vram 80 GB; max_concurrent 64; prefill 8000 tok/s; decode 2400 tok/s; decode_sharing_cap 64 }}
model small {{ kv_bytes_per_token 2 KiB }}
cluster {{ serves small; gpus worker x {gpus} }}
policy {{ {policy} }}
workload chat {{
  arrivals poisson
  rate     {rate} req/s
  prompt   lognormal median 400 p95 1200
  output   lognormal median 150 p95 400
  requests {REQUESTS}
}}
expect finished == {REQUESTS}
"
    );
    let host = Host::memory(Memory::default().with("/bench.kvs", text.into_bytes()));
    let suite = compile(&host, Path::new("bench.kvs"), &Vec::new()).expect("the file is in memory");
    let scenario = &suite.cases.first().expect("the scenario is sound").scenario;
    let expectations: Vec<_> = scenario.expectations.iter().collect();
    let open = open_traces(&host, &suite.root);
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    let start = Instant::now();
    let mut accumulator = Accumulator::new(scenario, &Demand::of(&expectations));
    let executed = execute(scenario, 1, &open, &mut accumulator).expect("no trace is read");
    black_box(accumulator.finish(executed.end, &executed.clamped));
    (start.elapsed().as_secs_f64(), executed.end.events)
}

/// The peak memory of this process, if the system reports it (Linux).
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}
