//! How prompt and output are drawn: each by a law or a table of its own, or together where they depend.

use std::fmt::Write as _;

use super::law::{Lognormal, lognormal};
use super::table::{Row, table};
use crate::trace::stats::{Lengths, Quartile};
use crate::trace::{Requests, pass};
use crate::workload::TrafficError;

/// Lengths of one kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Law {
    Constant(u32),
    Lognormal(Lognormal),
    Table(Vec<Row>),
}

/// Both.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum FittedLengths {
    /// Each by itself, though they may depend on each other.
    Separate { prompt: Law, output: Law, depend: bool },
    /// Together, from a file with this content.
    Joint(String),
}

/// How far the mean output of a quarter of the prompts may be from that of all, over it.
const INDEPENDENT: f64 = 0.1;
/// Standard errors of a quarter's mean that chance is allowed.
const BY_CHANCE: f64 = 3.0;
/// Pairs kept at most: their cumulative shares are then within 0.01 of those of all.
const MOST_PAIRS: u64 = 20_000;

impl FittedLengths {
    /// The shortest there are, where only arrivals matter.
    pub(super) fn any() -> FittedLengths {
        FittedLengths::Separate { prompt: Law::Constant(1), output: Law::Constant(1), depend: false }
    }

    /// The content of the file that goes with them.
    pub(super) fn pairs(&self) -> Option<&str> {
        match self {
            FittedLengths::Separate { .. } => None,
            FittedLengths::Joint(pairs) => Some(pairs),
        }
    }
}

/// Whether outputs are longer or shorter for some prompts, more than by chance.
pub(super) fn depend(quartiles: &[Quartile], output: &Lengths) -> bool {
    let mean = output.mean();
    let square = |length: u32| (f64::from(length) - mean) * (f64::from(length) - mean);
    let squares: f64 = output.counts().map(|(length, count)| count as f64 * square(length)).sum();
    let deviation = libm::sqrt(squares / output.n().max(1) as f64);
    quartiles.iter().any(|quartile| {
        let by_chance = BY_CHANCE * deviation / libm::sqrt(quartile.n as f64);
        (quartile.mean_output - mean).abs() > (INDEPENDENT * mean).max(by_chance)
    })
}

/// Each by itself.
pub(super) fn separate(prompt: &Lengths, output: &Lengths, depend: bool) -> FittedLengths {
    FittedLengths::Separate { prompt: law(prompt), output: law(output), depend }
}

fn law(lengths: &Lengths) -> Law {
    let mut counts = lengths.counts();
    if let (Some((only, _)), None) = (counts.next(), counts.next()) {
        return Law::Constant(only);
    }
    lognormal(lengths).map_or_else(|| Law::Table(table(lengths)), Law::Lognormal)
}

/// The pairs of a trace of `n` requests, or as many as are enough, evenly over time.
pub(super) fn pairs(requests: Requests<'_>, n: u64) -> Result<String, TrafficError> {
    let every = n.div_ceil(MOST_PAIRS).max(1);
    let mut text = String::from(PAIRS_HEADER);
    let mut number = 0;
    pass(requests, |request| {
        if number % every == 0 {
            let _ = writeln!(text, "{},{}", request.prompt.get(), request.output.get());
        }
        number += 1;
    })?;
    Ok(text)
}

/// The columns of a file of pairs.
const PAIRS_HEADER: &str = "prompt,gen\n";

#[cfg(test)]
mod tests {
    use super::*;

    fn quartiles(means: [f64; 4], n: u64) -> Vec<Quartile> {
        means.map(|mean_output| Quartile { from: 0, to: 0, n, mean_output }).to_vec()
    }

    #[test]
    fn outputs_depend_where_a_quarter_is_off_by_more_than_chance() {
        // Mean 100, standard deviation 50.
        let output: Lengths = [50, 150].into_iter().collect();
        assert!(!depend(&quartiles([95.0, 105.0, 100.0, 100.0], 10_000), &output));
        assert!(depend(&quartiles([80.0, 120.0, 100.0, 100.0], 10_000), &output));
        assert!(!depend(&quartiles([80.0, 120.0, 100.0, 100.0], 25), &output), "chance, at 25 each");
    }
}
