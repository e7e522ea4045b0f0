//! Requests in the system, in a slab: memory follows what is in flight.

use crate::engine::event::Journey;

/// A request in the system.
#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) journey: Journey,
    /// Its place in the order of the scheduling policy, on the replica that holds it.
    pub(super) key: u64,
    /// What it adds to the expected work of the replica that holds it.
    pub(super) expected_work: u64,
}

/// The slab.
#[derive(Debug, Default)]
pub(super) struct Requests {
    slots: Vec<Option<InFlight>>,
    free: Vec<u32>,
}

impl Requests {
    pub(super) fn insert(&mut self, request: InFlight) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = Some(request);
            return slot;
        }
        let slot = u32::try_from(self.slots.len()).expect("fewer than 2^32 requests are in flight");
        self.slots.push(Some(request));
        slot
    }

    pub(super) fn remove(&mut self, slot: u32) {
        self.free.push(slot);
        self.slots[slot as usize] = None;
    }

    pub(super) fn get(&self, slot: u32) -> &InFlight {
        self.slots[slot as usize].as_ref().expect("the slot is in use")
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> &mut InFlight {
        self.slots[slot as usize].as_mut().expect("the slot is in use")
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}
