//! How many requests arrive over time, in bins that grow as the trace does.
//!
//! Where a span is not known beforehand its bins cannot be: whenever they run out, neighbours are joined and all are
//! twice as long. Invariant: bins are of one length and never more than [`MOST`].

use serde::Serialize;

/// Bins at most; at least half as many are in use once the trace is longer than [`MOST`] seconds.
const MOST: usize = 128;

/// Counts in bins of one length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// Seconds a bin.
    pub bin_s: u64,
    /// Requests in each, the first beginning with the first request.
    pub counts: Vec<u64>,
}

impl Default for Profile {
    fn default() -> Profile {
        Profile { bin_s: 1, counts: Vec::new() }
    }
}

impl Profile {
    pub(super) fn add(&mut self, since_first: u64) {
        let second = since_first / 1_000_000_000_000;
        while second / self.bin_s >= MOST as u64 {
            self.counts = self.counts.chunks(2).map(|pair| pair.iter().sum()).collect();
            self.bin_s *= 2;
        }
        let bin = (second / self.bin_s) as usize;
        if self.counts.len() <= bin {
            self.counts.resize(bin + 1, 0);
        }
        self.counts[bin] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_joined_when_they_run_out() {
        let mut profile = Profile::default();
        for second in [0, 1, 2, 127, 128, 300] {
            profile.add(second * 1_000_000_000_000);
        }
        assert_eq!(profile.bin_s, 4);
        assert_eq!(profile.counts.len(), 76);
        assert_eq!(
            (profile.counts[0], profile.counts[31], profile.counts[32], profile.counts[75]),
            (3, 1, 1, 1)
        );
        assert_eq!(profile.counts.iter().sum::<u64>(), 6);
    }
}
