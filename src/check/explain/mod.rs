//! Why an expectation does not hold: when its limit was first exceeded, and where the requests that decide spent their time.
//!
//! A run that failed is run once more under the seed that decides, with a sink that keeps what passing runs need
//! not pay for. Invariant: the second run is the first, so that what it records explains the verdict.

mod figure;
mod ledger;
mod slo;

use std::sync::atomic::AtomicBool;

use crate::check::execute::Until;
use crate::check::{Suite, execute_by, open_traces};
use crate::engine::Stepping;
use crate::expect::{Judgement, Status, Verdict, judge, shown};
use crate::host::Host;
use crate::metrics::{Accumulator, Demand, Kind, Outcome, Window, lookup};
use crate::model::{Comparison, Condition, Expectation, Metric, Scenario, Selection, Term, Tolerance};
use crate::report::number::{natural, percent};
use crate::units::{Dimension, SimTime};
use figure::{Figure, Timed, holds, shares};
use ledger::{Entry, Fate, Ledger, Stage};

/// Sentences for each failed expectation of a case that was judged, in the order of its expectations; none where
/// there is nothing to add.
pub(super) fn explain(
    host: &Host,
    suite: &Suite,
    case: usize,
    judgements: &[Judgement],
    stepping: Stepping,
    stop: &AtomicBool,
) -> Vec<Vec<String>> {
    let scenario = &suite.cases[case].scenario;
    let mut notes = vec![Vec::new(); judgements.len()];
    let questions: Vec<Option<Question<'_>>> = scenario
        .expectations
        .iter()
        .zip(judgements)
        .map(|(expectation, judgement)| Question::of(expectation, judgement))
        .collect();
    let mut seeds: Vec<u64> = questions.iter().flatten().map(|question| question.seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    for seed in seeds {
        let here = |question: &&Question<'_>| question.seed == seed;
        let asked = || questions.iter().flatten().filter(here);
        let demanded: Vec<&Expectation> = asked().flat_map(Question::demanded).collect();
        let names = scenario.workloads.iter().map(|workload| workload.name.clone()).collect();
        let moments = asked().filter_map(|question| question.verdict.at).collect();
        let recorded = (Ledger::new(names, moments), Accumulator::new(scenario, &Demand::of(&demanded)));
        let mut sink = (recorded, Until(stop));
        // It has run before; whatever has changed since, a trace for example, there is nothing to explain then.
        let open = open_traces(host, &suite.root);
        let Ok(executed) = execute_by(stepping, scenario, seed, &open, &mut sink) else {
            continue;
        };
        if executed.end.given_up {
            return vec![Vec::new(); judgements.len()];
        }
        let ((ledger, accumulator), _) = sink;
        let outcome = accumulator.finish(executed.end, &executed.clamped);
        for (question, notes) in questions.iter().zip(&mut notes) {
            let Some(question) = question.as_ref().filter(here) else { continue };
            notes.extend(question.answers(scenario, &outcome, &ledger));
        }
    }
    notes
}

/// What is asked about one expectation.
struct Question<'a> {
    seed: u64,
    expectation: &'a Expectation,
    /// What has one value a run, or one a window.
    metric: Option<&'a Metric>,
    verdict: &'a Verdict,
    /// When a level exceeded the limit of its maximum, as an expectation of its own.
    level: Option<Expectation>,
}

