//! The most that several replicas held together, added up from changes that are known in no particular order.
//!
//! Changes are collected with their times, and when there are many they are added up in the order of time. What is held at
//! the end of a part of the time takes no order, and within it no more than that and all that is taken in the part: only
//! parts in which the most may lie are sorted. So a change costs the same however many replicas there are.
//! Invariant: what was held at the beginning and the changes since are what is held.

use crate::units::{Bytes, SimTime};

/// The time of the changes is divided into 2^9 parts at most.
const PART_BITS: u32 = 9;

/// What replicas held together over time, and the most of it.
#[derive(Debug, Default)]
pub(super) struct MostHeld {
    /// Up to when it has been added up.
    from: SimTime,
    /// What was held just before that.
    held: Blocks,
    /// The most until then, of blocks and of bytes.
    most: Blocks,
    /// Those since then.
    changes: Vec<Change>,
    parts: Vec<Part>,
}

/// Blocks of several replicas, or by how many there are more or fewer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Blocks {
    number: i64,
    bytes: i128,
}

/// One replica holds more blocks, or fewer.
#[derive(Clone, Copy, Debug)]
struct Change {
    at: SimTime,
    number: i64,
    block_bytes: u64,
}

/// A part of the time over which changes are added up.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    /// What its changes come to.
    change: Blocks,
    /// What those of them come to that take blocks.
    taken: Blocks,
    /// What is held before it, where more than what is known may be held within.
    before: Option<Blocks>,
}

impl Blocks {
    /// So many of a size.
    #[inline]
    pub(super) fn new(number: i64, block_bytes: u64) -> Blocks {
        Blocks { number, bytes: i128::from(number) * i128::from(block_bytes) }
    }

    #[inline]
    pub(super) fn add(&mut self, other: Blocks) {
        self.number += other.number;
        self.bytes += other.bytes;
    }

    /// Becomes the larger of each.
    #[inline]
    pub(super) fn reach(&mut self, other: Blocks) {
        self.number = self.number.max(other.number);
        self.bytes = self.bytes.max(other.bytes);
    }

    fn exceeds(&self, other: &Blocks) -> bool {
        self.number > other.number || self.bytes > other.bytes
    }

    /// How many there are, none being owed.
    pub(super) fn number(&self) -> u64 {
        self.number.unsigned_abs()
    }

    pub(super) fn bytes(&self) -> Bytes {
        Bytes::new(u64::try_from(self.bytes).unwrap_or(u64::MAX))
    }
}

impl MostHeld {
    /// Begins with what is held just before `now`.
    pub(super) fn begin(&mut self, now: SimTime, held: Blocks) {
        (self.from, self.held, self.most) = (now, held, held);
    }

    /// So much was held at some time.
    pub(super) fn reach(&mut self, held: Blocks) {
        self.most.reach(held);
    }

    /// A replica holds more blocks from `at` on, or fewer.
    #[inline]
    pub(super) fn change(&mut self, at: SimTime, number: i64, block_bytes: u64) {
        self.changes.push(Change { at, number, block_bytes });
    }

    /// How many changes have not been added up.
    #[inline]
    pub(super) fn n_changes(&self) -> usize {
        self.changes.len()
    }

    /// What was held just before the changes that have not been added up.
    #[cfg(any(test, debug_assertions))]
    pub(super) fn held(&self) -> Blocks {
        self.held
    }

    /// The most, as far as it has been added up.
    pub(super) fn most(&self) -> Blocks {
        self.most
    }

    /// Adds up what has changed before `now`, all of which is known; what changes just then stays for the next time.
    pub(super) fn add_up(&mut self, now: SimTime) {
        let mut changes = std::mem::take(&mut self.changes);
        let mut later = Vec::new();
        if changes.iter().any(|change| change.at >= now) {
            later.extend(changes.extract_if(.., |change| change.at >= now));
        }
        if changes.is_sorted_by_key(|change| change.at) {
            self.held = self.reach_within(self.held, &changes);
        } else {
            self.add_up_parts(now, &mut changes);
        }
        self.from = now;
        changes.clear();
        changes.extend(later);
        self.changes = changes;
    }

