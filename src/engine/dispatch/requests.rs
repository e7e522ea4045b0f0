//! Requests in the system, in a slab: memory follows what is in flight.

use super::signals::Charge;
use crate::engine::event::Journey;
use crate::workload::Request;

/// A request in the system, with what its kind of replicas keeps of it: two lines of a cache, and no more.
#[derive(Debug)]
#[repr(align(64))]
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
        InFlight { journey: Journey::new(request, number), charge: Charge::default(), own: O::default() }
    }
}

impl<O> InFlight<O> {
    #[inline]
    pub(in crate::engine) fn prompt(&self) -> u32 {
        self.journey.request.prompt.get()
    }

    #[inline]
    pub(in crate::engine) fn output(&self) -> u32 {
        self.journey.request.output.get()
    }
}

/// The slab. A slot that is free keeps what was there, under a number that no request has, until it is used again.
#[derive(Debug)]
pub(in crate::engine) struct Requests<O> {
    slots: Vec<InFlight<O>>,
    free: Vec<u32>,
}

/// The number in a slot that is free.
const FREE: u64 = u64::MAX;

impl<O> Requests<O> {
    /// Without any.
    pub(super) fn new() -> Requests<O> {
        Requests { slots: Vec::new(), free: Vec::new() }
    }

    #[inline]
    pub(super) fn insert(&mut self, request: InFlight<O>) -> (u32, &mut InFlight<O>) {
        let Some(slot) = self.free.pop() else { return self.push(request) };
        let place = &mut self.slots[slot as usize];
        *place = request;
        (slot, place)
    }

    #[cold]
    fn push(&mut self, request: InFlight<O>) -> (u32, &mut InFlight<O>) {
        let slot = u32::try_from(self.slots.len()).expect("fewer than 2^32 requests are in flight");
        self.slots.push(request);
        (slot, &mut self.slots[slot as usize])
    }

    #[inline]
    pub(super) fn remove(&mut self, slot: u32) {
        let number = &mut self.slots[slot as usize].journey.number;
        assert!(std::mem::replace(number, FREE) != FREE, "a request leaves once");
        self.free.push(slot);
    }

    #[inline]
    pub(in crate::engine) fn get(&self, slot: u32) -> &InFlight<O> {
        let request = &self.slots[slot as usize];
        debug_assert!(request.journey.number != FREE, "the slot is in use");
        request
    }

    #[inline]
    pub(in crate::engine) fn get_mut(&mut self, slot: u32) -> &mut InFlight<O> {
        let request = &mut self.slots[slot as usize];
        debug_assert!(request.journey.number != FREE, "the slot is in use");
        request
    }

    /// The request in a slot if it is still the one of that number.
    #[inline]
    pub(in crate::engine) fn find(&self, slot: u32, number: u64) -> Option<&InFlight<O>> {
        let request = &self.slots[slot as usize];
        (request.journey.number == number).then_some(request)
    }

    /// The same, to change it.
    #[inline]
    pub(in crate::engine) fn find_mut(&mut self, slot: u32, number: u64) -> Option<&mut InFlight<O>> {
        let request = &mut self.slots[slot as usize];
        (request.journey.number == number).then_some(request)
    }

    pub(in crate::engine) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Those in the system, with their slots.
    pub(in crate::engine) fn iter(&self) -> impl Iterator<Item = (u32, &InFlight<O>)> {
        (0..).zip(&self.slots).filter(|(_, request)| request.journey.number != FREE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{SimTime, Tokens};
    use crate::workload::Request;

    fn request(number: u64) -> InFlight<()> {
        let (prompt, output) = (Tokens::new(1), Tokens::new(1));
        let request =
            Request { arrival: SimTime::ZERO, sequence: 0, particulars: None, prompt, output, workload: 0 };
        InFlight { journey: Journey::new(request, number), charge: Charge::default(), own: () }
    }

    #[test]
    fn a_slot_is_used_again_under_another_number() {
        let mut requests = Requests::new();
        let first = requests.insert(request(0)).0;
        let second = requests.insert(request(1)).0;
        requests.remove(first);
        assert_eq!(requests.len(), 1);
        assert!(requests.find(first, 0).is_none(), "it has left");
        assert_eq!(requests.insert(request(2)).0, first);
        assert!(requests.find(first, 0).is_none() && requests.find_mut(first, 2).is_some());
        let numbers: Vec<(u32, u64)> =
            requests.iter().map(|(slot, request)| (slot, request.journey.number)).collect();
        assert_eq!(numbers, [(first, 2), (second, 1)]);
    }
}
