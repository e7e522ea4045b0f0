//! When each GPU has its next event: a heap that knows where each GPU is.
//!
//! A GPU always has exactly one entry, so an update moves it and nothing is ever deleted lazily. Four below each: half the
//! levels of two, and those compared lie together. Invariant: no entry is earlier than the one above it. Which of several at
//! the same time lies where is the heap's own affair: those that are due are given in the order of their indices.

use crate::units::SimTime;

/// The next event of every GPU.
#[derive(Debug)]
pub(super) struct Agenda {
    /// Filled up to whole groups of [`BELOW`] with entries that are never due and never move.
    heap: Vec<Entry>,
    /// Where in the heap each GPU is.
    places: Vec<u32>,
}

/// When a GPU has its next event.
#[derive(Clone, Copy, Debug)]
struct Entry {
    time: SimTime,
    gpu: u32,
}

/// A time no event has.
pub(super) const NEVER: SimTime = SimTime::MAX;

/// Entries below each; the first ones of `i` are at `BELOW * i + 1`.
const BELOW: usize = 4;

impl Agenda {
    /// For `n` GPUs, none with an event.
    pub(super) fn new(n: usize) -> Agenda {
        let filled = n.saturating_sub(1).next_multiple_of(BELOW) + 1;
        Agenda {
            heap: (0..filled as u32).map(|gpu| Entry { time: NEVER, gpu }).collect(),
            places: (0..n as u32).collect(),
        }
    }

    /// The time of the earliest event, [`NEVER`] when there is none.
    #[inline]
    pub(super) fn next_time(&self) -> SimTime {
        self.heap[0].time
    }

    /// Puts the GPUs whose event is due at `now` in `due`, which is empty, by index.
    #[inline]
    pub(super) fn list_due(&self, now: SimTime, due: &mut Vec<u32>) {
        debug_assert!(now < NEVER && due.is_empty(), "an instant has a time, and lists those due once");
        let first = self.heap[0];
        if first.time > now {
            return;
        }
        due.push(first.gpu);
        // Nearly always it is the only one.
        if self.below(0).is_some_and(|below| below.iter().any(|entry| entry.time <= now)) {
            self.list_due_below(0, now, due);
            due.sort_unstable();
        }
    }

    #[cold]
    fn list_due_below(&self, place: usize, now: SimTime, due: &mut Vec<u32>) {
        for (entry, place) in self.below(place).into_iter().flatten().zip(BELOW * place + 1..) {
            if entry.time <= now {
                due.push(entry.gpu);
                self.list_due_below(place, now, due);
            }
        }
    }

    #[inline]
    fn below(&self, place: usize) -> Option<&[Entry; BELOW]> {
        self.heap.get(BELOW * place + 1..)?.first_chunk()
    }

    /// Sets the next event of a GPU.
    #[inline]
    pub(super) fn set(&mut self, gpu: u32, time: SimTime) {
        let place = self.places[gpu as usize] as usize;
        let before = self.heap[place].time;
        let entry = Entry { time, gpu };
        if time > before {
            self.move_down(place, entry);
        } else if time < before {
            self.move_up(place, entry);
        }
    }

    /// Puts an entry at a place or below it.
    fn move_down(&mut self, mut place: usize, entry: Entry) {
        while let Some(below) = self.below(place) {
            let left = usize::from(below[1].time < below[0].time);
            let right = 2 + usize::from(below[3].time < below[2].time);
            let from = if below[right].time < below[left].time { right } else { left };
            let least = below[from];
            if least.time >= entry.time {
                break;
            }
            self.put(place, least);
            place = BELOW * place + 1 + from;
        }
        self.put(place, entry);
    }

    /// Puts an entry at a place or above it.
    fn move_up(&mut self, mut place: usize, entry: Entry) {
        while place > 0 {
            let above = (place - 1) / BELOW;
            if self.heap[above].time <= entry.time {
                break;
            }
            self.put(place, self.heap[above]);
            place = above;
        }
        self.put(place, entry);
    }

    #[inline]
    fn put(&mut self, place: usize, entry: Entry) {
        self.heap[place] = entry;
        self.places[entry.gpu as usize] = place as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_due_are_listed_by_index() {
        // A linear congruence is random enough to visit every shape of heap.
        let mut state = 1_u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for n in [1, 2, 5, 6, 23, 90] {
            let mut agenda = Agenda::new(n);
            let mut times = vec![NEVER; n];
            for _ in 0..1_000 {
                let (gpu, time) = (draw(n as u64) as usize, SimTime::from_ps(draw(9)));
                let time = if draw(4) == 0 { NEVER } else { time };
                times[gpu] = time;
                agenda.set(gpu as u32, time);
                let next = *times.iter().min().expect("there are some");
                assert_eq!(agenda.next_time(), next);
                if next == NEVER {
                    continue;
                }
                let mut due = Vec::new();
                agenda.list_due(next, &mut due);
                let by_scan = (0..n).filter(|&gpu| times[gpu] == next);
                assert_eq!(due, by_scan.map(|gpu| gpu as u32).collect::<Vec<_>>(), "{times:?}");
            }
        }
    }
}
