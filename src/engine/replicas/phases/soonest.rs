//! Those that are served together, the next to end first.
//!
//! A few that end soonest are kept in a sorted list, which is all there are on most GPUs; those that end later are in a heap,
//! so that any number costs O(log n) to enter and to leave. Invariant: none in the heap ends before one in the list, and the
//! list is empty only where both are.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::executor::{Ticket, Work};

/// Requests by the mark at which each ends; among equals the one that arrived first ends first.
#[derive(Debug, Default)]
pub(super) struct Soonest {
    /// The next to end is the last.
    near: Vec<Share>,
    far: BinaryHeap<Reverse<Share>>,
}

/// A request that is served until the clock reaches its mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) mark: Work,
    pub(super) ticket: Ticket,
}

impl Ord for Share {
    #[inline]
    fn cmp(&self, other: &Share) -> Ordering {
        self.mark.cmp(&other.mark).then_with(|| self.ticket.cmp(&other.ticket))
    }
}

impl PartialOrd for Share {
    #[inline]
    fn partial_cmp(&self, other: &Share) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    /// Marks are hardly ever equal.
    #[inline]
    fn lt(&self, other: &Share) -> bool {
        self.mark < other.mark || (self.mark == other.mark && self.ticket < other.ticket)
    }
}

/// The longest list: to go through half of it costs about what a heap of as many does.
const MOST_NEAR: usize = 32;

impl Soonest {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.near.len() + self.far.len()
    }

    /// The next to end.
    #[inline]
    pub(super) fn next(&self) -> Option<&Share> {
        self.near.last()
    }

    #[inline]
    pub(super) fn insert(&mut self, share: Share) {
        if self.far.peek().is_some_and(|Reverse(first)| *first < share) {
            self.far.push(Reverse(share));
            return;
        }
        let mut place = self.near.len();
        self.near.push(share);
        while place > 0 && self.near[place - 1] < share {
            self.near.swap(place - 1, place);
            place -= 1;
        }
        if self.near.len() > MOST_NEAR {
            self.move_away();
        }
    }

    /// Half of the list, the later one, goes to the heap.
    #[cold]
    fn move_away(&mut self) {
        self.far.extend(self.near.drain(..MOST_NEAR / 2).map(Reverse));
    }

    /// Takes the next to end out.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Share> {
        let share = self.near.pop();
        if self.near.is_empty() && !self.far.is_empty() {
            self.refill();
        }
        share
    }

    /// Takes one out before it ends; nothing happens where it is not there.
    pub(super) fn remove(&mut self, ticket: Ticket) {
        self.near.retain(|share| share.ticket != ticket);
        self.far.retain(|Reverse(share)| share.ticket != ticket);
        self.refill();
    }

    fn refill(&mut self) {
        if self.near.is_empty()
            && let Some(Reverse(share)) = self.far.pop()
        {
            self.near.push(share);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_leave_in_order_however_many_there_are() {
        // A linear congruence is random enough to fill and empty both parts.
        let mut state = 1_u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for most in [3, MOST_NEAR as u64, 200] {
            let (mut soonest, mut sorted) = (Soonest::default(), Vec::new());
            for number in 0..3_000 {
                let ticket = Ticket { number, slot: number as u32 };
                let share = Share { mark: Work::from(draw(50)), ticket };
                soonest.insert(share);
                sorted.push(share);
                sorted.sort_unstable();
                while sorted.len() as u64 > draw(most) {
                    if draw(8) == 0 {
                        let removed = sorted.remove(draw(sorted.len() as u64) as usize);
                        soonest.remove(removed.ticket);
                    } else {
                        assert_eq!(soonest.pop(), Some(sorted.remove(0)));
                    }
                    assert_eq!((soonest.next(), soonest.len()), (sorted.first(), sorted.len()));
                    if sorted.is_empty() {
                        break;
                    }
                }
            }
        }
    }
}
