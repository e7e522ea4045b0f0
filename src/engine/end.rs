//! How a run ended.

use crate::units::SimTime;

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
    /// Whether the run was given up because time did not advance: requests that take no time kept bringing new ones in
    /// one instant, more than [`MAX_RETURNS_AT_ONCE`] times.
    pub is_livelocked: bool,
    /// Whether the run was given up because its sink wanted no more.
    pub given_up: bool,
}

/// How often within one instant the end of a request may bring another before a run is given up.
pub const MAX_RETURNS_AT_ONCE: u32 = 1_000_000;
