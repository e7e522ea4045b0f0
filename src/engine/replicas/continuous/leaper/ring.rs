//! How many decodes take a block at each step, modulo the size of a block.
//!
//! A decode takes a block every `size` steps. Invariant: the counters add up to the decodes in the batch.

use crate::engine::replicas::continuous::cost::{Moments, Series};
use crate::engine::replicas::continuous::held::Taken;
use crate::engine::ticks::Ticks;

/// Leaps up to here are summed quicker one by one than in closed form.
pub(super) const FEW_STEPS: u64 = 16;

/// A counter for every residue of the step's number.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    counts: Vec<u32>,
    /// The counter of the step that is made next.
    position: usize,
    n: u64,
}

impl Ring {
    /// For blocks of `size` tokens.
    pub(super) fn new(size: u32) -> Ring {
        Ring { counts: vec![0; size as usize], position: 0, n: 0 }
    }

    /// Where a decode with `tokens` in the cache takes its next block.
    fn slot(&self, tokens: u64) -> usize {
        let size = self.counts.len();
        // This number of steps fills its last block.
        let filled = (tokens % size as u64) as usize;
        let slot = self.position + if filled == 0 { 0 } else { size - filled };
        if slot < size { slot } else { slot - size }
    }

    /// A decode with `tokens` in the cache joins, before the next step is made.
    pub(super) fn add(&mut self, tokens: u32) {
        let slot = self.slot(u64::from(tokens));
        self.counts[slot] += 1;
        self.n += 1;
    }

    /// A decode that has come to `tokens` leaves, before the next step is made.
    pub(super) fn remove(&mut self, tokens: u64) {
        let slot = self.slot(tokens);
        self.counts[slot] -= 1;
        self.n -= 1;
    }

    /// Blocks that the next step takes.
    pub(super) fn next(&self) -> u64 {
        u64::from(self.counts[self.position])
    }

    /// Blocks that the steps `from..to` take, counted from the next one.
    pub(super) fn taken(&self, from: u64, to: u64) -> u64 {
        let (size, length) = (self.counts.len() as u64, to.saturating_sub(from));
        if length == 0 {
            return 0;
        }
        let rounds = if length < size { 0 } else { length / size };
        let first = self.after(from);
        let length = (length - rounds * size) as usize;
        // What is left of a round, up to the last counter and from the first on.
        let (head, tail) = (&self.counts[first..], &self.counts[..first]);
        let straight = length.min(head.len());
        let sum = |counts: &[u32]| counts.iter().map(|count| u64::from(*count)).sum::<u64>();
        rounds * self.n + sum(&head[..straight]) + sum(&tail[..length - straight])
    }

    /// The steps `from..to`, counted from the next one, each with its blocks.
    #[inline]
    pub(super) fn for_each_in_order(&self, from: u64, to: u64, mut what: impl FnMut(u64, u64)) {
        let mut slot = self.after(from);
        for step in from..to {
            what(step, u64::from(self.counts[slot]));
            slot = if slot + 1 == self.counts.len() { 0 } else { slot + 1 };
        }
    }

    /// The blocks of each of the steps `from..to`, up to where they repeat.
    pub(super) fn counts(&self, from: u64, to: u64) -> impl ExactSizeIterator<Item = u32> {
        let (size, first) = (self.counts.len(), self.after(from));
        let length = (size as u64).min(to.saturating_sub(from)) as usize;
        (0..length).map(move |step| {
            let slot = first + step;
            self.counts[if slot < size { slot } else { slot - size }]
        })
    }

    /// Those that take blocks, in any order.
    pub(super) fn for_each_that_takes(&self, from: u64, to: u64, mut what: impl FnMut(u64, u64)) {
        let size = self.counts.len();
        let mut slot = self.after(from);
        for first in from..to.min(from + size as u64) {
            let count = u64::from(self.counts[slot]);
            if count > 0 {
                (first..to).step_by(size).for_each(|step| what(step, count));
            }
            slot = if slot + 1 == size { 0 } else { slot + 1 };
        }
    }

    /// What steps that last as the series says take, those of the first left out: it has them when it begins.
    #[inline]
    pub(super) fn taken_over(&self, series: &Series, n_steps: u64) -> Taken {
        if n_steps < 2 || self.n == 0 { Taken::default() } else { self.taken_over_several(series, n_steps) }
    }

    fn taken_over_several(&self, series: &Series, n_steps: u64) -> Taken {
        if n_steps <= FEW_STEPS {
            return self.taken_step_by_step(series, n_steps);
        }
        let (blocks, area) = series.until_end(n_steps, |from, to| self.moments(from, to));
        Taken { blocks: blocks as u64, area }
    }

    /// As [`Ring::taken_over`] in a plain loop.
    fn taken_step_by_step(&self, series: &Series, n_steps: u64) -> Taken {
        let mut taken = Taken::default();
        let mut terms = series.terms_from(1);
        self.for_each_in_order(1, n_steps, |_, blocks| {
            taken.blocks += blocks;
            taken.area += Ticks::from(taken.blocks) * terms.next().unwrap_or_default();
        });
        taken
    }

