//! How many decodes take a block at each step, modulo the size of a block.
//!
//! A decode takes a block every `size` steps. Invariant: the counters add up to the decodes in the batch.

use crate::engine::steps::cost::{Moments, Series};
use crate::engine::steps::held::Taken;

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

    /// Where a decode with so many tokens in the cache takes its next block.
    fn slot(&self, tokens: u64) -> usize {
        let size = self.counts.len();
        // So many steps fill its last block.
        let room = (size - (tokens % size as u64) as usize) % size;
        (self.position + room) % size
    }

    /// A decode with so many tokens in the cache joins, before the next step is made.
    pub(super) fn add(&mut self, tokens: u32) {
        let slot = self.slot(u64::from(tokens));
        self.counts[slot] += 1;
        self.n += 1;
    }

    /// A decode that has come to so many tokens leaves, before the next step is made.
    pub(super) fn remove(&mut self, tokens: u64) {
        let slot = self.slot(tokens);
        self.counts[slot] -= 1;
        self.n -= 1;
    }

    /// Blocks that the steps `from..to` take, counted from the next one.
    pub(super) fn taken(&self, from: u64, to: u64) -> u64 {
        let (size, length) = (self.counts.len() as u64, to.saturating_sub(from));
        let mut taken = length / size * self.n;
        let mut slot = (self.position + (from % size) as usize) % self.counts.len();
        for _ in 0..length % size {
            taken += u64::from(self.counts[slot]);
            slot = if slot + 1 == self.counts.len() { 0 } else { slot + 1 };
        }
        taken
    }

    /// What steps that last as the series says take, those of the first left out: it has them when it begins.
    pub(super) fn taken_over(&self, series: &Series, n_steps: u64) -> Taken {
        if n_steps < 2 || self.n == 0 {
            return Taken::default();
        }
        let area = series.until_end(n_steps, |from, to| self.moments(from, to));
        Taken { blocks: self.taken(1, n_steps), area }
    }

    /// The blocks of steps `from..to`, counted from the next one, by the numbers of the steps.
    fn moments(&self, from: u64, to: u64) -> Moments {
        let size = self.counts.len() as u64;
        let n_rounds = to.saturating_sub(from) / size;
        let first = from + n_rounds * size;
        let mut moments = self.moments_within_a_round(first, to);
        if n_rounds > 0 {
            // Round r has the numbers of the first one, each r sizes more.
            let round = self.moments_within_a_round(from, from + size);
            let (n, size) = (u128::from(n_rounds), u128::from(size));
            let sum = size * (n * (n - 1) / 2);
            let squares = size * size * ((n - 1) * n * (2 * n - 1) / 6);
            moments.zeroth += n * round.zeroth;
            moments.first += n * round.first + sum * round.zeroth;
            moments.second += n * round.second + 2 * sum * round.first + squares * round.zeroth;
        }
        moments
    }

    /// As [`Ring::moments`], one by one.
    fn moments_within_a_round(&self, from: u64, to: u64) -> Moments {
        let mut moments = Moments::default();
        let mut slot = (self.position + (from % self.counts.len() as u64) as usize) % self.counts.len();
        for step in from..to {
            let (count, step) = (u128::from(self.counts[slot]), u128::from(step));
            moments.zeroth += count;
            moments.first += count * step;
            moments.second += count * step * step;
            slot = if slot + 1 == self.counts.len() { 0 } else { slot + 1 };
        }
        moments
    }

    /// How many steps, from step `from` on and at most `most`, can be made with `free` blocks.
    pub(super) fn lasts(&self, from: u64, most: u64, free: u64) -> u64 {
        let size = self.counts.len() as u64;
        if self.n == 0 || free / self.n >= most.div_ceil(size) {
            return most;
        }
        let rounds = free / self.n;
        let mut left = free - rounds * self.n;
        let mut steps = rounds * size;
        let mut slot = (self.position + (from % size) as usize) % self.counts.len();
        // One round would take all of `n`, more than is left.
        while steps < most && left >= u64::from(self.counts[slot]) {
            left -= u64::from(self.counts[slot]);
            steps += 1;
            slot = if slot + 1 == self.counts.len() { 0 } else { slot + 1 };
        }
        steps
    }

    /// So many steps have been made.
    pub(super) fn turn(&mut self, n_steps: u64) {
        let size = self.counts.len() as u64;
        self.position = ((self.position as u64 + n_steps % size) % size) as usize;
    }

    /// The sum of the counters.
    pub(super) fn len(&self) -> u64 {
        self.n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
