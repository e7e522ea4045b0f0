//! Times in bins that grow with them: eight to each power of two, so that a bin is at most an eighth wide.
//!
//! What is shorter than 17 us, most of all the queue of those that did not wait, is in one bin.

use std::collections::BTreeMap;

/// Counts by bin.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    counts: BTreeMap<u32, u64>,
}

/// Bits of a bin below its power of two.
const BITS: u32 = 3;

/// The first power of two, in picoseconds, that has bins of its own.
const SHORTEST: u32 = 24;

impl Histogram {
    /// Counts a time in picoseconds.
    pub(super) fn add(&mut self, ps: u64) {
        *self.counts.entry(bin(ps)).or_default() += 1;
    }

    /// Upper ends in milliseconds with their counts, from the shortest to the longest, empty ones between them too.
    pub(super) fn bins(self) -> Vec<(f64, u64)> {
        let (Some(first), Some(last)) = (self.counts.keys().next(), self.counts.keys().next_back()) else {
            return Vec::new();
        };
        let count = |bin| self.counts.get(&bin).copied().unwrap_or(0);
        (*first..=*last).map(|bin| (upper_end(bin) as f64 / 1e9, count(bin))).collect()
    }
}

fn bin(ps: u64) -> u32 {
    let Some(power) = ps.checked_ilog2().filter(|power| *power >= SHORTEST) else { return 0 };
    let within = (ps >> (power - BITS)) & ((1 << BITS) - 1);
    let below = u32::try_from(within).expect("three bits");
    ((power - SHORTEST) << BITS) + below + 1
}

/// One past the largest time of a bin.
fn upper_end(bin: u32) -> u128 {
    let Some(bin) = bin.checked_sub(1) else { return 1 << SHORTEST };
    let (power, below) = ((bin >> BITS) + SHORTEST, bin & ((1 << BITS) - 1));
    (u128::from((1 << BITS) + below) + 1) << (power - BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_follow_each_other_and_hold_what_is_counted_in_them() {
        let mut before = 0;
        let times = (0..5_000).map(|index| index * 100_000);
        for ps in times.chain([u64::MAX / 3, u64::MAX]) {
            let bin = bin(ps);
            assert!(bin >= before, "{ps}");
            before = bin;
            assert!(u128::from(ps) < upper_end(bin), "{ps} {bin}");
            assert!(bin == 0 || u128::from(ps) >= upper_end(bin - 1), "{ps} {bin}");
        }
    }
}
