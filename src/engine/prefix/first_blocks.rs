//! Runs of blocks by what they continue and by their first block: a hash table of their numbers.
//!
//! The runs themselves are kept by others, who are asked whether a number is the one looked for. Nothing ever
//! goes through the table in its own order. Invariant: no number is there twice, and at least half of the slots are vacant.

use super::content::Piece;

/// The table.
#[derive(Debug)]
pub(super) struct FirstBlocks {
    /// As many as a power of two.
    slots: Vec<Slot>,
    n_filled: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    number: u32,
}

/// What no run is numbered.
pub(super) const NONE: u32 = u32::MAX;

const VACANT: Slot = Slot { hash: 0, number: NONE };

impl FirstBlocks {
    /// Without any.
    pub(super) fn new() -> FirstBlocks {
        FirstBlocks { slots: vec![VACANT; 8], n_filled: 0 }
    }

    /// The run of that hash which `is_it` says it is.
    #[inline]
    pub(super) fn find(&self, hash: u32, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut place = self.home(hash);
        loop {
            let slot = self.slots[place];
            if slot.number == NONE {
                return None;
            }
            if slot.hash == hash && is_it(slot.number) {
                return Some(slot.number);
            }
            place = self.after(place);
        }
    }

    /// Adds a run that is not there.
    pub(super) fn insert(&mut self, hash: u32, number: u32) {
        if 2 * (self.n_filled + 1) > self.slots.len() {
            self.grow();
        }
        self.put(Slot { hash, number });
        self.n_filled += 1;
    }

    /// Removes a run, which must be there.
    pub(super) fn remove(&mut self, hash: u32, number: u32) {
        let mut place = self.home(hash);
        while self.slots[place].number != number {
            assert!(self.slots[place].number != NONE, "what is removed is there");
            place = self.after(place);
        }
        // Those after it move up, so that each is found without a vacant slot between its home and its place.
        let mut hole = place;
        loop {
            place = self.after(place);
            let slot = self.slots[place];
            if slot.number == NONE {
                break;
            }
            let mask = self.slots.len() - 1;
            let from_home = place.wrapping_sub(self.home(slot.hash)) & mask;
            let from_hole = place.wrapping_sub(hole) & mask;
            if from_home >= from_hole {
                self.slots[hole] = slot;
                hole = place;
            }
        }
        self.slots[hole] = VACANT;
        self.n_filled -= 1;
    }

    fn home(&self, hash: u32) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    fn after(&self, place: usize) -> usize {
        (place + 1) & (self.slots.len() - 1)
    }

    fn put(&mut self, slot: Slot) {
        let mut place = self.home(slot.hash);
        while self.slots[place].number != NONE {
            place = self.after(place);
        }
        self.slots[place] = slot;
    }

    #[cold]
    fn grow(&mut self) {
        let slots = vec![VACANT; 2 * self.slots.len()];
        for slot in std::mem::replace(&mut self.slots, slots) {
            if slot.number != NONE {
                self.put(slot);
            }
        }
    }
}

/// The hash of a run: by the number of the one that it continues, or [`NONE`], and by the pieces of its first block.
#[inline]
pub(super) fn hash(before: u32, pieces: impl Iterator<Item = Piece>) -> u32 {
    let mixed = pieces.fold(u64::from(before), |hash, piece| {
        mix(mix(hash, piece.text), piece.from.rotate_left(32) ^ piece.tokens)
    });
    (mixed >> 32) as u32 ^ mixed as u32
}

/// Both halves of a product depend on all bits of both factors, by an odd number without a pattern (the golden ratio's
/// first 64 bits after the point).
#[inline]
fn mix(hash: u64, value: u64) -> u64 {
    let product = u128::from(hash ^ value.rotate_left(29)) * 0x9E37_79B9_7F4A_7C15;
    (product >> 64) as u64 ^ (product as u64).rotate_left(17)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn agrees_with_a_map() {
        let mut state = 1_u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        // Few hashes, so that most share a home.
        let mut table = FirstBlocks::new();
        let mut map = BTreeMap::new();
        for _ in 0..20_000 {
            let number = draw(100) as u32;
            match map.remove(&number) {
                Some(hash) => table.remove(hash, number),
                None => {
                    let hash = draw(40) as u32 * 7;
                    table.insert(hash, number);
                    map.insert(number, hash);
                }
            }
            let number = draw(100) as u32;
            let hash = map.get(&number).copied().unwrap_or(draw(40) as u32 * 7);
            let found = table.find(hash, |other| other == number);
            assert_eq!(found, map.contains_key(&number).then_some(number));
        }
    }
}