    /// The blocks of steps `from..to`, counted from the next one, by the numbers of the steps.
    fn moments(&self, from: u64, to: u64) -> Moments {
        let size = self.counts.len() as u64;
        let length = to.saturating_sub(from);
        let n_rounds = if length < size { 0 } else { length / size };
        let mut moments = self.moments_within_a_round(from + n_rounds * size, length - n_rounds * size);
        if n_rounds > 0 {
            // Round r has the numbers of the first one, each r sizes more.
            let round = self.moments_within_a_round(from, size);
            let (n, size) = (u128::from(n_rounds), u128::from(size));
            let sum = size * (n * (n - 1) / 2);
            let squares = size * size * ((n - 1) * n * (2 * n - 1) / 6);
            moments.zeroth += n * round.zeroth;
            moments.first += n * round.first + sum * round.zeroth;
            moments.second += n * round.second + 2 * sum * round.first + squares * round.zeroth;
        }
        moments
    }

    /// As [`Ring::moments`] for `length` steps, at most a round, one by one.
    fn moments_within_a_round(&self, from: u64, length: u64) -> Moments {
        // By the numbers from 0 on: 2^32 decodes and a round of 2^12 steps make 2^56.
        let (mut zeroth, mut first, mut second) = (0, 0, 0);
        let start = self.after(from);
        let (head, tail) = (&self.counts[start..], &self.counts[..start]);
        for (number, count) in (0..length).zip(head.iter().chain(tail)) {
            let count = u64::from(*count);
            zeroth += count;
            first += count * number;
            second += count * number * number;
        }
        let [from, zeroth, first, second] = [from, zeroth, first, second].map(u128::from);
        Moments {
            zeroth,
            first: first + from * zeroth,
            second: second + 2 * from * first + from * from * zeroth,
        }
    }

    /// How many steps, from step `from` on and at most `most`, can be made with `free` blocks.
    pub(super) fn lasts(&self, from: u64, most: u64, free: u64) -> u64 {
        let size = self.counts.len() as u64;
        // So many rounds suffice for sure, and need no division.
        let enough = if most <= size { 1 } else { most.div_ceil(size) };
        if self.n.saturating_mul(enough) <= free {
            return most;
        }
        let rounds = free / self.n;
        let mut left = free - rounds * self.n;
        let mut steps = rounds * size;
        let mut slot = self.after(from);
        // One round would take all of `n`, more than is left.
        while steps < most && left >= u64::from(self.counts[slot]) {
            left -= u64::from(self.counts[slot]);
            steps += 1;
            slot = if slot + 1 == self.counts.len() { 0 } else { slot + 1 };
        }
        steps
    }

    /// `n_steps` have been made.
    pub(super) fn turn(&mut self, n_steps: u64) {
        self.position = self.after(n_steps);
    }

    /// The counter of the step so many after the next one.
    fn after(&self, n_steps: u64) -> usize {
        let size = self.counts.len() as u64;
        let slot = self.position as u64 + if n_steps < size { n_steps } else { n_steps % size };
        (if slot < size { slot } else { slot - size }) as usize
    }

    /// Reads both ends of the counters.
    #[inline]
    pub(super) fn glance(&self) -> u64 {
        let [first, last] =
            [self.counts.first(), self.counts.last()].map(|end| end.copied().unwrap_or_default());
        self.n + u64::from(first) + u64::from(last)
    }

    /// The sum of the counters.
    pub(super) fn len(&self) -> u64 {
        self.n
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::replicas::continuous::cost::StepCost;

    #[test]
    fn short_leaps_take_what_the_closed_form_says() {
        let cost = |compute, memory| StepCost { rest: 5, compute, memory };
        for size in [1, 3, 16] {
            let mut ring = Ring::new(size);
            (0..30).for_each(|tokens| ring.add(tokens * tokens));
            ring.turn(2);
            for n in 2..=FEW_STEPS {
                // Compute and memory change sides, or do not.
                for growth in [cost(1, 90), cost(3, 4)] {
                    let series = Series::new(cost(500, 100), growth, n);
                    let (blocks, area) = series.until_end(n, |from, to| ring.moments(from, to));
                    let closed = Taken { blocks: blocks as u64, area };
                    assert_eq!(ring.taken_over(&series, n), closed, "{size} {n}");
                }
            }
        }
    }

    #[test]
    fn a_ring_takes_what_every_decode_takes() {
        for size in [1, 2, 3, 16] {
            let mut ring = Ring::new(size);
            let mut tokens: Vec<u64> = Vec::new();
            for round in 0..40_u64 {
                let joins = (round * 7 % 23) as u32 + 1;
                ring.add(joins);
                tokens.push(u64::from(joins));
                if round % 3 == 2 {
                    ring.remove(tokens.remove(0));
                }
                let by_one = |from: u64, to: u64| -> u64 {
                    let full = |step: u64| {
                        tokens
                            .iter()
                            .filter(|tokens| (**tokens + step).is_multiple_of(u64::from(size)))
                            .count()
                    };
                    (from..to).map(|step| full(step) as u64).sum()
                };
                for to in 0..40 {
                    assert_eq!(ring.taken(1, to), by_one(1, to), "{size} {round} {to}");
                    let mut in_all = 0;
                    ring.for_each_that_takes(1, to, |step, blocks| {
                        assert_eq!(blocks, by_one(step, step + 1), "{size} {round} {step}");
                        in_all += blocks;
                    });
                    assert_eq!(in_all, by_one(1, to), "{size} {round} {to}");
                }
                for free in 0..30 {
                    let lasts = (0..=25).rev().find(|n| by_one(2, 2 + n) <= free).expect("0 always does");
                    assert_eq!(ring.lasts(2, 25, free), lasts, "{size} {round} {free}");
                }
                ring.turn(round % 5);
                tokens.iter_mut().for_each(|tokens| *tokens += round % 5);
            }
        }
    }
}
