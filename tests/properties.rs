//! What holds in every system, tested on small random ones: no request is lost, no limit exceeded, nothing left to chance.
//!
//! `KVS_SYSTEMS=1000000 cargo test --release --test properties` looks at more of them. A failure names the number of the
//! system; the engine checks its own books after every instant as well, in builds with debug assertions.

#[path = "properties/early.rs"]
mod early;
#[path = "properties/ledger.rs"]
mod ledger;
#[path = "properties/permutations.rs"]
mod permutations;
#[path = "properties/systems.rs"]
mod systems;
#[path = "properties/turns.rs"]
mod turns;
#[path = "properties/ways.rs"]
mod ways;

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use kvs::engine::{Event, Journey, Sink};
use kvs::model::Scenario;
use kvs::units::SimTime;

use self::ledger::{Ledger, Tally};
use self::support::run;
use self::systems::system;

/// Systems looked at unless `KVS_SYSTEMS` says more.
const N_SYSTEMS: u64 = 10_000;

fn n_systems() -> u64 {
    match std::env::var("KVS_SYSTEMS") {
        Ok(number) => number.parse().expect("KVS_SYSTEMS is a number"),
        Err(_) => N_SYSTEMS,
    }
}

/// All events of a run.
#[derive(Default)]
struct Log(Vec<(SimTime, u64, Event)>);

impl Sink for Log {
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        self.0.push((at, journey.number, event));
    }
}

fn log_of(scenario: &Scenario) -> Log {
    let mut log = Log::default();
    run(scenario, scenario.run.seed, &mut log);
    log
}

/// Panics with the first event that differs.
#[track_caller]
fn same(first: &Log, second: &Log) {
    for (at, (first, second)) in first.0.iter().zip(&second.0).enumerate() {
        assert_eq!(first, second, "event {at} differs");
    }
    assert_eq!(first.0.len(), second.0.len(), "the same events and more");
}

/// Names the system where something fails.
fn with_number(number: u64, scenario: &Scenario, check: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(check)) {
        println!("system {number}: {:#?}\n{:#?}", scenario.policy, scenario.cluster);
        println!("system {number}, timing {}, seed {}", scenario.engine.timing.name, scenario.run.seed);
        for (at, request, event) in catch_unwind(|| log_of(scenario).0).unwrap_or_default() {
            println!("{:>12} ms  request {request}: {event:?}", at.as_ms_f64());
        }
        resume_unwind(panic);
    }
}

#[test]
fn books_balance_and_runs_repeat() {
    let mut total = Tally::default();
    for number in 0..n_systems() {
        let scenario = system(number);
        with_number(number, &scenario, || {
            let mut both = (Ledger::new(&scenario), Log::default());
            let end = run(&scenario, scenario.run.seed, &mut both);
            let (ledger, first) = both;
            ledger.close(end);
            same(&first, &log_of(&scenario));
            let mut tally = ledger.tally;
            for (sum, count) in total.counts().into_iter().zip(tally.counts()) {
                *sum += *count;
            }
        });
    }
    println!("{total:?}");
    let rarest = total.counts().into_iter().min().copied();
    assert!(rarest > Some(N_SYSTEMS / 10), "the systems hardly show something: {total:?}");
}
