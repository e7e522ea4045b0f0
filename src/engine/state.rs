//! Requests in the system: what state each is in and what it holds.
//!
//! Kept in a slab, so memory follows what is in flight. Invariant: a request holds bytes and slots only where its
//! [`Holding`]s say so, and whoever ends it gives all of them back through `Simulation::release`.

use super::event::Journey;
use crate::units::{Bytes, Tokens};
use crate::workload::Request;

/// The work of a request that takes device time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Computing the prompt.
    Prefill,
    /// Generating the output.
    Decode,
}

/// Where in its life a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// In the global queue, holding nothing.
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

/// A request in the system.
#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) journey: Journey,
    pub(super) state: State,
    /// Where it executes; none while unplaced.
    pub(super) here: Option<Holding>,
    /// Where it is moving to.
    pub(super) there: Option<Holding>,
    /// Its place in the order of victims: the count of touches at its last.
    pub(super) touched: u64,
    /// What it adds to the expected work of the GPU that holds it.
    pub(super) expected_work: u64,
}

impl InFlight {
    /// A request that has just arrived.
    #[inline]
    pub(super) fn new(request: Request, number: u64) -> InFlight {
        let journey = Journey {
            request,
            number,
            gpu: None,
            started: None,
            first_token: None,
            handoff_started: None,
            cached: Tokens::new(0),
            retries: 0,
            elsewhere: Vec::new(),
        };
        InFlight { journey, state: State::Unplaced, here: None, there: None, touched: 0, expected_work: 0 }
    }

    pub(super) fn prompt(&self) -> u32 {
        self.journey.request.prompt.get()
    }

    pub(super) fn output(&self) -> u32 {
        self.journey.request.output.get()
    }
}

/// The slab.
#[derive(Debug, Default)]
pub(super) struct Requests {
    slots: Vec<Option<InFlight>>,
    free: Vec<u32>,
}

impl Requests {
    #[inline]
    pub(super) fn insert(&mut self, request: InFlight) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = Some(request);
            return slot;
        }
        let slot = u32::try_from(self.slots.len()).expect("fewer than 2^32 requests are in flight");
        self.slots.push(Some(request));
        slot
    }

    #[inline]
    pub(super) fn remove(&mut self, slot: u32) -> InFlight {
        self.free.push(slot);
        self.slots[slot as usize].take().expect("a slot is removed once")
    }

    #[inline]
    pub(super) fn get(&self, slot: u32) -> &InFlight {
        self.slots[slot as usize].as_ref().expect("the slot is in use")
    }

    #[inline]
    pub(super) fn get_mut(&mut self, slot: u32) -> &mut InFlight {
        self.slots[slot as usize].as_mut().expect("the slot is in use")
    }

    /// The request in a slot if it is still the one of that number.
    #[inline]
    pub(super) fn find(&self, slot: u32, number: u64) -> Option<&InFlight> {
        self.slots[slot as usize].as_ref().filter(|request| request.journey.number == number)
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Those in the system, with their slots.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &InFlight)> {
        (0..).zip(&self.slots).filter_map(|(slot, request)| Some((slot, request.as_ref()?)))
    }
}
