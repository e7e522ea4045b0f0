//! The simulation: scenario and requests in, events and levels out, exactly.
//!
//! A pure function of its inputs: no clock, no I/O, no platform floats. What happens is told to a [`Sink`]; the
//! engine keeps nothing for later. Invariant: within one instant first what ends, then what arrives, then what
//! starts (`order`).

mod agenda;
mod event;
mod gaps;
pub mod hardware;
mod order;
mod phases;
mod prefix;
mod sink;
mod state;
mod steps;
mod ticks;
mod timing;
mod topology;
mod transfers;

pub use event::{Event, Growth, Journey, Levels, Observation, RejectReason};
pub use gaps::Gaps;
pub use sink::{Interests, Sink};
pub use steps::kv_blocks;
pub use timing::specs as timings;
pub use topology::{MAX_NODES, Path, Route, count_nodes, paths};

use crate::model::{Batching, Scenario};
use crate::units::SimTime;
use crate::workload::Traffic;

/// What is left when a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The time of the last event, or `until`.
    pub at: SimTime,
    /// Requests still in the system.
    pub unfinished: u64,
    /// Events processed.
    pub events: u64,
    /// Steps that ended, over all replicas; 0 with `batching phases`.
    pub steps: u64,
    /// Whether the run was given up because time stood still: requests that take no time kept bringing new ones in
    /// one instant, more than [`MAX_RETURNS_AT_ONCE`] times.
    pub stands_still: bool,
    /// Whether the run was given up because its sink wanted no more.
    pub given_up: bool,
}

/// How often within one instant the end of a request may bring another before a run is given up.
pub const MAX_RETURNS_AT_ONCE: u32 = 1_000_000;

/// How `batching continuous` gets through its steps. Both do exactly the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stepping {
    /// Those between two changes of the batch at once.
    #[default]
    Leap,
    /// One at a time: slow, and plain enough to check the other against.
    Step,
}

/// Runs a scenario to its end, telling `sink` all that happens.
pub fn run<S: Sink>(
    scenario: &Scenario,
    traffic: &mut Traffic,
    seed: u64,
    stepping: Stepping,
    sink: &mut S,
) -> End {
    match scenario.engine.batching {
        Batching::Phases => phases::run(scenario, traffic, seed, sink),
        Batching::Continuous => steps::run(scenario, traffic, seed, stepping, sink),
    }
}
