//! The total order of events, stated once.
//!
//! By time; within one instant in rounds of
//!
//! 1. **ends** — stages and transfers that are over, by GPU index (a transfer's destination), then request number;
//! 2. **continuations** — requests whose prompt has just ended get their decode, in the same order;
//! 3. **the global queue** — freed capacity goes to those who waited longest; then what waited too long is rejected;
//! 4. **arrivals** — in the order of the workloads, which is that of request numbers;
//! 5. **starts** — waiting requests take free slots, by GPU index, then in scheduling order.
//!
//! Work of no length ends in the instant it starts, in another round. Ties never follow from a container's insides:
//! what a round ends is collected and sorted before any of it is carried out.

use super::state::Stage;

/// Something that is over in the present instant. Sorts in the order it is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct End {
    /// The GPU it ends on; a transfer's destination.
    pub(super) gpu: u32,
    /// The request.
    pub(super) number: u64,
    /// Where the request is kept.
    pub(super) slot: u32,
    /// What ends.
    pub(super) what: What,
}

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A stage on the GPU.
    Stage(Stage),
    /// The way of a cache to the GPU.
    Handoff,
}
