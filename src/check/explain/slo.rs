//! Which bound of a `slo` the requests missed that keep `slo_attainment` or `goodput` down.

use super::figure::{holds, time};
use super::ledger::{Entry, Fate};
use crate::metrics::Sample;
use crate::model::{Metric, Scenario, Slo};
use crate::report::number::natural;
use crate::units::{Dimension, SimDuration};

/// What a `slo` allows of one of its bounds.
type Allowed = fn(&Slo) -> Option<SimDuration>;

/// The bounds a `slo` may have, as they are written.
const BOUNDS: [(&str, Sample, Allowed); 3] = [
    ("ttft", Sample::Ttft, |slo| slo.ttft),
    ("tpot", Sample::Tpot, |slo| slo.tpot),
    ("latency", Sample::Latency, |slo| slo.latency),
];

/// A bound that a request missed.
#[derive(Clone, Copy)]
struct Miss<'a> {
    entry: &'a Entry,
    bound: usize,
    /// In picoseconds.
    took: u64,
    allowed: u64,
}

impl Miss<'_> {
    fn excess(&self) -> f64 {
        self.took as f64 / self.allowed.max(1) as f64
    }
}

/// "60 of 5128 requests missed their slo: 58 by tpot, 2 by ttft; the worst is `chat-17`, tpot 45 ms of 30 ms". A request
/// counts for each bound it missed.
pub(super) fn missed(metric: &Metric, scenario: &Scenario, entries: &[Entry]) -> Option<String> {
    if !matches!(metric.name.as_str(), "slo_attainment" | "goodput") {
        return None;
    }
    let slo = |entry: &Entry| scenario.workloads[entry.workload].slo;
    let counted = |entry: &&Entry| entry.arrival >= scenario.run.warmup && holds(&metric.selection, entry);
    let bound: Vec<(&Entry, Slo)> =
        entries.iter().filter(counted).filter_map(|entry| Some((entry, slo(entry)?))).collect();
    let mut by_bound = [0_u64; BOUNDS.len()];
    let (mut n_missed, mut n_lost) = (0, 0);
    let mut worst: Option<Miss<'_>> = None;
    for (entry, slo) in &bound {
        if entry.fate != Fate::Finished {
            n_missed += 1;
            n_lost += 1;
            continue;
        }
        let misses: Vec<Miss<'_>> = misses(entry, slo).collect();
        n_missed += u64::from(!misses.is_empty());
        for miss in misses {
            by_bound[miss.bound] += 1;
            if worst.is_none_or(|worst| miss.excess() > worst.excess()) {
                worst = Some(miss);
            }
        }
    }
    if n_missed == 0 {
        return None;
    }
    let mut counts: Vec<(u64, String)> =
        BOUNDS.iter().zip(by_bound).map(|((name, ..), n)| (n, format!("{n} by {name}"))).collect();
    counts.push((n_lost, format!("{n_lost} did not finish")));
    counts.retain(|(n, _)| *n > 0);
    // A stable sort: of equal counts the bounds are in the order of the language.
    counts.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    let counts: Vec<String> = counts.into_iter().map(|(_, words)| words).collect();
    let worst = worst.map_or_else(String::new, |miss| {
        let [took, allowed] = [miss.took, miss.allowed].map(|ps| natural(ps as f64 / 1e12, Dimension::TIME));
        format!("; the worst is `{}`, {} {took} of {allowed}", miss.entry.label, BOUNDS[miss.bound].0)
    });
    Some(format!("{n_missed} of {} requests missed their slo: {}{worst}", bound.len(), counts.join(", ")))
}

/// The bounds that a finished request missed; a time it does not have meets any.
fn misses<'a>(entry: &'a Entry, slo: &Slo) -> impl Iterator<Item = Miss<'a>> {
    let slo = *slo;
    BOUNDS.iter().enumerate().filter_map(move |(bound, (_, sample, of))| {
        let allowed = of(&slo)?.as_ps();
        let (took, _) = time(*sample, entry)?;
        (took > allowed).then_some(Miss { entry, bound, took, allowed })
    })
}
