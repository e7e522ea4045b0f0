//! What leaping over steps saves: `batching continuous` leapt against stepped.
//!
//! `cargo bench --bench steps` prints the table; `docs/reference/performance.md` says what each case is for. Leap and
//! step take turns, three times over, of which the fastest counts: what disturbs a run only ever slows it down. Times
//! on a busy machine differ; ratios in one table are what to compare.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use kvs::check::{compile, execute_by, open_traces};
use kvs::engine::Stepping;
use kvs::host::{Host, Memory};
use kvs::metrics::{Accumulator, Demand};
use kvs::rng::Streams;

const REPEATS: usize = 3;

/// A line of the table.
struct Case {
    name: &'static str,
    /// Requests a second on one GPU.
    rate: f64,
    output: &'static str,
    /// Requests leapt over; a tenth of them is stepped through.
    requests: u64,
}

const fn case(name: &'static str, rate: f64, output: &'static str, requests: u64) -> Case {
    Case { name, rate, output, requests }
}

const CHAT: &str = "lognormal median 150 p95 400";

static CASES: &[Case] = &[
    case("chat", 15.0, CHAT, 200_000),
    case("chat near saturation", 60.0, CHAT, 200_000),
    case("200 tokens", 20.0, "constant 200", 200_000),
    case("4,000 tokens", 1.0, "constant 4000", 200_000),
    case("4,000 tokens, batch of 4", 0.13, "constant 4000", 20_000),
];

fn main() {
    println!("{:<28}{:>14}{:>10}{:>14}{:>9}", "", "leap", "x floor", "step", "x leap");
    println!("{:<28}{:>14}{:>10}{:>14}", "", "ns/request", "", "ns/request");
    let floor = fastest(|| floor(200_000));
    println!("{:<28}{floor:>14.0}{:>10.1}", "sampling floor", 1.0);
    for case in CASES {
        let mut leap = f64::INFINITY;
        let mut step = f64::INFINITY;
        for _ in 0..REPEATS {
            leap = leap.min(engine(case, Stepping::Leap, case.requests));
            step = step.min(engine(case, Stepping::Step, case.requests / 10));
        }
        println!("{:<28}{leap:>14.0}{:>10.1}{step:>14.0}{:>9.1}", case.name, leap / floor, step / leap);
    }
}

fn fastest(measure: impl Fn() -> f64) -> f64 {
    (0..REPEATS).map(|_| measure()).fold(f64::INFINITY, f64::min)
}

/// One exponential gap and two log-normal lengths a request, and two columns: nanoseconds each.
fn floor(requests: u64) -> f64 {
    let mut stream = Streams::new(1).stream("floor");
    let (mut latencies, mut ttfts) = (Vec::new(), Vec::new());
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    let start = Instant::now();
    let mut now = 0.0;
    for _ in 0..requests {
        now += stream.exponential();
        let prompt = libm::exp(6.0 + 0.67 * stream.normal());
        let output = libm::exp(5.0 + 0.6 * stream.normal());
        latencies.push((now + prompt) as u64);
        ttfts.push(output as u64);
    }
    black_box((latencies, ttfts));
    start.elapsed().as_secs_f64() * 1e9 / requests as f64
}

/// Nanoseconds a request.
fn engine(case: &Case, stepping: Stepping, requests: u64) -> f64 {
    let Case { rate, output, .. } = case;
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
    start.elapsed().as_secs_f64() * 1e9 / requests as f64
}
