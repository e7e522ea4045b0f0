//! A block of numbers in as few bytes as the largest of them takes.
//!
//! Times of one kind are alike: in picoseconds those of seconds take six bytes, where a `u64` takes eight. The upper 16
//! binary digits of each number are in a row of their own, which is all that counting by size reads; what is below
//! follows in whole bytes.

/// Numbers in a block.
pub(super) const BLOCK: usize = 1024;

/// Binary digits in the upper row.
pub(super) const UPPER: u32 = 16;

/// [`BLOCK`] numbers.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    upper: Box<[u16]>,
    /// Binary digits below those of the upper row.
    shift: u32,
    /// As many bytes as these take for each number, and eight to read into.
    lower: Box<[u8]>,
}

impl Packed {
    /// Packs exactly [`BLOCK`] numbers of at most so many binary digits.
    pub(super) fn new(values: &[u64], digits: u32) -> Packed {
        assert_eq!(values.len(), BLOCK, "a block is full when it is packed");
        let shift = digits.saturating_sub(UPPER);
        let lower = match width(shift) {
            0 => vec![0; 8],
            1 => lowest::<1>(values),
            2 => lowest::<2>(values),
            3 => lowest::<3>(values),
            4 => lowest::<4>(values),
            5 => lowest::<5>(values),
            6 => lowest::<6>(values),
            _ => unreachable!("the upper digits leave at most 48"),
        };
        let lower = lower.into_boxed_slice();
        Packed { upper: values.iter().map(|value| (value >> shift) as u16).collect(), shift, lower }
    }

    /// The upper digits of the numbers, in the order in which they were packed, and how many digits are below.
    #[inline]
    pub(super) fn upper(&self) -> (&[u16], u32) {
        (&self.upper, self.shift)
    }

    /// The number at an index.
    #[inline]
    pub(super) fn at(&self, index: usize) -> u64 {
        let at = index * width(self.shift);
        let lower = self.lower[at..at + 8].try_into().expect("a word is eight bytes");
        let lower = u64::from_le_bytes(lower) & ((1 << self.shift) - 1);
        u64::from(self.upper[index]) << self.shift | lower
    }

    /// The numbers, in the order in which they were packed.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> {
        (0..BLOCK).map(|index| self.at(index))
    }
}

/// The lowest bytes of numbers one after another, and eight or more.
fn lowest<const WIDTH: usize>(values: &[u64]) -> Vec<u8> {
    let lowest = |value: &u64| {
        let mut bytes = [0; WIDTH];
        bytes.copy_from_slice(&value.to_le_bytes()[..WIDTH]);
        bytes
    };
    let mut bytes = Vec::with_capacity(BLOCK + 8);
    bytes.extend(values.iter().map(lowest));
    bytes.extend([[0; WIDTH]; 8]);
    bytes.into_flattened()
}

/// Bytes for so many binary digits.
#[inline]
fn width(digits: u32) -> usize {
    digits.div_ceil(8) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packs and unpacks; gives the bytes that a number takes.
    #[track_caller]
    fn check(values: &[u64]) -> usize {
        let digits = u64::BITS - values.iter().fold(0, |ones, value| ones | value).leading_zeros();
        let packed = Packed::new(values, digits);
        assert_eq!(packed.iter().collect::<Vec<u64>>(), values);
        let (upper, shift) = packed.upper();
        assert!(upper.iter().zip(values).all(|(upper, value)| u64::from(*upper) == value >> shift));
        (size_of_val(upper) + packed.lower.len()) / BLOCK
    }

    #[test]
    fn numbers_of_every_size_come_back_in_order() {
        let mut state = 3_u64;
        for digits in 1..=64 {
            let mut draw = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state ^ (state >> 29)) >> (64 - digits)
            };
            let mut values: Vec<u64> = (0..BLOCK).map(|_| draw()).collect();
            values[17] = 1 << (digits - 1);
            assert_eq!(check(&values), usize::div_ceil(digits, 8).max(2), "{digits} digits");
        }
    }

    #[test]
    fn the_smallest_and_the_largest_numbers_come_back() {
        assert_eq!(check(&[0; BLOCK]), 2);
        assert_eq!(check(&[1; BLOCK]), 2);
        assert_eq!(check(&[u64::MAX; BLOCK]), 8);
        let mut extremes = [0; BLOCK];
        extremes[BLOCK - 1] = u64::MAX;
        assert_eq!(check(&extremes), 8);
    }
}
