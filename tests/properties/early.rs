//! Early verdicts: what is lost before the end fails at the end, and overloaded systems are given up soon.

use std::io;

use kvs::check::{self, execute, open_traces};
use kvs::engine::End;
use kvs::expect::{CountArrivals, Early, Lost, Status, count_arrivals, judge};
use kvs::host::Host;
use kvs::metrics::{Accumulator, Demand, Kind, Outcome};
use kvs::model::{Comparison, Condition, Expectation, Metric, Scenario, Selection, Term, Tolerance};
use kvs::units::{Dimension, SimTime};
use kvs::workload::{OpenTrace, Traffic};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::support;
use crate::systems;

/// The whole run; `None` where it has no end that means anything.
fn whole(scenario: &Scenario, open: OpenTrace<'_>) -> Option<(Outcome, End)> {
    let demand = Demand::of(&scenario.expectations.iter().collect::<Vec<_>>());
    let mut accumulator = Accumulator::new(scenario, &demand);
    let executed = execute(scenario, scenario.run.seed, open, &mut accumulator).ok()?;
    Some((accumulator.finish(executed.end, &executed.clamped), executed.end))
}

/// The run up to where an expectation is lost.
fn early(scenario: &Scenario, open: OpenTrace<'_>) -> (Option<Lost>, End) {
    let count: CountArrivals<'_> = &|of| match Traffic::new(scenario, scenario.run.seed, open) {
        Ok(traffic) => count_arrivals(scenario, traffic, of),
        Err(_) => vec![None; of.len()],
    };
    let mut sink = Early::new(scenario, count);
    let executed = execute(scenario, scenario.run.seed, open, &mut sink);
    (sink.lost(), executed.expect("the whole run has an end").end)
}

fn no_files(path: &str) -> io::Result<Box<dyn io::BufRead + Send>> {
    Err(io::Error::new(io::ErrorKind::NotFound, path))
}

/// How many expectations failed, how many of those runs were given up, and the events of both.
#[derive(Debug, Default)]
struct Record {
    runs: u64,
    failed: u64,
    given_up: u64,
    events: u64,
    events_early: u64,
}

impl Record {
    /// Checks that the verdicts agree.
    fn add(&mut self, scenario: &Scenario, open: OpenTrace<'_>, name: &str) {
        let Some((outcome, end)) = whole(scenario, open) else { return };
        // What another scenario measured is not judged early.
        let of = |_: &str| None;
        let statuses: Vec<Status> = scenario
            .expectations
            .iter()
            .map(|expectation| judge(expectation, &outcome, &of).status)
            .collect();
        let (lost, early_end) = early(scenario, open);
        self.runs += 1;
        if let Some(lost) = lost {
            let expectation = &scenario.expectations[lost.expectation];
            assert_ne!(statuses[lost.expectation], Status::Pass, "{name}: `{}` {lost:?}", expectation.text);
            assert!(lost.at <= end.at, "{name}: {lost:?} after the end");
        }
        if statuses.iter().any(|status| *status != Status::Pass) {
            self.failed += 1;
            self.given_up += u64::from(lost.is_some());
            self.events += end.events;
            self.events_early += early_end.events;
        }
    }
}

#[test]
fn no_scenario_of_the_project_is_judged_otherwise() {
    let host = Host::disk(false).expect("the current folder exists");
    let discovered = check::discover(&host, &["scenarios".into()]);
    let mut record = Record::default();
    for file in &discovered.files {
        let Ok(suite) = check::compile(&host, file, &Vec::new()) else { continue };
        let open = open_traces(&host, &suite.root);
        for case in suite.cases.iter().filter(|case| case.not_simulated.is_empty()) {
            record.add(&case.scenario, &open, &case.scenario.case.to_string());
        }
    }
    println!("{record:?}");
    assert!(record.runs > 100, "{record:?}");
}

