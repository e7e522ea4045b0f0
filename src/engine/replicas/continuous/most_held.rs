//! The most that several replicas held together, added up from changes that are known in no particular order.
//!
//! Changes are collected with their times, and when there are many they are added up in the order of time. What is held at
//! the end of a part of the time takes no order, and within it no more than that and all that is taken in the part: only
//! parts in which the most may lie are sorted. So a change costs the same however many replicas there are. A rise over many
//! parts is held at its end for sure, and from its beginning on perhaps: it is taken apart where that makes a part one in
//! which the most may lie.
//! Invariant: what was held at the beginning and the changes since are what is held.

use super::changes::{Blocks, Change, Changes, Rise};
use crate::units::SimTime;

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
    parts: Vec<Part>,
}

/// A part of the time over which changes are added up.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    /// What its changes come to, of rises those that end in it.
    change: Blocks,
    /// By how much more may be held in it than what is known, compared with the part before: what is taken in one and
    /// not in the other, and the rises that touch one and not the other.
    beyond: Blocks,
    /// What is held before it.
    before: Blocks,
    /// Whether the most may be held in it, and how many parts before it there are of which that is said.
    is_candidate: bool,
    n_candidates: u32,
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
    pub(super) fn add_up(&mut self, now: SimTime, changes: &mut Changes) {
        let later = changes.take_later(now);
        if changes.rises.is_empty() && changes.single.is_sorted_by_key(|change| change.at) {
            self.held = self.reach_within(self.held, &changes.single);
        } else {
            self.add_up_parts(now, changes);
        }
        self.from = now;
        changes.restart(&later);
    }

    fn add_up_parts(&mut self, now: SimTime, changes: &mut Changes) {
        let mut parts = Parts::new(self.from, now, std::mem::take(&mut self.parts));
        changes.single.iter().for_each(|change| parts.enter(change));
        changes.rises.iter().for_each(|rise| parts.spread(rise.begins, rise.ends, rise.blocks()));
        self.find_candidates(&mut parts.list);
        if !changes.rises.is_empty() {
            let rises = changes.rises.extract_if(.., |rise| parts.have_candidate(rise));
            for rise in rises.collect::<Vec<_>>() {
                parts.spread(rise.begins, rise.ends, rise.blocks().negated());
                let first = changes.take_apart(&rise);
                changes.single[first..].iter().for_each(|change| parts.enter(change));
            }
            self.find_candidates(&mut parts.list);
        }
        for part in &parts.list {
            self.held.add(part.change);
        }
        let part = |change: &Change| parts.position(change.at);
        changes.single.retain(|change| parts.list[part(change)].is_candidate);
        changes.single.sort_unstable_by_key(|change| change.at);
        for together in changes.single.chunk_by(|a, b| part(a) == part(b)) {
            self.reach_within(parts.list[part(&together[0])].before, together);
        }
        self.parts = parts.list;
    }

    /// Reaches what is held at the ends of parts for sure, and notes each part in which there may be more than the most
    /// that is known.
    fn find_candidates(&mut self, parts: &mut [Part]) {
        let mut held = self.held;
        for part in &mut *parts {
            part.before = held;
            held.add(part.change);
            self.most.reach(held);
        }
        let (mut beyond, mut n_candidates) = (Blocks::default(), 0);
        for part in parts {
            beyond.add(part.beyond);
            let mut bound = part.before;
            bound.add(beyond);
            part.is_candidate = bound.exceeds(&self.most);
            part.n_candidates = n_candidates;
            n_candidates += u32::from(part.is_candidate);
        }
    }

    /// Goes through changes in the order of time, of which those at once count together; what is held in the end.
    fn reach_within(&mut self, mut held: Blocks, changes: &[Change]) -> Blocks {
        for at_once in changes.chunk_by(|a, b| a.at == b.at) {
            at_once.iter().for_each(|change| held.add(change.blocks()));
            self.most.reach(held);
        }
        held
    }
}

/// The parts of a time, and one beyond them.
struct Parts {
    from: u64,
    /// Binary digits of the picoseconds within a part.
    digits: u32,
    list: Vec<Part>,
}

impl Parts {
    fn new(from: SimTime, to: SimTime, mut list: Vec<Part>) -> Parts {
        let from = from.as_ps();
        let bits = u64::BITS - (to.as_ps() - from).leading_zeros();
        list.clear();
        list.resize((1 << PART_BITS) + 1, Part::default());
        Parts { from, digits: bits.saturating_sub(PART_BITS), list }
    }

