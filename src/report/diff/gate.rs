//! `regress 2% and 5 ms`: which changes to the worse are worth failing for.
//!
//! A gate is broken by a metric that got worse by more than the share and by more than the amount, where both are
//! given: a share alone trips over small numbers, an amount alone over large ones. Invariant: for every gate there is a
//! metric that could break it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::{Change, Way};
use crate::metrics::{Better, MetricInfo, lookup, recorded};
use crate::units::{Dimension, unit};

/// A gate.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    text: String,
    /// By the name under which results keep it; every metric without it.
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
        let is_meant = self.is_about(&change.name, change.dimension, change.is_share);
        // Of nothing, anything is more than a share.
        let by_share = self.share.is_none_or(|share| change.relative().is_none_or(|by| by.abs() > share));
        let by_amount = self.amount.is_none_or(|(amount, _)| change.absolute().abs() > amount);
        is_meant && change.way == Way::Worse && by_share && by_amount
    }

    /// Whether a metric that gets worse may break it.
    #[must_use]
    pub fn may_be_broken_by(&self, metric: &MetricInfo) -> bool {
        let kept_as = metric.recorded.as_ref();
        metric.better != Better::Neither
            && kept_as.is_some_and(|name| self.is_about(name, metric.dimension, metric.is_share()))
    }

    /// Whether what it is about was measured and is not any more, so that it cannot be compared.
    #[must_use]
    pub fn loses<V>(&self, old: &BTreeMap<String, V>, new: &BTreeMap<String, V>) -> bool {
        match &self.metric {
            Some(name) => old.contains_key(name) && !new.contains_key(name),
            None => !old.is_empty() && new.is_empty(),
        }
    }

    fn is_about(&self, name: &str, dimension: Dimension, is_share: bool) -> bool {
        self.metric.as_ref().is_none_or(|metric| metric == name)
            && self.amount.is_none_or(|(_, of_amount)| of_amount == dimension && !is_share)
    }

    /// Why nothing could ever break it; `limits` is how they are written.
    fn never_broken(&self, limits: &str) -> Option<String> {
        if recorded().any(|metric| self.may_be_broken_by(&metric)) {
            return None;
        }
        let Some((name, metric)) = self.metric.as_ref().and_then(|name| Some((name, lookup(name)?))) else {
            return Some(format!("no metric that can get worse is measured in the unit of `{limits}`"));
        };
        Some(match metric.unit {
            _ if metric.better == Better::Neither => {
                format!("`{name}` never gets worse: neither more of it is better nor less")
            }
            Some(unit) if unit.name == "%" => {
                format!(
                    "`{name}` is a share and `{limits}` an amount: only `%` of its old value can be a limit"
                )
            }
            Some(unit) => format!("`{name}` is measured in `{}`, `{limits}` in another unit", unit.name),
            None => format!("`{name}` is a count, `{limits}` has the unit of something else"),
        })
    }
}

impl FromStr for Gate {
    type Err = String;

    fn from_str(text: &str) -> Result<Gate, String> {
        read(text).map_err(|why| {
            format!("{why}; expected a gate as `regress 2% and 5 ms` or `p99_ttft_ms regress 1%`")
        })
    }
}

fn read(text: &str) -> Result<Gate, String> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((name, limits)) = words.split_once("regress ") else {
        return Err(format!("`{text}` is not a gate"));
    };
    let metric = match name.trim() {
        "" => None,
        name => Some(kept(name)?),
    };
    // Beside a count a bare number is one of its kind, as in expectations.
    let of_bare = metric.as_ref().map_or(Dimension::NUMBER, |metric| match metric.dimension {
        dimension if dimension.is_count() => dimension,
        _ => Dimension::NUMBER,
    });
    let metric = metric.and_then(|metric| metric.recorded);
    let mut gate = Gate { text: words.clone(), metric, share: None, amount: None };
    for limit in limits.split(" and ") {
        let (number, unit_name) =
            limit.split_at(limit.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(limit.len()));
        let number: f64 = number.parse().map_err(|_| format!("`{limit}` begins with no number"))?;
        match unit_name.trim() {
            "%" if gate.share.is_none() => gate.share = Some(number / 100.0),
            "" if gate.amount.is_none() => gate.amount = Some((number, of_bare)),
            name => match unit(name).filter(|_| gate.amount.is_none() && name != "%") {
                Some(unit) => gate.amount = Some((unit.to_base(number), unit.dimension)),
                None => return Err(format!("`{limit}` is neither a share nor an amount, or the second")),
            },
        }
    }
    gate.never_broken(limits).map_or(Ok(gate), Err)
}

/// A metric that results keep.
fn kept(name: &str) -> Result<MetricInfo, String> {
    let metric = lookup(name).ok_or_else(|| format!("there is no metric `{name}` (`kvs list metrics`)"))?;
    if metric.recorded.is_none() {
        return Err(format!(
            "`{name}` has a value at every instant and none for a run: name its mean or maximum"
        ));
    }
    Ok(metric)
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
        check("avg_vram_bytes regress 1%", &change("mean_vram_bytes", 1e9, 2e9), true);
        check("tokens_generated regress 9", &change("tokens_generated", 100.0, 90.0), true);
        check("regress 9", &change("tokens_generated", 100.0, 90.0), false);
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
    fn what_nothing_can_break_is_refused_and_all_else_is_kept() {
        for (gate, why) in [
            ("queue_depth regress 1%", "`queue_depth` has a value at every instant and none for a run"),
            ("arrived regress 1%", "`arrived` never gets worse"),
            ("mean_kv_utilization regress 1%", "`mean_kv_utilization` never gets worse"),
            ("peak_vram_bytes regress 5 ms", "`peak_vram_bytes` is measured in `B`, `5 ms` in another unit"),
            (
                "max_vram_bytes regress 2% and 5",
                "`peak_vram_bytes` is measured in `B`, `2% and 5` in another",
            ),
            ("rejected regress 5 ms", "`rejected` is a count, `5 ms` has the unit of something else"),
            ("reject_rate regress 5", "`reject_rate` is a share and `5` an amount"),
            ("regress 5 GB/s", "no metric that can get worse is measured in the unit of `5 GB/s`"),
        ] {
            let error = gate.parse::<Gate>().expect_err(gate);
            assert!(error.starts_with(why), "{gate}: {error}");
        }
        for metric in crate::metrics::names().iter().filter_map(|name| lookup(name)) {
            let gate = format!("{} regress 1%", metric.name).parse::<Gate>();
            let is_kept = metric.recorded.is_some() && metric.better != Better::Neither;
            assert_eq!(gate.is_ok(), is_kept, "{}", metric.name);
        }
    }

    #[test]
    fn what_is_not_a_gate_says_what_is() {
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
