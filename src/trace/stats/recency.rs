//! How many other blocks were used since a block was: its depth in a stack ordered by last use.
//!
//! A cache that forgets the least recently used block holds a block exactly if it is no deeper than the cache is
//! large, so one pass answers for every size (R. L. Mattson et al., "Evaluation techniques for storage hierarchies",
//! IBM Systems Journal 9, 1970). Depths are counted in a Fenwick tree over the moments of last use (P. M. Fenwick,
//! Software: Practice and Experience 24, 1994).
//! Invariant: memory grows with the number of different blocks, not of uses.

use std::collections::BTreeMap;

/// Blocks by last use.
#[derive(Debug, Default)]
pub(super) struct Recency {
    /// The moment of each block's last use.
    last_use: BTreeMap<u64, usize>,
    /// Fenwick sums over moments: 1 where it is some block's last use.
    sums: Vec<u32>,
    /// The next moment.
    now: usize,
}

impl Recency {
    /// How many blocks there are.
    pub(super) fn distinct(&self) -> u64 {
        self.last_use.len() as u64
    }

    /// 1 for the most recent block; `None` for one never used.
    pub(super) fn depth(&self, block: u64) -> Option<u64> {
        let moment = *self.last_use.get(&block)?;
        Some(self.last_use.len() as u64 - self.before(moment))
    }

    /// Uses a block now.
    pub(super) fn touch(&mut self, block: u64) {
        if self.now == self.sums.len() {
            self.renumber();
        }
        let now = self.now;
        self.now += 1;
        if let Some(moment) = self.last_use.insert(block, now) {
            self.change(moment, |sum| sum - 1);
        }
        self.change(now, |sum| sum + 1);
    }

    /// Blocks last used before a moment.
    fn before(&self, moment: usize) -> u64 {
        let (mut end, mut sum) = (moment, 0);
        while end > 0 {
            sum += u64::from(self.sums[end - 1]);
            end &= end - 1;
        }
        sum
    }

    fn change(&mut self, moment: usize, by: impl Fn(u32) -> u32) {
        let mut end = moment + 1;
        while end <= self.sums.len() {
            self.sums[end - 1] = by(self.sums[end - 1]);
            end += end & end.wrapping_neg();
        }
    }

    /// Gives the moments that are still a last use the first numbers, and room for three times as many.
    fn renumber(&mut self) {
        let mut moments: Vec<&mut usize> = self.last_use.values_mut().collect();
        moments.sort_unstable();
        self.now = moments.len();
        for (number, moment) in moments.into_iter().enumerate() {
            *moment = number;
        }
        self.sums = vec![0; (4 * self.now).max(1024)];
        for moment in 0..self.now {
            self.change(moment, |sum| sum + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    #[test]
    fn depths_agree_with_a_list_kept_in_order() {
        let mut stream = Streams::new(5).stream("blocks");
        let mut recency = Recency::default();
        // The most recent last.
        let mut list: Vec<u64> = Vec::new();
        for _ in 0..20_000 {
            let block = stream.below(1 + stream.clone().below(400));
            let place = list.iter().position(|known| *known == block);
            assert_eq!(recency.depth(block), place.map(|place| (list.len() - place) as u64));
            if let Some(place) = place {
                list.remove(place);
            }
            list.push(block);
            recency.touch(block);
        }
        assert_eq!(recency.distinct(), list.len() as u64);
    }
}
