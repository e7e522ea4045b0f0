//! Small plots of blocks: a line of columns over time, a line a bin of a histogram.
//!
//! Invariant: a plot of the same numbers is the same text, and no line is wider than it is allowed to be.

use std::fmt::Write as _;

use crate::report::plot::bars::{column, row};
use crate::trace::stats::{Lengths, Profile};

/// The longest bar, and the most columns of a line over time, in characters.
const WIDTH: usize = 40;

/// The rate over time: a column for each bin or for several.
pub(super) fn rate(profile: &Profile) -> String {
    let joined = profile.counts.len().div_ceil(2 * WIDTH).max(1);
    let chunks = profile.counts.chunks(joined);
    let per_second: Vec<f64> = chunks
        .map(|chunk| chunk.iter().sum::<u64>() as f64 / (chunk.len() as u64 * profile.bin_s) as f64)
        .collect();
    let most = per_second.iter().copied().fold(0.0, f64::max);
    let bars: String = per_second.iter().map(|rate| column(*rate, most)).collect();
    let seconds = joined as u64 * profile.bin_s;
    format!("  rate  {bars}\n        0 to {most:.2} req/s, {seconds} s a column\n")
}

/// How often lengths occur, in bins that double.
pub(super) fn lengths(lengths: &Lengths) -> String {
    let mut bins: Vec<u64> = Vec::new();
    for (length, count) in lengths.counts() {
        let bin = (u32::BITS - length.leading_zeros()) as usize;
        if bins.len() <= bin {
            bins.resize(bin + 1, 0);
        }
        bins[bin] += count;
    }
    let first = bins.iter().position(|count| *count > 0).unwrap_or(0);
    let most = bins.iter().copied().max().unwrap_or(0);
    let mut text = String::new();
    for (bin, count) in bins.iter().enumerate().skip(first) {
        let (low, high) = if bin == 0 { (0, 0) } else { (1_u64 << (bin - 1), (1_u64 << bin) - 1) };
        let share = *count as f64 / lengths.n() as f64 * 100.0;
        let bar = row(*count as f64, most as f64, WIDTH);
        let line = format!("  {low:>9} .. {high:<9} {share:>5.1}%  {bar}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_high_as_their_share_of_the_highest() {
        let profile = Profile { bin_s: 2, counts: vec![0, 1, 4, 8] };
        assert_eq!(rate(&profile), "  rate   ▁▄█\n        0 to 4.00 req/s, 2 s a column\n");
        let long = Profile { bin_s: 1, counts: vec![3; 128] };
        let text = rate(&long);
        assert_eq!(text.matches('█').count(), 64, "{text}");
        assert_eq!(rate(&Profile::default()), "  rate  \n        0 to 0.00 req/s, 1 s a column\n");
    }

    #[test]
    fn bins_double_and_the_largest_is_a_whole_bar() {
        let all: Lengths = [1, 2, 3, 4, 5, 6, 7, 0].into_iter().collect();
        let text = lengths(&all);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].starts_with("          0 .. 0          12.5%"), "{text}");
        assert!(lines[3].contains("4 .. 7") && lines[3].ends_with(&"█".repeat(WIDTH)), "{text}");
        assert!(lines[2].ends_with(&format!("  {}", "█".repeat(WIDTH / 2))), "{text}");
    }
}
