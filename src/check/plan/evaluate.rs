//! Batches of candidates: compiled, run under all seeds in parallel, put together.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::aims::Aims;
use super::arrivals::Counted;
use super::one_run::{Abandon, Asked, Judged, RunEnd, run};
use super::{Question, Unsolved};
use crate::analysis;
use crate::check::parallel::in_parallel;
use crate::expect::{Judgement, Status, Verdict, judge_seeds};
use crate::metrics;
use crate::model::{Expectation, Metric};
use crate::search::{Candidate, Evaluation};

/// Evaluates candidates and keeps what came of them.
pub(super) struct Evaluator<'a> {
    question: Question<'a>,
    demanded: Vec<Expectation>,
    metrics: Vec<Option<&'a Metric>>,
    compiled: Mutex<BTreeMap<Candidate, Arc<analysis::Candidate>>>,
    counted: Counted,
    /// Those that ran to their ends.
    tried: Mutex<BTreeMap<Candidate, Tried>>,
    problem: Mutex<Option<Unsolved>>,
}

/// A candidate that ran to its end under every seed, or cannot be built.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    /// Of the scenario's expectations.
    pub(super) judgements: Vec<Judgement>,
    /// Of what is expected of an answer.
    pub(super) of_answer: Vec<Judgement>,
    /// Of the aims that are metrics, the means over the seeds.
    pub(super) aims: Vec<Option<f64>>,
    /// Why it cannot be built.
    pub(super) unfit: Option<String>,
}

impl Tried {
    /// Whether every expectation holds.
    pub(super) fn holds(&self) -> bool {
        self.unfit.is_none() && self.judgements.iter().all(|judgement| judgement.status == Status::Pass)
    }

