//! A candidate under one seed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::Question;
use super::arrivals::Counted;
use crate::analysis::Candidate;
use crate::check::{RunError, catch, execute_by, open_traces};
use crate::engine::Sink;
use crate::expect::{CountArrivals, Early, Lost, Status, Verdict, judge};
use crate::metrics::{Accumulator, Demand, Outcome};
use crate::model::{Expectation, Metric, Scenario};

/// What a run of a candidate is asked for.
pub(super) struct Asked<'a> {
    pub(super) candidate: &'a Candidate,
    /// What it must keep beside what expectations need.
    pub(super) demanded: &'a [Expectation],
    /// The aims that are metrics.
    pub(super) metrics: &'a [Option<&'a Metric>],
    /// Whether it ends once an expectation is lost.
    pub(super) early: bool,
}

/// What came of it.
pub(super) enum RunEnd {
    Judged(Judged),
    /// An expectation was lost on the way.
    Lost(Lost),
    /// It was not worth going on.
    Abandoned,
    Failed(RunError),
    Crashed(String),
}

/// A run to its end.
pub(super) struct Judged {
    /// Of the scenario's expectations.
    pub(super) verdicts: Vec<Verdict>,
    /// Of what is expected of an answer.
    pub(super) of_answer: Vec<Verdict>,
    /// Of the aims that are metrics.
    pub(super) aims: Vec<Option<f64>>,
}

impl RunEnd {
    /// Whether the candidate cannot hold, whatever its other runs show.
    pub(super) fn decides(&self, expectations: &[Expectation]) -> bool {
        match self {
            RunEnd::Judged(judged) => {
                expectations.iter().zip(&judged.verdicts).any(|(expectation, verdict)| {
                    expectation.in_runs.is_none() && verdict.status != Status::Pass
                })
            }
            RunEnd::Lost(_) | RunEnd::Failed(_) | RunEnd::Crashed(_) => true,
            RunEnd::Abandoned => false,
        }
    }
}

/// When a run is given up: on an interruption, or once an earlier seed has decided.
pub(super) struct Abandon<'a> {
    pub(super) stop: &'a AtomicBool,
    pub(super) decided_by: &'a AtomicU64,
    pub(super) seed: u64,
}

impl Sink for Abandon<'_> {
    fn wants_more(&self) -> bool {
        !self.stop.load(Ordering::Relaxed) && self.decided_by.load(Ordering::Relaxed) >= self.seed
    }
}

/// Runs a candidate and those that its expectations compare it with.
pub(super) fn run(
    question: Question<'_>,
    counted: &Counted,
    asked: &Asked<'_>,
    abandon: &Abandon<'_>,
) -> RunEnd {
    catch(|| run_members(question, counted, asked, abandon)).unwrap_or_else(RunEnd::Crashed)
}

fn run_members(
    question: Question<'_>,
    counted: &Counted,
    asked: &Asked<'_>,
    abandon: &Abandon<'_>,
) -> RunEnd {
    let Candidate { cases, case, expectations, .. } = asked.candidate;
    let own = &cases[*case].scenario;
    let all: Vec<&Expectation> = own.expectations.iter().chain(expectations).chain(asked.demanded).collect();
    let demand = Demand::only(&all);
    let outcome = match run_case(question, counted, own, &demand, asked.early, abandon) {
        Ok(outcome) => outcome,
        Err(end) => return end,
    };
    let mentions = all.iter().flat_map(|expectation| expectation.condition.metrics());
    let named: Vec<&str> = mentions.filter_map(|mention| mention.metric.of.as_deref()).collect();
    let mut others = BTreeMap::new();
    for other in cases.iter().map(|case| &case.scenario) {
        let Some(name) = other.case.scenario.as_deref().filter(|name| named.contains(name)) else { continue };
        if name == own.case.scenario.as_deref().unwrap_or_default() {
            continue;
        }
        match run_case(question, counted, other, &demand, false, abandon) {
            Ok(outcome) => others.insert(name, outcome),
            Err(end) => return end,
        };
    }
    let of = |name: &str| match own.case.scenario.as_deref() {
        Some(own) if own == name => Some(&outcome),
        _ => others.get(name),
    };
    let judged = |expectations: &[Expectation]| -> Vec<Verdict> {
        expectations.iter().map(|expectation| judge(expectation, &outcome, &of)).collect()
    };
    RunEnd::Judged(Judged {
        verdicts: judged(&own.expectations),
        of_answer: judged(expectations),
        aims: asked.metrics.iter().map(|metric| metric.and_then(|metric| outcome.value(metric))).collect(),
    })
}

fn run_case(
    question: Question<'_>,
    counted: &Counted,
    scenario: &Scenario,
    demand: &Demand,
    early: bool,
    abandon: &Abandon<'_>,
) -> Result<Outcome, RunEnd> {
    let (seed, stepping) = (abandon.seed, question.options.stepping);
    let open = open_traces(question.host, &question.suite.root);
    let count: CountArrivals<'_> = &|of| counted.totals(scenario, seed, &open, of);
    let early = early.then(|| Early::new(scenario, count));
    let give_up = Abandon { ..*abandon };
    let mut sink = ((Accumulator::new(scenario, demand), early), give_up);
    let executed = execute_by(stepping, scenario, seed, &open, &mut sink).map_err(RunEnd::Failed)?;
    let ((accumulator, early), _) = sink;
    match early.and_then(|early| early.lost()) {
        Some(lost) => Err(RunEnd::Lost(lost)),
        None if executed.end.given_up => Err(RunEnd::Abandoned),
        None => Ok(accumulator.finish(executed.end, &executed.clamped)),
    }
}
