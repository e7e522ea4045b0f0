//! Arrivals that a clock put into batches, spread again.
//!
//! Each batch is spread over its tick, evenly likely everywhere, which is what independent arrivals would have done.
//! Invariant: spreading keeps the order and the number of requests, and moves none by more than a tick.

use std::mem;

use crate::rng::Stream;
use crate::trace::stats::Batches;
use crate::units::SimTime;

/// Spreads batches over their ticks, one by one.
pub(crate) struct Spread<'a> {
    /// Picoseconds.
    tick: u64,
    stream: Stream,
    /// The batch being collected.
    at: SimTime,
    size: usize,
    each: &'a mut dyn FnMut(SimTime),
}

impl<'a> Spread<'a> {
    /// Passes every arrival to `each`, in order.
    pub(crate) fn new(batches: Batches, stream: Stream, each: &'a mut dyn FnMut(SimTime)) -> Spread<'a> {
        Spread { tick: (batches.every_s * 1e12) as u64, stream, at: SimTime::ZERO, size: 0, each }
    }

    /// An arrival as recorded, not before the previous one.
    pub(crate) fn add(&mut self, at: SimTime) {
        if at > self.at {
            self.flush(at.since(self.at).as_ps());
            self.at = at;
        }
        self.size += 1;
    }

    /// The last batch.
    pub(crate) fn finish(mut self) {
        self.flush(self.tick);
    }

    /// Spreads the batch over its tick, or over `room` where the next one comes earlier.
    fn flush(&mut self, room: u64) {
        let tick = self.tick.min(room);
        let draw = |stream: &mut Stream| if tick == 0 { 0 } else { stream.below(tick) };
        let mut offsets: Vec<u64> = (0..mem::take(&mut self.size)).map(|_| draw(&mut self.stream)).collect();
        offsets.sort_unstable();
        for offset in offsets {
            (self.each)(SimTime::from_ps(self.at.as_ps().saturating_add(offset)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    #[test]
    fn spreading_keeps_number_order_and_tick() {
        let mut spread = Vec::new();
        let mut each = |at: SimTime| spread.push(at.as_ps());
        let batches = Batches { every_s: 3.0, zero_gaps: 0.9 };
        let mut spreading = Spread::new(batches, Streams::new(1).stream("spread"), &mut each);
        let recorded: Vec<u64> = [0, 0, 0, 2_999, 2_999, 6_000].iter().map(|ms| ms * 1_000_000_000).collect();
        recorded.iter().for_each(|at| spreading.add(SimTime::from_ps(*at)));
        spreading.finish();
        assert_eq!(spread.len(), recorded.len());
        assert!(spread.is_sorted());
        for (at, from) in spread.iter().zip(&recorded) {
            assert!((*from..from + 3_000_000_000_000).contains(at), "{at} {from}");
        }
    }
}