    /// The expectation with the least margin and that margin; one that fails before all that hold.
    pub(super) fn binding(&self) -> Option<(usize, Option<f64>)> {
        let severity = |judgement: &Judgement| match judgement.status {
            Status::Fail => 0,
            Status::NoData => 1,
            Status::Pass => 2,
        };
        let margin = |judgement: &Judgement| judgement.deciding.relative_margin();
        let order = |one: &Judgement, other: &Judgement| {
            let margins = (margin(one).unwrap_or(f64::INFINITY), margin(other).unwrap_or(f64::INFINITY));
            severity(one).cmp(&severity(other)).then(margins.0.total_cmp(&margins.1))
        };
        let least = self.judgements.iter().enumerate().min_by(|(_, one), (_, other)| order(one, other));
        least.map(|(place, judgement)| (place, margin(judgement)))
    }
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(question: Question<'a>) -> Evaluator<'a> {
        let aims = Aims::of(question.plan);
        Evaluator {
            question,
            demanded: aims.demanded(),
            metrics: aims.metrics(),
            compiled: Mutex::default(),
            counted: Counted::default(),
            tried: Mutex::default(),
            problem: Mutex::default(),
        }
    }

    /// Why the search stopped.
    pub(super) fn problem(&self) -> Unsolved {
        self.problem.lock().expect("no panic while the lock is held").clone().unwrap_or(Unsolved::Stopped)
    }

    /// A metric that follows from what is built; `None` where nothing can be.
    pub(super) fn known_before(&self, candidate: &[usize], name: &str) -> Option<f64> {
        let compiled = self.compiled(candidate);
        let case = compiled.cases.get(compiled.case)?;
        metrics::known_before(name, &case.scenario.cluster)
    }

    /// A candidate as the analysis makes it, once.
    pub(super) fn compiled(&self, candidate: &[usize]) -> Arc<analysis::Candidate> {
        let known = |map: &BTreeMap<Candidate, Arc<_>>| map.get(candidate).cloned();
        if let Some(compiled) = known(&self.compiled.lock().expect("no panic while the lock is held")) {
            return compiled;
        }
        let Question { suite, plan, .. } = self.question;
        let parsed = suite.parsed.as_ref().expect("a file with plans was read");
        let compiled = Arc::new(parsed.candidate(&suite.sources, plan, candidate));
        let mut all = self.compiled.lock().expect("no panic while the lock is held");
        Arc::clone(all.entry(candidate.to_vec()).or_insert(compiled))
    }

    /// What the search learns of each; `None` once the plan cannot be solved.
    pub(super) fn evaluate(&self, batch: &[Candidate]) -> Option<Vec<Evaluation>> {
        let ends = self.run_all(batch, true)?;
        let evaluations = batch.iter().zip(ends).map(|(candidate, ends)| self.learn(candidate, ends));
        Some(evaluations.collect())
    }

    /// Candidates with all their numbers, also where they do not hold; `None` once the plan cannot be solved.
    pub(super) fn in_full(&self, candidates: &[Candidate]) -> Option<Vec<Tried>> {
        let missing: Vec<Candidate> = {
            let tried = self.tried.lock().expect("no panic while the lock is held");
            candidates.iter().filter(|candidate| !tried.contains_key(*candidate)).cloned().collect()
        };
        let ends = self.run_all(&missing, false)?;
        for (candidate, ends) in missing.iter().zip(ends) {
            self.learn(candidate, ends);
        }
        let tried = self.tried.lock().expect("no panic while the lock is held");
        Some(candidates.iter().map(|candidate| tried[candidate].clone()).collect())
    }

    /// The runs of each candidate by seed: all of them, or where `early` those up to the first that decides.
    fn run_all(&self, batch: &[Candidate], early: bool) -> Option<Vec<BTreeMap<u64, RunEnd>>> {
        let Question { options, seeds, .. } = self.question;
        let compiled = in_parallel(options.n_threads, batch, |candidate| self.compiled(candidate));
        let decided_by: Vec<AtomicU64> = batch.iter().map(|_| AtomicU64::new(u64::MAX)).collect();
        let runs: Vec<Mutex<BTreeMap<u64, RunEnd>>> = batch.iter().map(|_| Mutex::default()).collect();
        let fit = |index: &usize| is_fit(&compiled[*index]);
        let jobs =
            seeds.clone().flat_map(|seed| (0..batch.len()).filter(fit).map(move |index| (index, seed)));
        let jobs: Vec<(usize, u64)> = jobs.collect();
        in_parallel(options.n_threads, jobs, |(index, seed)| {
            let candidate = &compiled[index];
            let asked = Asked { candidate, demanded: &self.demanded, metrics: &self.metrics, early };
            let abandon = Abandon { stop: options.stop, decided_by: &decided_by[index], seed };
            if decided_by[index].load(Ordering::Relaxed) < seed || options.stop.load(Ordering::Relaxed) {
                return;
            }
            let end = run(self.question, &self.counted, &asked, &abandon);
            let expectations = &candidate.cases[candidate.case].scenario.expectations;
            if early && end.decides(expectations) {
                decided_by[index].fetch_min(seed, Ordering::Relaxed);
            }
            runs[index].lock().expect("no panic while the lock is held").insert(seed, end);
        });
        if options.stop.load(Ordering::Relaxed) {
            return None;
        }
        let runs = runs.into_iter().zip(decided_by).map(|(runs, decided_by)| {
            let mut runs = runs.into_inner().expect("no panic while the lock is held");
            let last = decided_by.into_inner();
            runs.retain(|seed, _| *seed <= last);
            runs
        });
        let runs: Vec<BTreeMap<u64, RunEnd>> = runs.collect();
        let problem = runs.iter().flat_map(BTreeMap::values).find_map(|end| match end {
            RunEnd::Failed(error) => Some(Unsolved::Failed(error.clone())),
            RunEnd::Crashed(message) => Some(Unsolved::Crashed(message.clone())),
            RunEnd::Judged(_) | RunEnd::Lost(_) | RunEnd::Abandoned => None,
        });
        match problem {
            Some(problem) => {
                *self.problem.lock().expect("no panic while the lock is held") = Some(problem);
                None
            }
            None => Some(runs),
        }
    }

    /// Puts the runs of a candidate together.
    fn learn(&self, candidate: &Candidate, ends: BTreeMap<u64, RunEnd>) -> Evaluation {
        let compiled = self.compiled(candidate);
        let mut judged: Vec<(u64, Judged)> = Vec::new();
        for (seed, end) in ends {
            match end {
                RunEnd::Judged(run) => judged.push((seed, run)),
                RunEnd::Lost(lost) => {
                    // How early it was lost says roughly by how much it fails.
                    let margin =
                        lost.share_of_run.filter(|share| *share > 0.0).map(|share| 1.0 - 1.0 / share);
                    return Evaluation { feasible: false, margin, values: vec![None; self.metrics.len()] };
                }
                RunEnd::Abandoned | RunEnd::Failed(_) | RunEnd::Crashed(_) => {
                    unreachable!("runs that count came to an end")
                }
            }
        }
        let tried = put_together(&compiled, &judged, self.metrics.len());
        let is_whole = judged.len() as u64 == self.question.seeds.end - self.question.seeds.start;
        let evaluation = Evaluation {
            feasible: is_whole && tried.holds(),
            margin: tried.binding().and_then(|(_, margin)| margin),
            values: tried.aims.clone(),
        };
        if is_whole || tried.unfit.is_some() {
            self.tried.lock().expect("no panic while the lock is held").insert(candidate.clone(), tried);
        }
        evaluation
    }
}

/// Whether a candidate can be run.
fn is_fit(candidate: &analysis::Candidate) -> bool {
    candidate.cases.get(candidate.case).is_some_and(|case| case.not_simulated.is_empty())
}

fn put_together(candidate: &analysis::Candidate, runs: &[(u64, Judged)], n_aims: usize) -> Tried {
    let case = candidate.cases.get(candidate.case);
    let Some(case) = case.filter(|case| case.not_simulated.is_empty() && !runs.is_empty()) else {
        let mut reasons =
            candidate.diagnostics.iter().chain(case.iter().flat_map(|case| &case.not_simulated));
        let reason =
            reasons.next().map_or_else(|| "it cannot be run".to_owned(), |found| found.message.clone());
        let aims = vec![None; n_aims];
        return Tried { judgements: Vec::new(), of_answer: Vec::new(), aims, unfit: Some(reason) };
    };
    let judged = |expectations: &[Expectation], of: fn(&Judged) -> &[Verdict]| -> Vec<Judgement> {
        let of_all = |place: usize| -> Vec<(u64, Verdict)> {
            runs.iter().map(|(seed, run)| (*seed, of(run)[place].clone())).collect()
        };
        let numbered = expectations.iter().enumerate();
        numbered.map(|(place, expectation)| judge_seeds(expectation, &of_all(place))).collect()
    };
    let mean = |aim: usize| -> Option<f64> {
        let values: Option<Vec<f64>> = runs.iter().map(|(_, run)| run.aims[aim]).collect();
        values.map(|values| values.iter().sum::<f64>() / values.len() as f64)
    };
    Tried {
        judgements: judged(&case.scenario.expectations, |run| &run.verdicts),
        of_answer: judged(&candidate.expectations, |run| &run.of_answer),
        aims: (0..n_aims).map(mean).collect(),
        unfit: None,
    }
}
