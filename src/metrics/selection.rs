//! The numbers of given ranks in a column, without sorting it and without a copy of it all.
//!
//! Few numbers are copied and selected from in place. Where there are many, one pass counts them by their upper binary
//! digits, which says in which of these bins the ranks are, and a second collects what is in these. A bin that itself
//! holds many is gone through in the same way, by the next 16 digits.

use super::column::{Column, UPPERS};
use super::packed::UPPER;

/// Up to so many numbers, all are copied: counting in bins costs as much whether they are few or many.
const FEW: usize = 1 << 14;

/// How many numbers are copied at most for one rank.
const MOST_COPIED: usize = 1 << 16;

/// The numbers of these ranks, which rise; the smallest has rank 0.
pub(super) fn select(column: &Column, ranks: &[usize]) -> Vec<u64> {
    if column.len() > FEW {
        return select_by_bins(column, ranks);
    }
    select_in_place(&mut column.to_vec(), ranks)
}

fn select_by_bins(column: &Column, ranks: &[usize]) -> Vec<u64> {
    let bins = Bins::over(0, column.shift() + UPPER);
    let found = find(&column.count(), ranks);
    let is_among = are_small(&found, UPPERS);
    resolve(column, &is_among, bins, &found)
}

/// The numbers of these ranks among those that differ from `from` in the lowest `digits` at most, which are zero there.
fn narrow(column: &Column, from: u64, digits: u32, ranks: &[usize]) -> Vec<u64> {
    let bins = Bins::over(from, digits);
    let mut is_among = vec![false; UPPERS];
    is_among[(from >> column.shift()) as usize] = true;
    let mut counts = vec![0; bins.n];
    column.for_each_among(&is_among, |value| {
        if let Some(count) = counts.get_mut(bins.of(value)) {
            *count += 1;
        }
    });
    resolve(column, &is_among, bins, &find(&counts, ranks))
}

/// Bins of equal width, 2^16 at most.
#[derive(Clone, Copy)]
struct Bins {
    /// The smallest number in the first.
    from: u64,
    n: usize,
    /// Binary digits of the width.
    shift: u32,
}

impl Bins {
    /// As many as there can be for the numbers that so many binary digits count from a number on.
    fn over(from: u64, digits: u32) -> Bins {
        let shift = digits.saturating_sub(UPPER);
        Bins { from, n: 1 << (digits - shift), shift }
    }

    /// The index of a number's bin; past the last for what is in none.
    #[inline]
    fn of(self, value: u64) -> usize {
        (value.wrapping_sub(self.from) >> self.shift) as usize
    }

    /// The smallest number in a bin.
    fn start(self, index: usize) -> u64 {
        self.from + ((index as u64) << self.shift)
    }
}

/// The numbers of ranks whose bins are found, each of which has upper digits that are among some.
fn resolve(column: &Column, is_among: &[bool], bins: Bins, found: &[Found]) -> Vec<u64> {
    // All that is collected, and the ranks in it: one bin after another.
    let is_collected = are_small(found, bins.n);
    let (mut inside, mut n_collected) = (Vec::new(), 0);
    for bin in found.iter().filter(|bin| bin.is_small()) {
        inside.extend(bin.ranks.iter().map(|rank| n_collected + rank));
        n_collected += bin.count;
    }
    let mut collected = Vec::with_capacity(n_collected);
    if n_collected > 0 {
        column.for_each_among(is_among, |value| {
            if is_collected.get(bins.of(value)).is_some_and(|is| *is) {
                collected.push(value);
            }
        });
    }
    let mut selected = select_in_place(&mut collected, &inside).into_iter();
    let mut values = Vec::new();
    for bin in found {
        if bin.is_small() {
            values.extend(selected.by_ref().take(bin.ranks.len()));
        } else if bins.shift == 0 {
            values.extend(bin.ranks.iter().map(|_| bins.start(bin.index)));
        } else {
            values.extend(narrow(column, bins.start(bin.index), bins.shift, &bin.ranks));
        }
    }
    values
}

/// By index of bin, of which there are `n`, whether it has ranks and is small enough to be collected.
fn are_small(found: &[Found], n: usize) -> Vec<bool> {
    let mut are_small = vec![false; n];
    found.iter().for_each(|bin| are_small[bin.index] = bin.is_small());
    are_small
}

/// A bin in which there are ranks.
struct Found {
    index: usize,
    /// Numbers in it.
    count: usize,
    /// Among these.
    ranks: Vec<usize>,
}

impl Found {
    fn is_small(&self) -> bool {
        self.count <= MOST_COPIED
    }
}

/// In which bins these ranks are.
fn find(counts: &[usize], ranks: &[usize]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut ranks = ranks.iter().copied().peekable();
    let mut below = 0;
    for (index, &count) in counts.iter().enumerate() {
        let next = below + count;
        if ranks.peek().is_some_and(|rank| *rank < next) {
            let inside = std::iter::from_fn(|| ranks.next_if(|rank| *rank < next)).map(|rank| rank - below);
            found.push(Found { index, count, ranks: inside.collect() });
        }
        below = next;
    }
    found
}

/// The numbers of these ranks, which rise.
fn select_in_place(values: &mut [u64], ranks: &[usize]) -> Vec<u64> {
    // Each search runs over what the one before left above it.
    let mut start = 0;
    ranks
        .iter()
        .map(|&rank| {
            if rank >= start {
                values[start..].select_nth_unstable(rank - start);
                start = rank + 1;
            }
            values[rank]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: Vec<u64>) {
        let column: Column = values.iter().copied().collect();
        let n = values.len();
        let mut sorted = values;
        sorted.sort_unstable();
        let mut ranks: Vec<usize> = [0, 1, 500, 501, 900, 990, 999].map(|part| (n - 1) * part / 1000).into();
        ranks.extend([n - 1, n - 1]);
        let expected: Vec<u64> = ranks.iter().map(|rank| sorted[*rank]).collect();
        assert_eq!(select(&column, &ranks), expected, "{n} numbers");
        assert_eq!(select_by_bins(&column, &ranks), expected, "{n} numbers, by bins");
    }

    #[test]
    fn ranks_are_those_of_the_sorted_numbers() {
        let mut state = 7_u64;
        for n in [1, 2, 3, 10, 99, 1000, 5000, FEW, FEW + 1, 3 * MOST_COPIED] {
            let mut draw = |shape: u32| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let wide = state ^ (state >> 31);
                match shape {
                    0 => (wide >> 40) % 977,
                    1 => wide,
                    2 => wide >> (wide % 64),
                    // Nearly all of one value.
                    3 => [1 << 45, wide >> 20][usize::from(wide.is_multiple_of(50))],
                    // Many that are close to each other, far from the least.
                    _ => [(1 << 60) + wide % 100_000, wide % 7][usize::from(wide.is_multiple_of(50))],
                }
            };
            for shape in 0..5 {
                check((0..n).map(|_| draw(shape)).collect());
            }
            // A quiet first third, then numbers of all sizes.
            check((0..n).map(|index| if index < n / 3 { draw(1) % 1000 } else { draw(1) }).collect());
        }
    }

    #[test]
    fn extremes_and_equal_numbers_are_found() {
        let n = 2 * MOST_COPIED;
        check(vec![u64::MAX; n]);
        check(vec![0; n]);
        check((0..n).map(|index| [0, u64::MAX][index % 2]).collect());
        check((0..n as u64).map(|index| u64::MAX - index % 3).collect());
        assert!(select(&Column::default(), &[]).is_empty());
    }
}
