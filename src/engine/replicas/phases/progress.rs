//! How far a request has come on its GPU, and what it holds.
//!
//! Invariant: a request holds bytes and slots only where its [`Holding`]s say so, and whatever ends it gives all of them
//! back through `Phases::release`.

use crate::units::Bytes;

/// The work of a request that takes device time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Computing the prompt.
    Prefill,
    /// Generating the output.
    Decode,
}

/// Where in its life a request is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// On no GPU, holding nothing.
    #[default]
    Unplaced,
    /// Admitted to a GPU, waiting for a slot.
    Queued,
    /// Its prompt executes.
    Prefill,
    /// Its prompt is done and its decode not begun, within one instant.
    Prefilled,
    /// Its cache moves to another GPU; it holds memory and a slot on both.
    Transferring,
    /// Its output executes, or waits for a place in the batch.
    Decode,
    /// Its output is done, within one instant.
    Decoded,
}

/// Memory on one GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Holding {
    /// Which.
    pub(super) gpu: u32,
    /// How much.
    pub(super) bytes: Bytes,
}

/// What is kept of a request in the system.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) state: State,
    /// Where it executes; none while unplaced.
    pub(super) here: Option<Holding>,
    /// Where it is moving to.
    pub(super) there: Option<Holding>,
    /// Its place in the order of victims: the count of touches at its last.
    pub(super) touched: u64,
}
