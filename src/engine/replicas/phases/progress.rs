//! How far a request has come on its GPU, and what it holds.
//!
//! Invariant: a request holds bytes and slots only where its [`Holding`]s say so, and whatever ends it gives all of them
//! back through `Phases::release`. Where it executes is what its journey says; memory at a destination is taken for all
//! of it, so that neither is kept twice.

use super::settings::Settings;
use crate::engine::dispatch::InFlight;
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
    /// What it holds where it executes; nothing while unplaced.
    pub(super) bytes: Bytes,
    /// The GPU it is moving to, while it is transferring.
    pub(super) there: u32,
    /// Its place in the order of victims: the count of touches at its last.
    pub(super) touched: u64,
}

impl InFlight<Progress> {
    /// What it holds where it executes; `None` while unplaced.
    #[inline]
    pub(super) fn here(&self) -> Option<Holding> {
        let gpu = self.journey.gpu().filter(|_| self.own.state != State::Unplaced)?;
        Some(Holding { gpu, bytes: self.own.bytes })
    }

    /// What it holds where it moves to: memory for all of it; `None` unless it is transferring.
    #[inline]
    pub(super) fn there(&self, settings: &Settings) -> Option<Holding> {
        let bytes = || settings.need(self.prompt(), self.output()).whole;
        (self.own.state == State::Transferring).then(|| Holding { gpu: self.own.there, bytes: bytes() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_in_flight_is_two_lines_of_a_cache() {
        assert_eq!((size_of::<InFlight<Progress>>(), align_of::<InFlight<Progress>>()), (128, 64));
    }
}
