//! Requests in the system, in a slab: memory follows what is in flight.

use super::signals::Charge;
use crate::engine::event::Journey;
use crate::units::Tokens;
use crate::workload::Request;

/// A request in the system, with what its kind of replicas keeps of it.
#[derive(Debug)]
pub(in crate::engine) struct InFlight<O> {
    pub(in crate::engine) journey: Journey,
    /// What it adds to the signals of the replica that holds it.
    pub(in crate::engine) charge: Charge,
    /// The replicas' own.
    pub(in crate::engine) own: O,
}

impl<O: Default> InFlight<O> {
    /// A request that has just arrived.
    #[inline]
    pub(super) fn new(request: Request, number: u64) -> InFlight<O> {
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
        InFlight { journey, charge: Charge::default(), own: O::default() }
    }
}

impl<O> InFlight<O> {
    pub(in crate::engine) fn prompt(&self) -> u32 {
        self.journey.request.prompt.get()
    }

    pub(in crate::engine) fn output(&self) -> u32 {
        self.journey.request.output.get()
    }
}

/// The slab.
#[derive(Debug)]
pub(in crate::engine) struct Requests<O> {
    slots: Vec<Option<InFlight<O>>>,
    free: Vec<u32>,
}

impl<O> Requests<O> {
    /// Without any.
    pub(super) fn new() -> Requests<O> {
        Requests { slots: Vec::new(), free: Vec::new() }
    }

    #[inline]
    pub(super) fn insert(&mut self, request: InFlight<O>) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = Some(request);
            return slot;
        }
        let slot = u32::try_from(self.slots.len()).expect("fewer than 2^32 requests are in flight");
        self.slots.push(Some(request));
        slot
    }

    #[inline]
    pub(super) fn remove(&mut self, slot: u32) {
        self.free.push(slot);
        self.slots[slot as usize] = None;
    }

    #[inline]
    pub(in crate::engine) fn get(&self, slot: u32) -> &InFlight<O> {
        self.slots[slot as usize].as_ref().expect("the slot is in use")
    }

    #[inline]
    pub(in crate::engine) fn get_mut(&mut self, slot: u32) -> &mut InFlight<O> {
        self.slots[slot as usize].as_mut().expect("the slot is in use")
    }

    /// The request in a slot if it is still the one of that number.
    #[inline]
    pub(in crate::engine) fn find(&self, slot: u32, number: u64) -> Option<&InFlight<O>> {
        self.slots[slot as usize].as_ref().filter(|request| request.journey.number == number)
    }

    pub(in crate::engine) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Those in the system, with their slots.
    pub(in crate::engine) fn iter(&self) -> impl Iterator<Item = (u32, &InFlight<O>)> {
        (0..).zip(&self.slots).filter_map(|(slot, request)| Some((slot, request.as_ref()?)))
    }
}