/// Names that a limit is put on.
const METRICS: &[&str] = &[
    "p50_ttft_ms",
    "p95_ttft_ms",
    "p99_latency_ms",
    "p90_tpot_ms",
    "p50_queue_ms",
    "max_latency_ms",
    "mean_ttft_ms",
    "mean_queue_ms",
    "mean_prefill_ms",
    "p50_decode_ms",
    "rejected",
    "evicted",
    "reject_rate",
    "completion_rate",
    "slo_attainment",
    "retry_attempts",
    "max_queue_depth",
    "max_global_queue_depth",
    "max_active_decode",
    "peak_vram_bytes",
    "queue_depth",
    "global_queue_depth",
    "active_prefill",
    "vram_bytes",
    "arrived",
    "throughput_requests_per_sec",
    "max_handoff_ms",
];

fn expectation(condition: Condition, text: String) -> Expectation {
    Expectation { text, condition, in_runs: None }
}

fn metric(random: &mut ChaCha8Rng, scenario: &Scenario) -> Metric {
    let name = METRICS[random.random_range(0..METRICS.len())];
    let info = kvs::metrics::lookup(name).unwrap_or_else(|| panic!("no metric is called `{name}`"));
    let mut selection = Selection::default();
    if random.random_bool(0.3) && info.kind == Kind::Requests {
        selection.workload = Some(random.random_range(0..scenario.workloads.len()));
    }
    if random.random_bool(0.3) && !info.at_instants && info.kind != Kind::Run {
        let from = SimTime::from_ms(10 * random.random_range(0..50));
        let to = if random.random_bool(0.5) {
            SimTime::MAX
        } else {
            SimTime::from_ms(10 * random.random_range(50..150))
        };
        selection.during = Some((from, to));
    }
    Metric { name: name.to_owned(), selection, windows: None, of: None }
}

/// A limit near the value that a metric has, or its level comes to.
fn limit(random: &mut ChaCha8Rng, scenario: &Scenario, metric: &Metric) -> Option<f64> {
    let info = kvs::metrics::lookup(&metric.name)?;
    let of_value = if info.at_instants {
        Metric { name: format!("max_{}", metric.name), ..metric.clone() }
    } else {
        metric.clone()
    };
    let number = |metric: Metric| {
        Term::Binary(
            Box::new(Term::Metric(metric)),
            kvs::model::Operator::Add,
            Box::new(Term::Number(0.0, Dimension::NUMBER)),
        )
    };
    let asked = expectation(
        Condition::Compare {
            left: number(of_value.clone()),
            operator: Comparison::Greater,
            right: Term::Number(0.0, info.dimension),
            tolerance: Tolerance::Exact,
        },
        String::new(),
    );
    let asked = Scenario { expectations: vec![asked], ..scenario.clone() };
    let (outcome, _) = whole(&asked, &no_files)?;
    let value = outcome.value(&of_value)?;
    let factor = [0.0, 0.5, 0.9, 0.99, 1.0, 1.01, 1.2][random.random_range(0..7)];
    Some(value * factor)
}

fn condition(random: &mut ChaCha8Rng, scenario: &Scenario) -> Option<Condition> {
    if random.random_bool(0.15) {
        let (left, right) = (condition(random, scenario)?, condition(random, scenario)?);
        return Some(Condition::And(Box::new(left), Box::new(right)));
    }
    let metric = metric(random, scenario);
    let info = kvs::metrics::lookup(&metric.name)?;
    let limit = Term::Number(limit(random, scenario, &metric)?, info.dimension);
    let measured = Term::Metric(metric);
    let compare = if random.random_bool(0.1) {
        Condition::Within { left: measured, low: Term::Number(0.0, info.dimension), high: limit }
    } else {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        let operator = [Less, Less, LessOrEqual, LessOrEqual, Equal, NotEqual, Greater, GreaterOrEqual]
            [random.random_range(0..8)];
        let tolerance = [Tolerance::Exact, Tolerance::Relative(0.05), Tolerance::Absolute(0.01)]
            [random.random_range(0..3)];
        let (left, right) = if random.random_bool(0.2) { (limit, measured) } else { (measured, limit) };
        Condition::Compare { left, operator, right, tolerance }
    };
    if !info.at_instants {
        return Some(compare);
    }
    let during = random.random_bool(0.5).then(|| {
        (
            SimTime::from_ms(10 * random.random_range(0..50)),
            SimTime::from_ms(10 * random.random_range(50..200)),
        )
    });
    Some(Condition::Always { condition: Box::new(compare), during })
}

