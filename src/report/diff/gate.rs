//! `regress 2% and 5 ms`: which changes to the worse are worth failing for.
//!
//! A gate is broken by a metric that got worse by more than the share and by more than the amount, where both are
//! given: a share alone trips over small numbers, an amount alone over large ones.

use std::fmt;
use std::str::FromStr;

use super::{Change, Way};
use crate::metrics::lookup;
use crate::units::{Dimension, unit};

/// A gate.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    text: String,
    /// Every metric without it.
    metric: Option<String>,
    /// By more than this share of the old value.
    share: Option<f64>,
    /// By more than this, in base units; the gate is then about metrics of that dimension.
    amount: Option<(f64, Dimension)>,
}

impl Gate {
    /// Whether a change is one to fail for.
    #[must_use]
    pub fn is_broken_by(&self, change: &Change) -> bool {
        let is_meant = self.metric.as_ref().is_none_or(|metric| *metric == change.name)
            && self.amount.is_none_or(|(_, dimension)| dimension == change.dimension && !change.is_share);
        // Of nothing, anything is more than a share.
        let by_share = self.share.is_none_or(|share| change.relative().is_none_or(|by| by.abs() > share));
        let by_amount = self.amount.is_none_or(|(amount, _)| change.absolute().abs() > amount);
        is_meant && change.way == Way::Worse && by_share && by_amount
    }
}

impl FromStr for Gate {
    type Err = String;

    fn from_str(text: &str) -> Result<Gate, String> {
        let wrong = |why: &str| {
            format!("{why}; expected a gate as `regress 2% and 5 ms` or `p99_ttft_ms regress 1%`")
        };
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (metric, limits) = match words.split_once("regress ") {
            Some((metric, limits)) => (metric.trim(), limits),
            None => return Err(wrong(&format!("`{text}` is no gate"))),
        };
        if !metric.is_empty() && lookup(metric).is_none() {
            return Err(wrong(&format!("there is no metric `{metric}` (`kvs list metrics`)")));
        }
        let mut gate = Gate {
            text: words.clone(),
            metric: Some(metric.to_owned()).filter(|metric| !metric.is_empty()),
            share: None,
            amount: None,
        };
        for limit in limits.split(" and ") {
            let (number, unit_name) =
                limit.split_at(limit.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(limit.len()));
            let number: f64 =
                number.parse().map_err(|_| wrong(&format!("`{limit}` begins with no number")))?;
            match unit_name.trim() {
                "%" if gate.share.is_none() => gate.share = Some(number / 100.0),
                "" if gate.amount.is_none() => gate.amount = Some((number, Dimension::NUMBER)),
                name => match unit(name).filter(|_| gate.amount.is_none() && name != "%") {
                    Some(unit) => gate.amount = Some((unit.to_base(number), unit.dimension)),
                    None => {
                        return Err(wrong(&format!(
                            "`{limit}` is neither a share nor an amount, or the second"
                        )));
                    }
                },
            }
        }
        Ok(gate)
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(name: &str, old: f64, new: f64) -> Change {
        super::super::change(name, old, new, &lookup(name).expect("a metric"))
    }

    #[track_caller]
    fn check(gate: &str, change: &Change, expected: bool) {
        let gate: Gate = gate.parse().unwrap_or_else(|error| panic!("{gate}: {error}"));
        assert_eq!(gate.is_broken_by(change), expected, "{gate} {change:?}");
    }

    #[test]
    fn both_limits_must_be_exceeded_to_the_worse() {
        let slower = change("p99_ttft_ms", 100.0, 104.0);
        check("regress 2% and 5 ms", &slower, false);
        check("regress 2% and 3 ms", &slower, true);
        check("regress 5% and 3 ms", &slower, false);
        check("regress 3ms", &slower, true);
        check("p99_ttft_ms regress 2%", &slower, true);
        check("p50_ttft_ms regress 2%", &slower, false);
        check("regress 1%", &change("p99_ttft_ms", 104.0, 100.0), false);
        check("regress 1%", &change("throughput_tokens_per_sec", 104.0, 100.0), true);
        check("regress 1%", &change("arrived", 104.0, 100.0), false);
    }

    #[test]
    fn an_amount_is_about_metrics_of_its_dimension() {
        let fuller = change("peak_vram_bytes", 1e9, 2e9);
        check("regress 2% and 5 ms", &fuller, false);
        check("regress 500 MB", &fuller, true);
        check("regress 2 GB", &fuller, false);
        check("regress 3", &change("rejected", 0.0, 4.0), true);
        check("regress 50%", &change("rejected", 0.0, 1.0), true);
    }

    #[test]
    fn what_is_no_gate_says_what_is() {
        for wrong in [
            "",
            "2%",
            "regress",
            "regress x",
            "regress 2% and",
            "regress 2% and 3%",
            "speed regress 2%",
            "regress 5 parsec",
        ] {
            let error = wrong.parse::<Gate>().expect_err(wrong);
            assert!(error.contains("regress 2% and 5 ms"), "{error}");
        }
    }
}
