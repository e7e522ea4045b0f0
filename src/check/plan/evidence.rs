//! What a plan found, with what it rests on: margins of the answer, why the next better one fails, how far each
//! combination goes.

use std::collections::BTreeMap;

use super::aims::Aims;
use super::evaluate::{Evaluator, Tried};
use super::{Question, Solved, Unsolved};
use crate::expect::{Judgement, Status, Verdict};
use crate::metrics;
use crate::model::{Aim, Direction, Expectation, Metric};
use crate::report::number::{Json, natural_in, percent_in};
use crate::report::{
    AimReport, AimValue, CandidateReport, CombinationReport, ContradictionReport, ExpectationReport,
    PlanOutcome, PlanReport,
};
use crate::search::{Candidate, Combination, Found};
use crate::units::Dimension;

/// The report of a plan, and the judgement of its answer.
pub(super) fn gather(
    question: Question<'_>,
    aims: &Aims<'_>,
    evaluator: &Evaluator<'_>,
    found: &Found,
) -> Result<Solved, Unsolved> {
    let evidence = Evidence { question, aims, evaluator };
    let describe = |candidates: &[Candidate]| evidence.describe(candidates);
    let answers = describe(&found.answers)?;
    let next_better = describe(&found.next_better.iter().cloned().collect::<Vec<_>>())?.pop();
    let nearest = describe(&found.nearest.iter().cloned().collect::<Vec<_>>())?.pop();
    let combinations: Result<Vec<_>, _> =
        found.combinations.iter().map(|one| evidence.combination(one)).collect();
    let (expectations, judgements) = evidence.judge(&found.answers)?;
    let contradictions = found.contradictions.iter().map(|pair| ContradictionReport {
        holds: evidence.parameters(&pair.feasible),
        fails: evidence.parameters(&pair.infeasible),
    });
    let plan = &question.plan.plan;
    let report = PlanReport {
        plan: plan.name.clone(),
        outcome: evidence.outcome(found),
        aims: aims.list.iter().map(|(direction, aim)| evidence.aim(*direction, aim)).collect(),
        axes: plan.axes.iter().map(|axis| axis.name.clone()).collect(),
        answers,
        next_better,
        nearest,
        combinations: combinations?,
        left_out: found.left_out.iter().map(|fixed| evidence.fixed(fixed)).collect(),
        contradictions: contradictions.collect(),
        expectations: evidence.reported(&expectations, &judgements, &question.plan.expectations),
        evaluations: found.evaluations.len(),
        candidates: found.candidates,
    };
    Ok(Solved { report, judgements })
}

struct Evidence<'a, 'q> {
    question: Question<'q>,
    aims: &'a Aims<'q>,
    evaluator: &'a Evaluator<'q>,
}

impl Evidence<'_, '_> {
    fn outcome(&self, found: &Found) -> PlanOutcome {
        match found.answers.as_slice() {
            [] => PlanOutcome::NothingHolds,
            _ if self.aims.len() > 1 => PlanOutcome::Frontier,
            [answer, ..] if self.is_at_an_end(answer) => PlanOutcome::RangeTooSmall,
            [..] => PlanOutcome::Answer,
        }
    }

    /// Whether a range ends at the answer where what lies beyond it would be better. Nothing lies below 1 of anything.
    fn is_at_an_end(&self, answer: &Candidate) -> bool {
        self.aims.axes.iter().enumerate().filter(|(_, axis)| axis.is_range).any(|(place, axis)| {
            let (index, last) = (answer[place], axis.values.len() - 1);
            let inward = match index {
                _ if last == 0 => return false,
                0 if axis.values[0].text == "1" => return false,
                0 => 1,
                _ if index == last => last - 1,
                _ => return false,
            };
            let mut neighbour = answer.clone();
            neighbour[place] = inward;
            let value = |candidate: &Candidate| self.known(candidate);
            match (value(answer), value(&neighbour), self.aims.list[0].0) {
                (Some(at_end), Some(inside), Direction::Minimize) => at_end < inside,
                (Some(at_end), Some(inside), Direction::Maximize) => at_end > inside,
                _ => false,
            }
        })
    }

    /// The value of the only aim, where it is known before a run.
    fn known(&self, candidate: &Candidate) -> Option<f64> {
        self.aims.known(0, self.evaluator)?(candidate)
    }

    fn parameters(&self, candidate: &[usize]) -> BTreeMap<String, String> {
        let axes = self.aims.axes.iter().zip(candidate);
        axes.map(|(axis, index)| (axis.name.clone(), axis.values[*index].text.clone())).collect()
    }

    fn aim(&self, direction: Direction, aim: &Aim) -> AimReport {
        let name = match aim {
            Aim::Axis(index) => self.aims.axes[*index].name.clone(),
            Aim::Metric(metric) => metric.name.clone(),
        };
        let direction = match direction {
            Direction::Minimize => "minimize",
            Direction::Maximize => "maximize",
        };
        AimReport { name, direction: direction.to_owned() }
    }