/// A system that is busy, with a few hundred requests.
fn busy(number: u64) -> Scenario {
    let mut random = ChaCha8Rng::seed_from_u64(number);
    let rate = [5, 20, 40, 80][random.random_range(0..4)];
    let n = random.random_range(1..=3);
    let queue = ["", "max_queue 5", "queue_timeout 200 ms", "max_queue 20"][random.random_range(0..4)];
    let turns = ["", "session { turns uniform 1 .. 4; think constant 100 ms }"][random.random_range(0..2)];
    let users = [
        "",
        "workload loop { arrivals users 4 think constant 50 ms; prompt constant 30; output constant 9; requests 60 }",
    ][random.random_range(0..2)];
    let until = ["", "until 6 s", "warmup 1 s", "warmup 500 ms; until 9 s"][random.random_range(0..4)];
    support::compile(&format!(
        "
gpu any {{ vram 200 KB; max_concurrent 4; prefill 2000 tok/s; decode 400 tok/s }}
model tiny {{ kv_bytes_per_token 1 KB }}
cluster {{ serves tiny; gpus any x {n} }}
policy {{ {queue} }}
workload chat {{
  arrivals poisson; rate {rate} req/s; requests 300; {turns}
  prompt uniform 5 .. 60; output uniform 1 .. 20
  slo {{ ttft 100 ms; tpot 20 ms }}
}}
{users}
run {{ {until} }}
"
    ))
}

#[test]
fn no_random_run_is_judged_otherwise() {
    let mut record = Record::default();
    for number in 0..1000 {
        let mut random = ChaCha8Rng::seed_from_u64(number);
        let mut scenario = if number % 2 == 0 { systems::system(number) } else { busy(number) };
        if random.random_bool(0.3) {
            scenario.run.warmup = SimTime::from_ms(10 * random.random_range(0..30));
        }
        for _ in 0..3 {
            let Some(condition) = condition(&mut random, &scenario) else { continue };
            let text = format!("{condition:?}");
            scenario.expectations = vec![expectation(condition, text)];
            record.add(&scenario, &no_files, &format!("system {number}"));
        }
    }
    println!("{record:?}");
    assert!(record.given_up > 400, "{record:?}");
}

/// Twice, one and a half times and just above what two GPUs carry.
#[test]
fn overloaded_systems_are_given_up_before_half_of_their_events() {
    let mut record = Record::default();
    for (expect, rates) in [
        ("p95_ttft_ms < 1 s", [40, 30, 28]),
        ("p95_tpot_ms < 25 ms", [40, 30, 28]),
        ("p99_latency_ms < 10 s", [40, 30, 28]),
        ("mean_ttft_ms < 500 ms", [40, 30, 28]),
        ("slo_attainment >= 95%", [40, 30, 28]),
    ] {
        for rate in rates {
            let scenario = support::compile(&format!(
                "
model served extends llama_3_1_8b {{ dtype bf16 }}
cluster {{ serves served; gpus h100_sxm x 1 }}
engine {{ batching continuous }}
workload chat {{
  arrivals gamma cv 1.5; rate {rate} req/s
  prompt lognormal median 900 p95 4000 max 16_000; output lognormal median 220 p95 800; duration 5 min
  slo {{ ttft 1 s; tpot 40 ms }}
}}
expect {expect}
"
            ));
            let mut one = Record::default();
            one.add(&scenario, &no_files, expect);
            println!("{expect} at {rate} req/s: {one:?}");
            record.failed += one.failed;
            record.given_up += one.given_up;
            record.events += one.events;
            record.events_early += one.events_early;
        }
    }
    println!("{record:?}");
    assert_eq!((record.failed, record.given_up), (15, 15));
    assert!(record.events_early * 2 < record.events, "{record:?}");
}
