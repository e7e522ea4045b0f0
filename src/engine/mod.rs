//! The simulation: scenario and requests in, events and levels out, exactly.
//!
//! A pure function of its inputs: no clock, no I/O, no platform floats. What happens is reported to a [`Sink`]; the
//! engine keeps nothing for later. Invariant: within one instant first what ends, then what arrives, then what
//! starts (`dispatch::instant`).

mod agenda;
mod destinations;
mod dispatch;
mod end;
mod event;
mod gaps;
pub mod hardware;
mod prefix;
mod replica_set;
mod replicas;
mod sink;
mod ticks;
mod timing;
mod transfers;

pub use end::{End, MAX_RETURNS_AT_ONCE};
pub use event::{Event, Growth, Journey, Levels, Observation, RejectReason};
pub use gaps::Gaps;
pub use replicas::continuous::{Stepping, kv_blocks};
pub use sink::{Interests, Sink};
pub use timing::specs as timings;
pub use transfers::{MAX_NODES, Path, Route, count_nodes, paths};

use crate::model::{Batching, Scenario};
use crate::workload::Traffic;

/// Runs a scenario to its end and reports all that happens to `sink`.
pub fn run<S: Sink>(
    scenario: &Scenario,
    traffic: &mut Traffic,
    seed: u64,
    stepping: Stepping,
    sink: &mut S,
) -> End {
    match scenario.engine.batching {
        Batching::Phases => replicas::phases::run(scenario, traffic, seed, sink),
        Batching::Continuous => replicas::continuous::run(scenario, traffic, seed, stepping, sink),
    }
}
