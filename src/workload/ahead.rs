//! Draws made ahead of their use, in blocks: a law or a process is called once a block and draws in its own loop.
//!
//! Each purpose draws from a stream of its own, so when it draws changes nothing. The first block is small, as most of
//! many workloads have few requests. Invariant: draws are handed out in the order drawn, and only what is handed out
//! counts.

/// Draws of the first block.
const FIRST: usize = 4;

/// Draws of a block, at most.
pub(super) const MOST: usize = 64;

/// What was drawn and not handed out yet.
#[derive(Debug)]
pub(super) struct Ahead<T> {
    block: Vec<T>,
    /// The one to hand out next.
    next: usize,
    /// Whether the last block was not filled: nothing comes after it, and who draws is not asked again.
    is_over: bool,
}

impl<T: Copy + Default> Ahead<T> {
    /// Nothing yet.
    pub(super) const fn new() -> Ahead<T> {
        Ahead { block: Vec::new(), next: 0, is_over: false }
    }

    /// The next draw. Where none is left, `draw` fills a block and says how many there are; `None` once there is none.
    #[inline]
    pub(super) fn next(&mut self, draw: impl FnOnce(&mut [T]) -> usize) -> Option<T> {
        if self.next == self.block.len() && !self.is_over {
            self.refill(draw);
        }
        let drawn = *self.block.get(self.next)?;
        self.next += 1;
        Some(drawn)
    }

    #[inline(never)]
    fn refill(&mut self, draw: impl FnOnce(&mut [T]) -> usize) {
        let size = (2 * self.block.len()).clamp(FIRST, MOST);
        self.block.resize(size, T::default());
        let drawn = draw(&mut self.block);
        self.block.truncate(drawn);
        self.is_over = drawn < size;
        self.next = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_come_in_order_and_blocks_grow() {
        let (mut drawn, mut sizes) = (0, Vec::new());
        let mut ahead = Ahead::new();
        for expected in 1..=200 {
            let next = ahead.next(|block: &mut [u32]| {
                sizes.push(block.len());
                for place in block.iter_mut() {
                    drawn += 1;
                    *place = drawn;
                }
                block.len()
            });
            assert_eq!(next, Some(expected));
        }
        assert_eq!(sizes, [4, 8, 16, 32, 64, 64, 64]);
    }

    #[test]
    fn a_block_may_be_the_last() {
        let mut ahead = Ahead::new();
        let (mut left, mut n_asked) = (5, 0);
        let mut draw = |block: &mut [u32]| {
            n_asked += 1;
            let drawn = block.len().min(left);
            left -= drawn;
            drawn
        };
        assert_eq!((0..8).filter(|_| ahead.next(&mut draw).is_some()).count(), 5);
        assert_eq!(n_asked, 2, "nothing is asked for after the end");
    }
}
