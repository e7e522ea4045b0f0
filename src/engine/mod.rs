//! The simulation: scenario and requests in, events and levels out, exactly.
//!
//! A pure function of its inputs: no clock, no I/O, no platform floats. What happens is told to a [`Sink`]; the
//! engine keeps nothing for later. Invariant: within one instant first what ends, then what arrives, then what
//! starts (`order`).

mod phases;
mod sink;

pub use sink::{Event, Journey, Levels, RejectReason, Sink};

use crate::model::{Scenario, Spec};
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
}

/// Runs a scenario to its end, telling `sink` all that happens.
pub fn run<S: Sink>(scenario: &Scenario, traffic: &mut Traffic, seed: u64, sink: &mut S) -> End {
    phases::run(scenario, traffic, seed, sink)
}

/// The timings a scenario may write, in the order shown to users.
pub fn timings() -> impl Iterator<Item = &'static Spec> {
    std::iter::empty()
}