    /// Candidates with all their numbers.
    fn describe(&self, candidates: &[Candidate]) -> Result<Vec<CandidateReport>, Unsolved> {
        let tried = self.evaluator.in_full(candidates).ok_or_else(|| self.evaluator.problem())?;
        Ok(candidates.iter().zip(&tried).map(|(candidate, tried)| self.candidate(candidate, tried)).collect())
    }

    fn candidate(&self, candidate: &Candidate, tried: &Tried) -> CandidateReport {
        let compiled = self.evaluator.compiled(candidate);
        let expectations = match compiled.cases.get(compiled.case).filter(|_| tried.unfit.is_none()) {
            Some(case) => self.reported(&case.scenario.expectations, &tried.judgements, &case.expectations),
            None => Vec::new(),
        };
        let binding = tried.binding();
        let aims = self.aims.list.iter().enumerate();
        CandidateReport {
            parameters: self.parameters(candidate),
            aims: aims.map(|(place, (_, aim))| self.aim_value(candidate, tried, place, aim)).collect(),
            holds: tried.holds(),
            expectations,
            binding: binding.map(|(place, _)| place),
            margin: binding.and_then(|(_, margin)| margin).map(Json::new),
            unfit: tried.unfit.clone(),
        }
    }

    fn aim_value(&self, candidate: &Candidate, tried: &Tried, place: usize, aim: &Aim) -> AimValue {
        match aim {
            Aim::Axis(index) => {
                let value = &self.aims.axes[*index].values[candidate[*index]];
                AimValue {
                    value: value.number.map(Json::new),
                    shown: value.text.clone(),
                    exact: value.text.clone(),
                }
            }
            Aim::Metric(metric) => {
                let known = self.evaluator.known_before(candidate, &metric.name);
                let value = known.or(tried.aims.get(place).copied().flatten());
                let text =
                    |digits| value.map_or_else(|| "-".to_owned(), |value| shown(metric, value, digits));
                AimValue { value: value.map(Json::new), shown: text(4), exact: text(6) }
            }
        }
    }

    fn reported(
        &self,
        expectations: &[Expectation],
        judgements: &[Judgement],
        spans: &[crate::source::Span],
    ) -> Vec<ExpectationReport> {
        let all = expectations.iter().zip(judgements).zip(spans);
        all.map(|((expectation, judgement), span)| {
            let line = self.question.suite.sources.line_column(*span).0;
            ExpectationReport::of(expectation, judgement, line)
        })
        .collect()
    }

    fn fixed(&self, fixed: &[Option<usize>]) -> BTreeMap<String, String> {
        let axes = self.aims.axes.iter().zip(fixed);
        axes.filter_map(|(axis, index)| Some((axis.name.clone(), axis.values[(*index)?].text.clone())))
            .collect()
    }

    fn combination(&self, combination: &Combination) -> Result<CombinationReport, Unsolved> {
        Ok(CombinationReport {
            parameters: self.fixed(&combination.fixed),
            best: self.describe(&combination.best)?,
            fails_at: combination.failed.as_ref().map(|candidate| self.parameters(candidate)),
            is_settled: combination.is_settled,
        })
    }

    /// What is expected of the answer; of several answers the one that fares worst decides. Without any there is nothing
    /// to judge.
    fn judge(&self, answers: &[Candidate]) -> Result<(Vec<Expectation>, Vec<Judgement>), Unsolved> {
        let tried = self.evaluator.in_full(answers).ok_or_else(|| self.evaluator.problem())?;
        let first = vec![0; self.aims.axes.len()];
        let compiled = self.evaluator.compiled(answers.first().unwrap_or(&first));
        let expectations = compiled.expectations.clone();
        let worst = |place: usize| -> Judgement {
            let of_each = tried.iter().filter_map(|tried| tried.of_answer.get(place));
            let severity = |judgement: &&Judgement| {
                let margin = judgement.deciding.relative_margin().unwrap_or(f64::INFINITY);
                (judgement.status != Status::Fail, judgement.status == Status::Pass, margin)
            };
            let worst = of_each.min_by(|one, other| {
                let (one, other) = (severity(one), severity(other));
                (one.0, one.1).cmp(&(other.0, other.1)).then(one.2.total_cmp(&other.2))
            });
            worst.cloned().unwrap_or_else(|| nothing_to_judge(self.question.seeds.start))
        };
        let judgements = (0..expectations.len()).map(worst).collect();
        Ok((expectations, judgements))
    }
}

fn nothing_to_judge(seed: u64) -> Judgement {
    let verdict = Verdict {
        status: Status::NoData,
        value: None,
        limit: None,
        margin: None,
        dimension: Dimension::NUMBER,
        share: false,
        detail: Some("no candidate holds, so there is no answer to judge".to_owned()),
        at: None,
    };
    Judgement {
        status: Status::NoData,
        deciding: verdict.clone(),
        deciding_seed: seed,
        worst: verdict,
        worst_seed: seed,
        held: 0,
        runs: 0,
    }
}

/// The value of a metric for people.
fn shown(metric: &Metric, value: f64, digits: usize) -> String {
    match metrics::lookup(&metric.name) {
        Some(info) if info.is_share() => percent_in(value, digits),
        Some(info) => natural_in(value, info.dimension, digits),
        None => natural_in(value, Dimension::NUMBER, digits),
    }
}
