//! What the benches share: a case is measured in a process of its own, which prints what it cost.
//!
//! Peak memory is then that of the case, and nothing one case leaves in an allocator helps or hinders the next. Times vary
//! on a busy machine: compare ratios within one table. Instructions and cache misses do not: `--instructions` counts them
//! in a simulated processor, as the difference of two sizes of a case, so that starting up is not in them.

mod command;
mod floor;

pub(crate) use command::Command;

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use kvs::check::{compile, execute_by, open_traces};
use kvs::engine::Stepping;
use kvs::host::{Host, Memory};
use kvs::metrics::{Accumulator, Demand};

/// Something to measure.
pub(crate) struct Case {
    pub(crate) name: String,
    /// Requests when it is timed.
    pub(crate) requests: u64,
    /// The scenario with so many requests.
    scenario: Box<dyn Fn(u64) -> String>,
    /// What the file `trace` holds then, where the scenario reads one.
    trace: Option<fn(u64) -> Vec<u8>>,
}

impl Case {
    /// Of a scenario that reads no trace.
    pub(crate) fn new(name: &str, requests: u64, scenario: impl Fn(u64) -> String + 'static) -> Case {
        Case { name: name.to_owned(), requests, scenario: Box::new(scenario), trace: None }
    }

    /// With what the file `trace` holds.
    #[allow(dead_code, reason = "one of the benches reads traces")]
    pub(crate) fn with_trace(self, trace: fn(u64) -> Vec<u8>) -> Case {
        Case { trace: Some(trace), ..self }
    }
}

/// What one process measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    pub(crate) requests: u64,
    pub(crate) events: u64,
    pub(crate) steps: u64,
    pub(crate) peak_bytes: u64,
}

impl Cost {
    /// Nanoseconds for each of `n`.
    pub(crate) fn ns_for_each(&self, n: u64) -> f64 {
        self.seconds * 1e9 / n as f64
    }

    /// Nanoseconds a request.
    pub(crate) fn ns_per_request(&self) -> f64 {
        self.ns_for_each(self.requests)
    }

    pub(crate) fn megabytes(&self) -> f64 {
        self.peak_bytes as f64 / 1e6
    }
}

/// What a request costs in a simulated processor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) instructions: f64,
    /// Accesses of data that miss the first cache, of 32 KB.
    pub(crate) first_level_misses: f64,
    /// Accesses of data that miss the last cache, of 1 MB.
    pub(crate) last_level_misses: f64,
}

/// Runs a case and measures it; without one, the floor: drawing the requests and storing two columns, without any engine.
fn measure(case: Option<&Case>, requests: u64, stepping: Stepping) -> Cost {
    let (seconds, events, steps) = match case {
        Some(case) => run(case, requests, stepping),
        None => (floor::seconds(requests), 0, 0),
    };
    Cost { seconds, requests, events, steps, peak_bytes: peak_bytes() }
}

fn run(case: &Case, requests: u64, stepping: Stepping) -> (f64, u64, u64) {
    let mut files = Memory::default().with("/bench.kvs", (case.scenario)(requests).into_bytes());
    if let Some(trace) = case.trace {
        files = files.with("/trace", trace(requests));
    }
    let host = Host::memory(files);
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    let start = Instant::now();
    let suite = compile(&host, Path::new("bench.kvs"), &Vec::new()).expect("the file is in memory");
    let scenario = &suite.cases.first().expect("the scenario is sound").scenario;
    let expectations: Vec<_> = scenario.expectations.iter().collect();
    let open = open_traces(&host, &suite.root);
    let mut accumulator = Accumulator::new(scenario, &Demand::of(&expectations));
    let executed = execute_by(stepping, scenario, 1, &open, &mut accumulator).expect("a trace can be read");
    black_box(accumulator.finish(executed.end, &executed.clamped));
    (start.elapsed().as_secs_f64(), executed.end.events, executed.end.steps)
}

/// The peak memory of this process, if the system reports it (Linux).
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}