    fn add_up_parts(&mut self, now: SimTime, changes: &mut Vec<Change>) {
        let from = self.from.as_ps();
        let bits = u64::BITS - (now.as_ps() - from).leading_zeros();
        let part = |change: &Change| ((change.at.as_ps() - from) >> bits.saturating_sub(PART_BITS)) as usize;
        let mut parts = std::mem::take(&mut self.parts);
        parts.clear();
        parts.resize(1 << PART_BITS, Part::default());
        for change in &*changes {
            let blocks = Blocks::new(change.number, change.block_bytes);
            let part = &mut parts[part(change)];
            part.change.add(blocks);
            if change.number > 0 {
                part.taken.add(blocks);
            }
        }
        let before = self.held;
        for part in &parts {
            self.held.add(part.change);
            self.most.reach(self.held);
        }
        self.find_candidates(before, &mut parts);
        changes.retain(|change| parts[part(change)].before.is_some());
        changes.sort_unstable_by_key(|change| change.at);
        for together in changes.chunk_by(|a, b| part(a) == part(b)) {
            if let Some(before) = parts[part(&together[0])].before {
                self.reach_within(before, together);
            }
        }
        self.parts = parts;
    }

    /// Notes what is held before each part in which there may be more than the most that is known.
    fn find_candidates(&self, mut held: Blocks, parts: &mut [Part]) {
        for part in parts {
            let mut bound = held;
            bound.add(part.taken);
            part.before = bound.exceeds(&self.most).then_some(held);
            held.add(part.change);
        }
    }

    /// Goes through changes in the order of time, of which those at once count together; what is held in the end.
    fn reach_within(&mut self, mut held: Blocks, changes: &[Change]) -> Blocks {
        for at_once in changes.chunk_by(|a, b| a.at == b.at) {
            for change in at_once {
                held.add(Blocks::new(change.number, change.block_bytes));
            }
            self.most.reach(held);
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    /// By adding up all that has changed before each time there is.
    fn by_scan(begins: i64, changes: &[(u64, i64, u64)], end: u64) -> (Blocks, Blocks) {
        let held_before = |time: u64| {
            let mut held = Blocks::new(begins, 1);
            for &(_, number, block_bytes) in changes.iter().filter(|(at, ..)| *at < time) {
                held.add(Blocks::new(number, block_bytes));
            }
            held
        };
        let mut most = held_before(0);
        (0..=end).for_each(|time| most.reach(held_before(time)));
        (held_before(end), most)
    }

    #[test]
    fn the_most_is_that_of_a_scan_over_time() {
        let mut stream = Streams::new(1).stream("changes");
        let mut below = |n: u64| stream.below(n);
        for round in 0..300 {
            let mut held = MostHeld::default();
            held.begin(SimTime::ZERO, Blocks::new(1000, 1));
            let spread = [3, 50, 3000][round % 3];
            let (mut all, mut now) = (Vec::new(), 0);
            for _ in 0..3 {
                let end = now + 1 + below(spread);
                for _ in 0..below(200) {
                    // One that comes at the end does not count yet.
                    let at = now + below(end - now + 1);
                    let (number, block_bytes) = (below(21) as i64 - 10, [1, 1, 7][below(3) as usize]);
                    held.change(SimTime::from_ps(at), number, block_bytes);
                    all.push((at, number, block_bytes));
                }
                held.add_up(SimTime::from_ps(end));
                now = end;
                assert_eq!((held.held(), held.most()), by_scan(1000, &all, end), "{round}");
            }
            held.change(SimTime::from_ps(now), 1_000_000, 1);
            held.add_up(SimTime::from_ps(now));
            assert_eq!(
                held.most(),
                by_scan(1000, &all, now).1,
                "what changes at the end is not held before it"
            );
        }
    }
}
