//! When each GPU has its next event: a tree of minima with one leaf a GPU.
//!
//! A GPU always has at most one pending event, so an update overwrites its leaf and nothing is ever deleted
//! lazily. Ties go to the lower index, which is the order of events within an instant.

use crate::min_tree::MinTree;
use crate::units::SimTime;

/// The next event of every GPU.
#[derive(Debug)]
pub(super) struct Agenda {
    times: MinTree<SimTime>,
}

/// A time no event has.
pub(super) const NEVER: SimTime = SimTime::MAX;

impl Agenda {
    /// For `n` GPUs, none with an event.
    pub(super) fn new(n: usize) -> Agenda {
        Agenda { times: MinTree::new(n, NEVER, NEVER) }
    }

    /// The time of the earliest event, [`NEVER`] when there is none.
    #[inline]
    pub(super) fn next_time(&self) -> SimTime {
        self.times.least()
    }

    /// The first GPU from an index on whose event is due at `now`; a loop over all of them changes nothing.
    #[inline]
    pub(super) fn due(&self, from: usize, now: SimTime) -> Option<usize> {
        self.times.first_at_most(from, now)
    }

    /// Sets the next event of a GPU.
    #[inline]
    pub(super) fn set(&mut self, gpu: usize, time: SimTime) {
        self.times.set(gpu, time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_event_comes_first_and_ties_go_to_the_lower_index() {
        let mut agenda = Agenda::new(5);
        assert_eq!(agenda.next_time(), NEVER);
        agenda.set(4, SimTime::from_ps(7));
        agenda.set(2, SimTime::from_ps(9));
        let now = agenda.next_time();
        assert_eq!((now, agenda.due(0, now)), (SimTime::from_ps(7), Some(4)));
        agenda.set(2, SimTime::from_ps(7));
        assert_eq!([0, 3, 5].map(|from| agenda.due(from, now)), [Some(2), Some(4), None]);
        agenda.set(2, NEVER);
        agenda.set(4, SimTime::from_ps(70));
        assert_eq!((agenda.next_time(), agenda.due(0, now)), (SimTime::from_ps(70), None));
    }
}
