//! A column of numbers that only grows: one push a sample, and afterwards one pass after another over all of them.
//!
//! Every [`BLOCK`] numbers are [`Packed`], so that a column has no room for numbers that do not come, and never moves
//! those that have. The passes that look for numbers of some size read two bytes of each: the upper [`UPPER`] of as
//! many binary digits as the largest has.

use super::packed::{BLOCK, Packed, UPPER};

/// Numbers in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    /// Blocks of zeros only are counted.
    n_zeros: usize,
    packed: Vec<Packed>,
    /// Those not yet packed.
    recent: Vec<u64>,
    /// The sum of those packed.
    sum: u128,
    /// Every binary digit that is one in any of those packed.
    ones: u64,
}

/// How many values the upper digits have.
pub(super) const UPPERS: usize = 1 << UPPER;

impl Column {
    /// Adds a number.
    #[inline]
    pub(super) fn push(&mut self, value: u64) {
        if self.recent.len() == BLOCK {
            self.pack();
        }
        self.recent.push(value);
    }

    #[cold]
    #[inline(never)]
    fn pack(&mut self) {
        let ones = ones(&self.recent);
        if ones == 0 {
            self.n_zeros += BLOCK;
        } else {
            self.packed.push(Packed::new(&self.recent, digits(ones)));
        }
        self.sum += sum(&self.recent);
        self.ones |= ones;
        self.recent.clear();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.n_zeros + self.packed.len() * BLOCK + self.recent.len()
    }

    /// The sum of all.
    pub(super) fn sum(&self) -> u128 {
        self.sum + sum(&self.recent)
    }

    /// All numbers, in no order.
    pub(super) fn to_vec(&self) -> Vec<u64> {
        let mut all = Vec::with_capacity(self.len());
        all.extend(self.packed.iter().flat_map(Packed::iter));
        all.extend_from_slice(&self.recent);
        all.resize(self.len(), 0);
        all
    }

    /// How many binary digits are below the upper ones.
    pub(super) fn shift(&self) -> u32 {
        digits(self.ones | ones(&self.recent)).saturating_sub(UPPER)
    }

    /// How many numbers there are by their upper digits.
    pub(super) fn count(&self) -> Vec<usize> {
        let shift = self.shift();
        let mut counts = vec![0; UPPERS];
        counts[0] += self.n_zeros;
        for block in &self.packed {
            let (uppers, own_shift) = block.upper();
            for upper in uppers {
                counts[in_column(*upper, shift - own_shift)] += 1;
            }
        }
        for value in &self.recent {
            counts[(value >> shift) as usize] += 1;
        }
        counts
    }

    /// Calls `each` with all numbers whose upper digits are among some, in no order.
    #[inline]
    pub(super) fn for_each_among(&self, is_among: &[bool], mut each: impl FnMut(u64)) {
        let shift = self.shift();
        if is_among[0] {
            (0..self.n_zeros).for_each(|_| each(0));
        }
        for block in &self.packed {
            let (uppers, own_shift) = block.upper();
            for (index, upper) in uppers.iter().enumerate() {
                if is_among[in_column(*upper, shift - own_shift)] {
                    each(block.at(index));
                }
            }
        }
        self.recent.iter().copied().filter(|value| is_among[(value >> shift) as usize]).for_each(each);
    }
}

impl FromIterator<u64> for Column {
    fn from_iter<I: IntoIterator<Item = u64>>(values: I) -> Column {
        let mut column = Column::default();
        values.into_iter().for_each(|value| column.push(value));
        column
    }
}

/// The upper digits of a number in its block as those that it has in the column, which has up to 48 digits more than a
/// block of small numbers: more than a `u16` can be shifted by.
#[inline]
fn in_column(upper: u16, by: u32) -> usize {
    (u64::from(upper) >> by) as usize
}

fn sum(values: &[u64]) -> u128 {
    values.iter().map(|value| u128::from(*value)).sum()
}

fn ones(values: &[u64]) -> u64 {
    values.iter().fold(0, |ones, value| ones | value)
}

fn digits(value: u64) -> u32 {
    u64::BITS - value.leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[u64]) {
        let column: Column = values.iter().copied().collect();
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let mut all = column.to_vec();
        all.sort_unstable();
        assert_eq!(all, sorted);
        assert_eq!(column.len(), values.len());
        assert_eq!(column.sum(), values.iter().copied().map(u128::from).sum());
        let upper = |value: &u64| (value >> column.shift()) as usize;
        let counts = column.count();
        assert_eq!(counts.iter().sum::<usize>(), values.len());
        let Some(some) = values.get(values.len() / 2) else { return };
        assert_eq!(counts[upper(some)], values.iter().filter(|value| upper(value) == upper(some)).count());
        let mut is_among = vec![false; UPPERS];
        (is_among[upper(some)], is_among[upper(&sorted[0])]) = (true, true);
        let mut among = Vec::new();
        column.for_each_among(&is_among, |value| among.push(value));
        among.sort_unstable();
        sorted.retain(|value| is_among[upper(value)]);
        assert_eq!(among, sorted);
    }

    #[test]
    fn a_column_is_a_vec() {
        let mut state = 11_u64;
        let mut draw = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state ^ (state >> 31)) >> (state % 61)
        };
        let drawn: Vec<u64> = (0..5 * BLOCK).map(|_| draw()).collect();
        let rising: Vec<u64> = (0..4 * BLOCK as u64).map(|index| index * index).collect();
        let extremes: Vec<u64> = (0..3 * BLOCK).map(|index| [0, u64::MAX, 5][index % 3]).collect();
        let mut late = vec![0; 3 * BLOCK + 7];
        late[BLOCK + 3] = 1 << 50;
        // A quiet beginning: blocks whose numbers have up to 48 digits less than the largest.
        let mut quiet = vec![1000; 3 * BLOCK];
        quiet[2 * BLOCK] = 1 << 63;
        for values in [drawn, rising, extremes, late, quiet, vec![9; 2 * BLOCK]] {
            for n in [0, 1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, values.len()] {
                check(&values[..n]);
            }
        }
    }
}