    fn position(&self, at: SimTime) -> usize {
        ((at.as_ps() - self.from) >> self.digits) as usize
    }

    fn enter(&mut self, change: &Change) {
        if change.is_rise() {
            self.spread(change.at, change.at, change.blocks());
        } else {
            let position = self.position(change.at);
            self.list[position].change.add(change.blocks());
        }
    }

    /// So much is taken at some time from `begins` to `ends`.
    fn spread(&mut self, begins: SimTime, ends: SimTime, blocks: Blocks) {
        let (begin, end) = (self.position(begins), self.position(ends));
        self.list[end].change.add(blocks);
        self.list[begin].beyond.add(blocks);
        self.list[end + 1].beyond.add(blocks.negated());
    }

    /// Whether the most may be held in a part that the rise touches.
    fn have_candidate(&self, rise: &Rise) -> bool {
        let (begin, end) = (self.position(rise.begins), self.position(rise.ends));
        self.list[end + 1].n_candidates > self.list[begin].n_candidates
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::replicas::continuous::changes::Steps;
    use crate::engine::replicas::continuous::cost::{Series, StepCost};
    use crate::engine::ticks::ticks_at;
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
            let (mut held, mut changes) = (MostHeld::default(), Changes::default());
            held.begin(SimTime::ZERO, Blocks::new(1000, 1));
            let spread = [3, 50, 3000][round % 3];
            let (mut all, mut now) = (Vec::new(), 0);
            for _ in 0..3 {
                let end = now + 1 + below(spread);
                for _ in 0..below(200) {
                    // One that comes at the end does not count yet.
                    let at = now + below(end - now + 1);
                    let (number, block_bytes) = (below(21) as i64 - 10, [1, 1, 7][below(3) as usize]);
                    changes.push(SimTime::from_ps(at), number, block_bytes);
                    all.push((at, number, block_bytes));
                }
                held.add_up(SimTime::from_ps(end), &mut changes);
                now = end;
                assert_eq!((held.held(), held.most()), by_scan(1000, &all, end), "{round}");
            }
            changes.push(SimTime::from_ps(now), 1_000_000, 1);
            held.add_up(SimTime::from_ps(now), &mut changes);
            assert_eq!(
                held.most(),
                by_scan(1000, &all, now).1,
                "what changes at the end is not held before it"
            );
        }
    }

    #[test]
    fn rises_count_as_what_they_consist_of() {
        let mut stream = Streams::new(1).stream("rises");
        let mut below = |n: u64| stream.below(n);
        for case in 0..200 {
            let (mut held, mut changes) = (MostHeld::default(), Changes::default());
            held.begin(SimTime::ZERO, Blocks::new(1000, 1));
            let (mut all, mut now) = (Vec::new(), 0);
            for _ in 0..3 {
                let end = now + 5000 + below(3000);
                for _ in 0..below(12) {
                    let (clock, to) = (now + below(1000), 2 + below(60));
                    let cost = |ps| StepCost { rest: ticks_at(SimTime::from_ps(ps)), ..StepCost::default() };
                    let series = Series::new(cost(1 + below(20)), cost(below(2)), to);
                    let round: Vec<u32> = (0..1 + below(20)).map(|_| below(4) as u32).collect();
                    let block_bytes = 1 + below(5);
                    let mut steps =
                        Steps { clock: ticks_at(SimTime::from_ps(clock)), series, from: 1, to, blocks: 0 };
                    let n_before = all.len();
                    for (step, &number) in (1..to).zip(round.iter().cycle()) {
                        steps.blocks += u64::from(number);
                        all.push((steps.begin(step).as_ps(), i64::from(number), block_bytes));
                    }
                    // Most of it is given back at once.
                    let after = all[n_before..].iter().map(|(at, ..)| *at).max().expect("there is a step");
                    let number = -(steps.blocks as i64 - below(5) as i64);
                    let round = round.into_iter().take(to as usize - 1);
                    changes.push_rise(steps, round, block_bytes);
                    changes.push(SimTime::from_ps(after + 1), number, block_bytes);
                    all.push((after + 1, number, block_bytes));
                }
                held.add_up(SimTime::from_ps(end), &mut changes);
                now = end;
                assert_eq!((held.held(), held.most()), by_scan(1000, &all, end), "{case}");
            }
        }
    }
}
