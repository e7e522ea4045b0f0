//! Whether long prompts have long answers: correlations, and the mean output by quartile of the prompt.
//!
//! Needs a second pass: means, ranks and quartiles are known after the first.

use std::collections::BTreeMap;

use serde::Serialize;

use super::lengths::Lengths;
use crate::units::Tokens;

/// Requests whose prompts lie in one quarter of all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quartile {
    /// The shortest prompt.
    pub from: u32,
    /// The longest prompt.
    pub to: u32,
    /// How many requests.
    pub n: u64,
    /// Their mean output in tokens.
    pub mean_output: f64,
}

/// How prompt and output go together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pairs {
    /// Of the lengths; `None` where one of the two never changes.
    pub pearson: Option<f64>,
    /// Of their ranks, equal lengths sharing theirs; `None` as above.
    pub spearman: Option<f64>,
    /// In order of the prompt; fewer than four where many prompts are equal.
    pub quartiles: Vec<Quartile>,
}

/// Sums over pairs of deviations from the mean.
#[derive(Default)]
struct Correlation {
    left: f64,
    right: f64,
    both: f64,
}

impl Correlation {
    fn add(&mut self, left: f64, right: f64) {
        self.left += left * left;
        self.right += right * right;
        self.both += left * right;
    }

    fn value(&self) -> Option<f64> {
        let scale = libm::sqrt(self.left) * libm::sqrt(self.right);
        (scale > 0.0).then(|| self.both / scale)
    }
}

/// Looks at pairs one by one.
pub(super) struct Pairing {
    means: (f64, f64),
    ranks: (BTreeMap<u32, f64>, BTreeMap<u32, f64>),
    /// The mean of ranks, of both.
    mean_rank: f64,
    bounds: [f64; 3],
    lengths: Correlation,
    ranked: Correlation,
    /// Per quartile the prompts' ends, the number of requests and the sum of outputs.
    quartiles: [(u32, u32, u64, u64); 4],
}

impl Pairing {
    /// For pairs whose lengths by themselves are known.
    pub(super) fn new(prompt: &Lengths, output: &Lengths) -> Pairing {
        Pairing {
            means: (prompt.mean(), output.mean()),
            ranks: (prompt.ranks(), output.ranks()),
            mean_rank: 0.5 * (prompt.n() as f64 + 1.0),
            bounds: [0.25, 0.5, 0.75].map(|share| prompt.quantile(share)),
            lengths: Correlation::default(),
            ranked: Correlation::default(),
            quartiles: [(u32::MAX, 0, 0, 0); 4],
        }
    }

    pub(super) fn add(&mut self, prompt: Tokens, output: Tokens) {
        let (prompt, output) = (prompt.get(), output.get());
        self.lengths.add(f64::from(prompt) - self.means.0, f64::from(output) - self.means.1);
        if let (Some(left), Some(right)) = (self.ranks.0.get(&prompt), self.ranks.1.get(&output)) {
            self.ranked.add(left - self.mean_rank, right - self.mean_rank);
        }
        let quartile = self.bounds.iter().filter(|bound| f64::from(prompt) > **bound).count();
        let (from, to, n, sum) = &mut self.quartiles[quartile];
        *from = prompt.min(*from);
        *to = prompt.max(*to);
        *n += 1;
        *sum += u64::from(output);
    }

    pub(super) fn finish(self) -> Pairs {
        let quartiles = self.quartiles.into_iter().filter(|(_, _, n, _)| *n > 0);
        Pairs {
            pearson: self.lengths.value(),
            spearman: self.ranked.value(),
            quartiles: quartiles
                .map(|(from, to, n, sum)| Quartile { from, to, n, mean_output: sum as f64 / n as f64 })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(pairs: &[(u32, u32)]) -> Pairs {
        let prompt: Lengths = pairs.iter().map(|pair| pair.0).collect();
        let output: Lengths = pairs.iter().map(|pair| pair.1).collect();
        let mut pairing = Pairing::new(&prompt, &output);
        pairs.iter().for_each(|(prompt, output)| pairing.add(Tokens::new(*prompt), Tokens::new(*output)));
        pairing.finish()
    }

    #[test]
    fn a_line_correlates_fully_and_a_curve_by_rank() {
        let line = paired(&[(1, 10), (2, 20), (3, 30), (4, 40)]);
        assert!((line.pearson.expect("both change") - 1.0).abs() < 1e-12);
        let falling = paired(&[(1, 1000), (2, 100), (3, 10), (4, 1)]);
        assert!((falling.spearman.expect("both change") + 1.0).abs() < 1e-12);
        assert!(falling.pearson.expect("both change") > -0.9);
    }

    #[test]
    fn lengths_that_never_change_correlate_with_nothing() {
        let constant = paired(&[(5, 1), (5, 2), (5, 3)]);
        assert_eq!((constant.pearson, constant.spearman), (None, None));
        assert_eq!(constant.quartiles, [Quartile { from: 5, to: 5, n: 3, mean_output: 2.0 }]);
    }

    #[test]
    fn quartiles_are_of_the_prompt() {
        let pairs = paired(&[(4, 40), (1, 10), (3, 30), (2, 20), (8, 80), (5, 50), (7, 70), (6, 60)]);
        let means: Vec<f64> = pairs.quartiles.iter().map(|quartile| quartile.mean_output).collect();
        assert_eq!(means, [15.0, 35.0, 55.0, 75.0]);
        assert_eq!(pairs.quartiles.iter().map(|quartile| quartile.n).sum::<u64>(), 8);
    }
}