impl<'a> Question<'a> {
    /// `None` for what holds, has no data, or is about another scenario.
    fn of(expectation: &'a Expectation, judgement: &'a Judgement) -> Option<Question<'a>> {
        if judgement.status != Status::Fail {
            return None;
        }
        let mentions = expectation.condition.metrics();
        if mentions.iter().all(|mention| mention.metric.of.is_some()) {
            return None;
        }
        let mention = mentions.iter().find(|mention| mention.metric.of.is_none() && !mention.over_time);
        let metric = mention.map(|mention| mention.metric);
        let verdict = &judgement.deciding;
        let level = metric.and_then(|metric| level(metric, &expectation.condition, verdict));
        Some(Question { seed: judgement.deciding_seed, expectation, metric, verdict, level })
    }

    /// What the second run has to keep.
    fn demanded(&self) -> impl Iterator<Item = &Expectation> {
        let in_windows = self.metric.is_some_and(|metric| metric.windows.is_some());
        self.level.iter().chain(in_windows.then_some(self.expectation))
    }

    fn answers(&self, scenario: &Scenario, outcome: &Outcome, ledger: &Ledger) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(level) = &self.level {
            notes.extend(judge(level, outcome, &|_| None).detail);
        }
        if let Some(metric) = self.metric {
            notes.extend(match metric.windows {
                Some(_) => self.about_windows(metric, scenario, outcome, &ledger.entries),
                None => self.about_requests(metric, scenario, &ledger.entries),
            });
        }
        notes.extend(self.verdict.at.map(|at| in_the_system(at, ledger.stages_at(at))));
        notes
    }

    fn about_requests(&self, metric: &Metric, scenario: &Scenario, entries: &[Entry]) -> Vec<String> {
        let warmup = scenario.run.warmup;
        match Figure::of(metric) {
            Some(figure) => {
                let samples = figure.samples(entries, &metric.selection, warmup);
                let (Some(value), Some(limit)) = (self.verdict.value, self.verdict.limit) else {
                    return Vec::new();
                };
                // A value below what was expected, with `==` or `>`, is not due to the slowest requests.
                if value < limit {
                    return how_many_below(&samples, limit).into_iter().collect();
                }
                let exceeded = first_above(&samples, limit, scenario);
                exceeded.into_iter().chain(where_time_went(&figure, &samples)).collect()
            }
            None => {
                let is_low = self.verdict.value < self.verdict.limit;
                let missed = if is_low { slo::missed(metric, scenario, entries) } else { None };
                missed.into_iter().chain(lost(metric, self.verdict, entries, warmup)).collect()
            }
        }
    }

    /// Which window was the first to miss the limit, and where the time went in the worst.
    fn about_windows(
        &self,
        metric: &Metric,
        scenario: &Scenario,
        outcome: &Outcome,
        entries: &[Entry],
    ) -> Vec<String> {
        let (Some(worst), Some(limit)) = (self.verdict.value, self.verdict.limit) else { return Vec::new() };
        let windows = outcome.windows(metric).values;
        // On the same side of the limit as the worst.
        let missed = |window: &&Window| (window.value - limit) * (worst - limit) > 0.0;
        let first = windows.iter().find(missed).map(|window| {
            let value = natural(window.value, self.verdict.dimension);
            let value = if self.verdict.share { percent(window.value) } else { value };
            // In the units of the verdict, which names the worst window.
            format!(
                "the first window to miss is {} .. {}, with {value}",
                shown(window.from),
                shown(window.to)
            )
        });
        let of_worst = windows.iter().find(|window| window.value == worst).and_then(|window| {
            let figure = Figure::of(metric)?;
            let last = SimTime::from_ps(window.to.as_ps() - 1);
            let (from, to) = metric.selection.during.unwrap_or((SimTime::ZERO, SimTime::MAX));
            let selection =
                Selection { during: Some((window.from.max(from), last.min(to))), ..metric.selection };
            let spent = where_time_went(&figure, &figure.samples(entries, &selection, scenario.run.warmup))?;
            Some(format!("in the worst window {spent}"))
        });
        first.into_iter().chain(of_worst).collect()
    }
}

/// "at 12.3 s: 14 requests in queue, 8 in decode".
fn in_the_system(at: SimTime, stages: [u64; 5]) -> String {
    let held: Vec<(&str, u64)> =
        Stage::ALL.iter().zip(stages).filter(|(_, n)| *n > 0).map(|(stage, n)| (stage.name(), n)).collect();
    let words = held.iter().enumerate().map(|(index, (stage, n))| match (index, n) {
        (0, 1) => format!("1 request in {stage}"),
        (0, n) => format!("{n} requests in {stage}"),
        (_, n) => format!("{n} in {stage}"),
    });
    match words.collect::<Vec<_>>().join(", ") {
        words if words.is_empty() => format!("at {}: no request in the system", time(at)),
        words => format!("at {}: {words}", time(at)),
    }
}

