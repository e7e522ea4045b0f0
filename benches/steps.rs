//! What leaping over steps saves: `batching continuous` with and without it.
//!
//! `cargo bench --bench steps` prints the table; `docs/reference/performance.md` says what each case is for. Every run
//! has a separate process, so that peak memory is measured per run. Leap and step alternate three times, and the fastest
//! run counts: disturbances only ever slow a run down. Times vary on a busy machine; compare ratios within one table.
//! `-- --only NAME` measures one case.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use kvs::check::{compile, execute_by, open_traces};
use kvs::engine::Stepping;
use kvs::host::{Host, Memory};
use kvs::metrics::{Accumulator, Demand};
use kvs::rng::Streams;

const REPEATS: usize = 3;

/// Requests drawn for the floor.
const FLOOR: u64 = 1_000_000;

/// A line of the table.
struct Case {
    name: &'static str,
    /// Requests per second on one GPU.
    rate: f64,
    output: &'static str,
    requests: u64,
}

const fn case(name: &'static str, rate: f64, output: &'static str, requests: u64) -> Case {
    Case { name, rate, output, requests }
}

const CHAT: &str = "lognormal median 150 p95 400";
const LONG: &str = "lognormal median 1000 p95 2500";

/// One GPU serves at most 42.4 requests per second of `CHAT`, 8.0 of `LONG` and 84.3 with two output tokens.
static CASES: &[Case] = &[
    case("chat", 15.0, CHAT, 1_000_000),
    case("chat near saturation", 40.0, CHAT, 1_000_000),
    case("chat overloaded", 60.0, CHAT, 1_000_000),
    case("long answers near saturation", 7.6, LONG, 400_000),
    case("200 tokens", 20.0, "constant 200", 1_000_000),
    case("4,000 tokens", 1.0, "constant 4000", 400_000),
    case("4,000 tokens, batch of 4", 0.13, "constant 4000", 100_000),
    case("1 token", 10.0, "constant 1", 1_000_000),
    case("2 tokens", 10.0, "constant 2", 1_000_000),
    case("2 tokens near saturation", 80.0, "constant 2", 1_000_000),
];

/// What one process measured.
#[derive(Clone, Copy)]
struct Cost {
    /// Nanoseconds.
    each: f64,
    /// Steps.
    steps: f64,
    peak_bytes: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| {
        let position = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(position + 1).map(String::as_str)
    };
    if let Some(name) = after("--measure") {
        let Cost { each, steps, peak_bytes } = measure(name, after("--by").unwrap_or_default());
        println!("{each} {steps} {peak_bytes}");
        return;
    }
    println!(
        "{:<30}{:>12}{:>9}{:>8}{:>13}{:>9}{:>9}",
        "", "leap", "x floor", "MB", "step", "x leap", "steps"
    );
    println!("{:<30}{:>12}{:>17}{:>13}{:>9}{:>9}", "", "ns/request", "", "ns/request", "", "/request");
    let floor = fastest(&[(); REPEATS].map(|()| apart("floor", "")));
    println!("{:<30}{:>12.0}{:>9.1}{:>8.1}", "sampling floor", floor.each, 1.0, floor.peak_bytes / 1e6);
    for case in CASES.iter().filter(|case| after("--only").is_none_or(|name| name == case.name)) {
        let turns = [(); REPEATS].map(|()| (apart(case.name, "leap"), apart(case.name, "step")));
        let (leap, step) = (fastest(&turns.map(|(leap, _)| leap)), fastest(&turns.map(|(_, step)| step)));
        println!(
            "{:<30}{:>12.0}{:>9.1}{:>8.1}{:>13.0}{:>9.1}{:>9.1}",
            case.name,
            leap.each,
            leap.each / floor.each,
            leap.peak_bytes / 1e6,
            step.each,
            step.each / leap.each,
            leap.steps
        );
    }
}

fn fastest(costs: &[Cost]) -> Cost {
    costs.iter().copied().min_by(|a, b| a.each.total_cmp(&b.each)).expect("something was measured")
}

/// Measures in a separate process.
fn apart(name: &str, by: &str) -> Cost {
    let program = std::env::current_exe().expect("the bench knows its own path");
    let output = Command::new(program).args(["--measure", name, "--by", by]).output();
    let output = output.expect("the bench can start itself");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let cells: Vec<f64> = text.split_whitespace().filter_map(|cell| cell.parse().ok()).collect();
    let [each, steps, peak_bytes] = cells[..] else {
        panic!("case `{name}` failed: {}", String::from_utf8_lossy(&output.stderr));
    };
    Cost { each, steps, peak_bytes }
}

fn measure(name: &str, by: &str) -> Cost {
    let Some(case) = CASES.iter().find(|case| case.name == name) else { return floor() };
    engine(case, if by == "step" { Stepping::Step } else { Stepping::Leap })
}

/// Draws one exponential gap and two log-normal lengths per request, and stores two columns.
fn floor() -> Cost {
    let mut stream = Streams::new(1).stream("floor");
    let (mut latencies, mut ttfts) = (Vec::new(), Vec::new());
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    let start = Instant::now();
    let mut now = 0.0;
    for _ in 0..FLOOR {
        now += stream.exponential();
        let prompt = libm::exp(6.0 + 0.67 * stream.normal());
        let output = libm::exp(5.0 + 0.6 * stream.normal());
        latencies.push((now + prompt) as u64);
        ttfts.push(output as u64);
    }
    black_box((latencies, ttfts));
    Cost { each: each(start, FLOOR), steps: 0.0, peak_bytes: peak_bytes() }
}

fn each(start: Instant, requests: u64) -> f64 {
    start.elapsed().as_secs_f64() * 1e9 / requests as f64
}

fn engine(case: &Case, stepping: Stepping) -> Cost {
    let Case { rate, output, requests, .. } = *case;
    let text = format!(
        "cluster {{ serves llama_3_1_8b; gpus h100_sxm x 1 }}
engine {{ batching continuous; timing roofline; prefix_cache off }}
workload chat {{
  arrivals poisson
  rate     {rate} req/s
  prompt   lognormal median 400 p95 1200
  output   {output}
  requests {requests}
}}
expect finished == {requests}
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
    let executed = execute_by(stepping, scenario, 1, &open, &mut accumulator).expect("no trace is read");
    black_box(accumulator.finish(executed.end, &executed.clamped));
    let steps = executed.end.steps as f64 / requests as f64;
    Cost { each: each(start, requests), steps, peak_bytes: peak_bytes() }
}

/// The peak memory of this process, if the system reports it (Linux).
fn peak_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kibibytes.unwrap_or(0.0) * 1024.0
}
