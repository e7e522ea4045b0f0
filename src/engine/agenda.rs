//! When each GPU has its next event: a winner tree with one leaf a GPU.
//!
//! A GPU always has at most one pending event, so an update overwrites its leaf and nothing is ever deleted
//! lazily. Ties go to the lower index, which is the order of events within an instant.

use crate::units::SimTime;

/// The next event of every GPU.
#[derive(Debug)]
pub(super) struct Agenda {
    /// Leaves from `n_leaves` on, the parent of node `i` is `i / 2`, node 1 the root: each the earliest time below.
    times: Vec<SimTime>,
    n_leaves: usize,
}

/// A time no event has.
pub(super) const NEVER: SimTime = SimTime::MAX;

impl Agenda {
    /// For `n` GPUs, none with an event.
    pub(super) fn new(n: usize) -> Agenda {
        let n_leaves = n.next_power_of_two();
        Agenda { times: vec![NEVER; 2 * n_leaves], n_leaves }
    }

    /// The time of the earliest event, [`NEVER`] when there is none.
    pub(super) fn next_time(&self) -> SimTime {
        self.times[1]
    }

    /// The GPU with the earliest event, the lowest index among equals.
    pub(super) fn next_gpu(&self) -> usize {
        let mut node = 1;
        while node < self.n_leaves {
            let left = 2 * node;
            node = if self.times[left] <= self.times[left + 1] { left } else { left + 1 };
        }
        node - self.n_leaves
    }

    /// Sets the next event of a GPU.
    pub(super) fn set(&mut self, gpu: usize, time: SimTime) {
        let mut node = self.n_leaves + gpu;
        if self.times[node] == time {
            return;
        }
        self.times[node] = time;
        while node > 1 {
            node /= 2;
            let earliest = self.times[2 * node].min(self.times[2 * node + 1]);
            if self.times[node] == earliest {
                return;
            }
            self.times[node] = earliest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_event_wins_and_ties_go_to_the_lower_index() {
        let mut agenda = Agenda::new(5);
        assert_eq!(agenda.next_time(), NEVER);
        agenda.set(4, SimTime::from_ps(7));
        agenda.set(2, SimTime::from_ps(9));
        assert_eq!((agenda.next_time(), agenda.next_gpu()), (SimTime::from_ps(7), 4));
        agenda.set(2, SimTime::from_ps(7));
        assert_eq!(agenda.next_gpu(), 2);
        agenda.set(2, NEVER);
        agenda.set(4, SimTime::from_ps(70));
        assert_eq!((agenda.next_time(), agenda.next_gpu()), (SimTime::from_ps(70), 4));
    }
}
