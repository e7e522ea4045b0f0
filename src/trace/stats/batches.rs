//! Whether arrivals were put into batches by a clock that ticks rarely.
//!
//! Such a clock leaves gaps of 0 inside a batch and gaps of whole ticks between batches. What the figures of gaps and
//! of short windows then say is about the clock and not about the traffic.

use serde::Serialize;

/// Arrivals in batches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Batches {
    /// From one batch to the next, in seconds.
    pub every_s: f64,
    /// The share of gaps that are 0.
    pub zero_gaps: f64,
}

/// The share of gaps of 0 from which on a clock is suspected.
const SUSPICIOUS: f64 = 0.25;
/// The share of the other gaps that must be whole ticks.
const REGULAR: f64 = 0.95;
/// How far from a whole number of ticks a gap may be, in ticks.
const JITTER: f64 = 0.02;
/// Gaps that are kept to look for a tick: the first ones.
const KEPT: usize = 65_536;

/// Gaps between neighbours.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    n: u64,
    zero: u64,
    kept: Vec<u64>,
}

impl Gaps {
    pub(super) fn add(&mut self, gap: u64) {
        self.n += 1;
        if gap == 0 {
            self.zero += 1;
        } else if self.kept.len() < KEPT {
            self.kept.push(gap);
        }
    }

    pub(super) fn batches(mut self) -> Option<Batches> {
        let zero_gaps = self.zero as f64 / self.n.max(1) as f64;
        self.kept.sort_unstable();
        // A low gap is one tick, and its neighbours from below one and a half are too.
        let low = *self.kept.get(self.kept.len() / 20)? as f64;
        let one: Vec<f64> = self.kept.iter().map(|gap| *gap as f64).filter(|gap| *gap < 1.5 * low).collect();
        let tick = one.iter().sum::<f64>() / one.len() as f64;
        let regular = self.kept.iter().filter(|gap| {
            let ticks = **gap as f64 / tick;
            (ticks - libm::round(ticks)).abs() <= JITTER && ticks > 0.5
        });
        let is_regular = regular.count() as f64 >= REGULAR * self.kept.len() as f64;
        (zero_gaps >= SUSPICIOUS && self.kept.len() > 1 && is_regular)
            .then_some(Batches { every_s: tick * 1e-12, zero_gaps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    fn detected(gaps_ms: impl IntoIterator<Item = u64>) -> Option<Batches> {
        let mut gaps = Gaps::default();
        gaps_ms.into_iter().for_each(|gap| gaps.add(gap * 1_000_000_000));
        gaps.batches()
    }

    #[test]
    fn gaps_of_whole_ticks_among_zeros_are_batches() {
        // Nine of ten are 0; the others are one or two ticks of about three seconds.
        let gaps = (0..1000).map(|number| match number % 30 {
            0 => 2999,
            10 => 3001,
            20 => 6000,
            _ => 0,
        });
        let batches = detected(gaps).expect("batches");
        assert!((batches.every_s - 3.0).abs() < 0.002, "{}", batches.every_s);
        assert!((batches.zero_gaps - 0.9).abs() < 0.002);
    }

    #[test]
    fn bursts_and_steady_arrivals_are_no_batches() {
        let mut stream = Streams::new(1).stream("gaps");
        let bursts =
            (0..1000).map(|number| if number % 4 == 0 { (stream.exponential() * 9000.0) as u64 } else { 0 });
        assert_eq!(detected(bursts), None);
        assert_eq!(detected((0..100).map(|_| 500)), None);
        assert_eq!(detected([0, 0, 0]), None);
        assert_eq!(detected([]), None);
    }
}