/// For `max_queue_depth <= 10`: the level itself over time against the same limit.
fn level(metric: &Metric, condition: &Condition, verdict: &Verdict) -> Option<Expectation> {
    let base = metric.name.strip_prefix("max_").or(metric.name.strip_prefix("peak_"))?;
    let info = lookup(base).filter(|info| info.kind == Kind::Level && info.at_instants)?;
    let Condition::Compare { operator: operator @ (Comparison::Less | Comparison::LessOrEqual), .. } =
        condition
    else {
        return None;
    };
    let during = metric.selection.during;
    let selection = Selection { during: None, ..metric.selection };
    let left = Metric { name: base.to_owned(), windows: None, selection, ..metric.clone() };
    let right = Term::Number(verdict.limit?, info.dimension);
    let condition = Condition::Compare {
        left: Term::Metric(left),
        operator: *operator,
        right,
        tolerance: Tolerance::Exact,
    };
    let condition = Condition::Always { condition: Box::new(condition), during };
    Some(Expectation { text: String::new(), condition, in_runs: None })
}

/// "first exceeded at 12.3 s by `chat-17` on h100[2], as by 40 of 500 requests".
fn first_above(samples: &[Timed<'_>], limit: f64, scenario: &Scenario) -> Option<String> {
    let above: Vec<&Timed<'_>> = samples.iter().filter(|timed| timed.time as f64 / 1e12 > limit).collect();
    let first = above.iter().min_by_key(|timed| (timed.at, timed.entry.arrival))?;
    let place = first
        .entry
        .gpu
        .map_or_else(String::new, |gpu| format!(" on {}", scenario.cluster.replica_name(gpu as usize)));
    let (n_above, n) = (above.len(), samples.len());
    Some(format!(
        "first exceeded at {} by request `{}`{place}; {n_above} of {n} requests are above the limit",
        time(first.at),
        first.entry.label,
    ))
}

/// "459 of 600 requests are below `105.6 ms`".
fn how_many_below(samples: &[Timed<'_>], limit: f64) -> Option<String> {
    let n_below = samples.iter().filter(|timed| (timed.time as f64 / 1e12) < limit).count();
    let limit = natural(limit, Dimension::TIME);
    (n_below > 0).then(|| format!("{n_below} of {} requests are below `{limit}`", samples.len()))
}

/// "the 5 slowest of 500 requests, which decide, spent 91% in queue, 9% in prefill".
fn where_time_went(figure: &Figure, samples: &[Timed<'_>]) -> Option<String> {
    let n_deciding = figure.n_deciding(samples.len());
    let deciding = samples[..n_deciding].iter();
    let spent = deciding.filter_map(|timed| Some((timed.entry, figure.spent(timed.entry)?)));
    let shares = shares(spent)?;
    let words: Vec<String> =
        shares.iter().map(|(stage, share)| format!("{} in {}", rounded(*share), stage.name())).collect();
    Some(format!("{} spent {}", figure.deciding(n_deciding, samples.len()), words.join(", ")))
}

/// For counts and shares of requests: which request was lost first, where more were lost or fewer finished than may.
fn lost(metric: &Metric, verdict: &Verdict, entries: &[Entry], warmup: SimTime) -> Option<String> {
    let chosen = || entries.iter().filter(|entry| entry.arrival >= warmup && holds(&metric.selection, entry));
    let (value, limit) = (verdict.value?, verdict.limit?);
    let fate = match metric.name.as_str() {
        "rejected" | "reject_rate" if value > limit => Fate::Rejected,
        "evicted" | "evictions" if value > limit => Fate::Evicted,
        "finished" | "completion_rate" if value < limit => {
            chosen().find(|entry| matches!(entry.fate, Fate::Rejected | Fate::Evicted))?.fate
        }
        _ => return None,
    };
    let lost = || chosen().filter(|entry| entry.fate == fate);
    let first = lost().min_by_key(|entry| (entry.ended, entry.arrival))?;
    let what = if fate == Fate::Rejected { "rejected" } else { "evicted" };
    let waited: f64 = lost().filter_map(|entry| Some(entry.ended?.since(entry.arrival).as_secs_f64())).sum();
    let mean = natural(waited / lost().count() as f64, Dimension::TIME);
    Some(format!(
        "first {what} at {}: request `{}`; {} of {} requests were, after {mean} on average",
        time(first.ended?),
        first.label,
        lost().count(),
        chosen().count(),
    ))
}

fn time(at: SimTime) -> String {
    natural(at.as_secs_f64(), Dimension::TIME)
}

/// Whole per cents; what is there is never shown as none.
fn rounded(share: f64) -> String {
    percent((share * 100.0).round().max(1.0) / 100.0)
}
