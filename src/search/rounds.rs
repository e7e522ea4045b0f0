//! The search itself: rounds of evaluations, each chosen by what is known so far.
//!
//! Until something is feasible, the most promising ladders are bisected. The ladder that holds the best candidate is
//! bisected to its end before others are tried, each at once at the last rung that would still beat it: most of them
//! end there, with one evaluation. Two rungs a round keep two processors busy at a quarter more evaluations than one.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

use super::found::{Combination, Contradiction, Found};
use super::known::{Known, Rungs, samples};
use super::ladder::Ladder;
use super::worth::{Front, Worth};
use super::{Candidate, Effort, Evaluation, Problem};

/// Evaluations a round while there is one ladder to bisect, or none is known to have something feasible.
const ABREAST: usize = 2;

/// Evaluations a round on a ladder that is searched in full.
const IN_FULL: usize = 16;

/// Searches; `evaluate` gets batches of different candidates and returns an evaluation for each, or `None` to stop.
///
/// # Panics
/// When `evaluate` returns another number of evaluations.
pub fn search(
    problem: &Problem<'_>,
    mut evaluate: impl FnMut(&[Candidate]) -> Option<Vec<Evaluation>>,
) -> Option<Found> {
    let mut state = Search::new(problem);
    loop {
        let batch = state.next_batch();
        if batch.is_empty() {
            return Some(state.found());
        }
        let (batch, ineligible): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|candidate| state.known.is_eligible(candidate));
        ineligible.iter().for_each(|candidate| state.leave_out(candidate));
        if batch.is_empty() {
            continue;
        }
        let evaluations = evaluate(&batch)?;
        assert_eq!(evaluations.len(), batch.len(), "every candidate of a batch is evaluated");
        for (candidate, evaluation) in batch.into_iter().zip(evaluations) {
            state.learn(candidate, evaluation);
        }
    }
}

struct Search<'a> {
    problem: &'a Problem<'a>,
    known: Known<'a>,
    rungs: Option<Rungs>,
    ladders: Vec<Ladder>,
    /// By their first candidates.
    by_combination: BTreeMap<Candidate, usize>,
    /// The first candidates of combinations that have none with a value.
    left_out: Vec<Candidate>,
    front: Front,
    /// By ladder.
    fronts: Vec<Front>,
    evaluations: Vec<(Candidate, Evaluation)>,
}

impl<'a> Search<'a> {
    fn new(problem: &'a Problem<'a>) -> Search<'a> {
        let known = Known::new(&problem.aims);
        let rungs = known.rungs(&problem.space);
        let combinations = problem.space.combinations(rungs.map(|rungs| rungs.variable));
        let has_eligible = |first: &Candidate| match rungs {
            Some(Rungs { variable, len, .. }) => {
                samples(first, variable, len).any(|candidate| known.is_eligible(&candidate))
            }
            None => known.is_eligible(first),
        };
        let (combinations, left_out): (Vec<Candidate>, Vec<Candidate>) = combinations.partition(has_eligible);
        let numbered = combinations.iter().cloned().enumerate();
        Search {
            problem,
            rungs,
            by_combination: numbered.map(|(index, candidate)| (candidate, index)).collect(),
            left_out,
            front: Front::default(),
            fronts: vec![Front::default(); combinations.len()],
            ladders: combinations.into_iter().map(|candidate| Ladder::new(candidate, rungs)).collect(),
            known,
            evaluations: Vec::new(),
        }
    }

    fn learn(&mut self, candidate: Candidate, evaluation: Evaluation) {
        let ladder = self.ladder_of(&candidate);
        self.ladders[ladder].learn(&candidate, &evaluation);
        if let Some(worth) = self.known.worth_of(&candidate, &evaluation).filter(|_| evaluation.feasible) {
            self.front.add(&candidate, worth.clone());
            self.fronts[ladder].add(&candidate, worth);
        }
        self.evaluations.push((candidate, evaluation));
    }

    fn leave_out(&mut self, candidate: &[usize]) {
        let ladder = self.ladder_of(candidate);
        self.ladders[ladder].leave_out(candidate);
    }

    /// The index of a candidate's ladder.
    fn ladder_of(&self, candidate: &[usize]) -> usize {
        let mut first = candidate.to_vec();
        if let Some(rungs) = self.rungs {
            first[rungs.variable] = 0;
        }
        self.by_combination[&first]
    }

    /// What to evaluate next; nothing once the answer is settled.
    fn next_batch(&self) -> Vec<Candidate> {
        if self.problem.effort == Effort::Everything || !self.known.is_complete() {
            return self.everything();
        }
        let steps = [Search::in_full, Search::bisected, Search::challenged, Search::doubted];
        let batches = steps.into_iter().map(|step| step(self));
        let batch = batches.into_iter().find(|batch| !batch.is_empty()).unwrap_or_default();
        batch.into_iter().map(|(ladder, rung)| self.ladders[ladder].at(rung)).collect()
    }

    fn everything(&self) -> Vec<Candidate> {
        if !self.evaluations.is_empty() {
            return Vec::new();
        }
        self.problem.space.candidates().filter(|candidate| self.known.is_eligible(candidate)).collect()
    }

    /// The first rung that is ruled out by what is feasible, as are all after it.
    fn bound(&self, index: usize) -> usize {
        let (ladder, front) = (&self.ladders[index], self.front_against(index));
        let (mut from, mut to) = (0, ladder.len());
        while from < to {
            let middle = from + (to - from) / 2;
            // One that is not eligible is as its next neighbour that is.
            let is_ruled_out = self
                .first_eligible(index, middle, to)
                .is_none_or(|(candidate, worth)| front.rules_out(&candidate, &worth));
            if is_ruled_out {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        from
    }

    /// The first eligible candidate of some rungs.
    fn first_eligible(&self, index: usize, from: usize, to: usize) -> Option<(Candidate, Worth)> {
        let mut candidates = (from..to).map(|rung| self.ladders[index].at(rung));
        candidates.find_map(|candidate| self.known.worth(&candidate).map(|worth| (candidate, worth)))
    }

    /// What a ladder has to beat.
    fn front_against(&self, index: usize) -> &Front {
        match self.problem.effort {
            Effort::Answer => &self.front,
            Effort::Combinations | Effort::Everything => &self.fronts[index],
        }
    }

    /// Rungs that may yet be feasible and beat what is known, by ladder; those without any are left out.
    fn open(&self) -> Vec<(usize, Range<usize>)> {
        let all = (0..self.ladders.len()).map(|index| (index, self.ladders[index].open(self.bound(index))));
        all.filter(|(_, open)| !open.is_empty()).collect()
    }

    fn has_answer(&self, index: usize) -> bool {
        self.front.holds(|candidate| self.ladder_of(candidate) == index)
    }

    /// What is left of ladders that are not as assumed, the best first.
    fn in_full(&self) -> Vec<(usize, usize)> {
        let broken = (0..self.ladders.len()).filter(|index| self.ladders[*index].contradiction().is_some());
        let left = broken
            .flat_map(|index| self.ladders[index].untried(self.bound(index)).map(move |rung| (index, rung)));
        left.take(IN_FULL).collect()
    }

    /// Where ladders are cut: the most promising ones, then the one that holds an answer.
    fn bisected(&self) -> Vec<(usize, usize)> {
        let mut open = self.open();
        if self.problem.effort == Effort::Answer {
            if self.front.is_empty() {
                let promise =
                    |(index, open): &(usize, Range<usize>)| self.first_eligible(*index, open.start, open.end);
                open.sort_by(|one, other| match (promise(one), promise(other)) {
                    (Some((_, one)), Some((_, other))) => one.cmp(&other),
                    (one, other) => other.is_some().cmp(&one.is_some()),
                });
                open.truncate(ABREAST);
            } else {
                open.retain(|(index, _)| self.has_answer(*index));
            }
        }
        let each = (ABREAST / open.len().max(1)).max(1);
        open.into_iter()
            .flat_map(|(index, open)| sections(open, each).map(move |rung| (index, rung)))
            .collect()
    }

    /// The last rung of every other ladder that would beat the best.
    fn challenged(&self) -> Vec<(usize, usize)> {
        self.open().into_iter().map(|(index, open)| (index, open.end - 1)).collect()
    }

    fn doubted(&self) -> Vec<(usize, usize)> {
        let all = (0..self.ladders.len()).flat_map(|index| {
            let answer_rests_on_it =
                self.problem.effort != Effort::Answer || self.front.is_empty() || self.has_answer(index);
            let doubts = self.ladders[index].doubts(self.bound(index), answer_rests_on_it);
            doubts.into_iter().map(move |rung| (index, rung))
        });
        all.collect()
    }
}

/// Rungs that cut a range into parts of equal size, each once.
fn sections(range: Range<usize>, cuts: usize) -> impl Iterator<Item = usize> {
    let len = range.len();
    let mut rungs: Vec<usize> = (1..=cuts).map(|cut| range.start + len * cut / (cuts + 1)).collect();
    rungs.dedup();
    rungs.into_iter()
}

/// What was found.
impl Search<'_> {
    fn found(self) -> Found {
        let answers = self.front.clone().into_candidates();
        let (next_better, at_the_end) = match answers.first() {
            Some(answer) => self.next_better(answer),
            None => (None, false),
        };
        let contradictions = self.ladders.iter().filter_map(|ladder| {
            let (feasible, infeasible) = ladder.contradiction()?;
            Some(Contradiction { feasible: ladder.at(feasible), infeasible: ladder.at(infeasible) })
        });
        Found {
            nearest: if answers.is_empty() { self.nearest() } else { None },
            next_better,
            at_the_end,
            bisected: self.rungs.map(|rungs| rungs.variable),
            combinations: self.combinations(),
            contradictions: contradictions.collect(),
            left_out: self.left_out.iter().map(|candidate| self.fixed(candidate)).collect(),
            candidates: self.problem.space.len(),
            answers,
            evaluations: self.evaluations,
        }
    }

    /// The next better candidate than an answer, and whether its ladder has none.
    fn next_better(&self, answer: &[usize]) -> (Option<Candidate>, bool) {
        let Some(worth) = self.known.is_complete().then(|| self.known.worth(answer)).flatten() else {
            return (None, false);
        };
        if self.rungs.is_some() {
            let ladder = &self.ladders[self.ladder_of(answer)];
            let better = ladder.rung(answer).checked_sub(1).map(|rung| ladder.at(rung));
            return (better.clone(), better.is_none());
        }
        let failed = self.evaluations.iter().filter(|(_, evaluation)| !evaluation.feasible);
        let better = failed.filter_map(|(candidate, _)| {
            let of_candidate = self.known.worth(candidate)?;
            (of_candidate.against(&worth) == Some(Ordering::Less)).then_some((candidate, of_candidate))
        });
        let closest = better.max_by(|(_, one), (_, other)| one.cmp(other));
        (closest.map(|(candidate, _)| candidate.clone()), false)
    }

    fn nearest(&self) -> Option<Candidate> {
        let mut nearest: Option<&(Candidate, Evaluation)> = None;
        for one in &self.evaluations {
            if nearest.is_none_or(|nearest| one.1.margin > nearest.1.margin) {
                nearest = Some(one);
            }
        }
        nearest.map(|(candidate, _)| candidate.clone())
    }

    /// By choice of what is not bisected; without a ladder by choice of what is not ordered.
    fn combinations(&self) -> Vec<Combination> {
        let mut groups: BTreeMap<Vec<Option<usize>>, Vec<usize>> = BTreeMap::new();
        for (index, ladder) in self.ladders.iter().enumerate() {
            groups.entry(self.fixed(&ladder.at(0))).or_default().push(index);
        }
        groups.into_iter().map(|(fixed, ladders)| self.combination(fixed, &ladders)).collect()
    }

    /// What is fixed in the combination of a candidate.
    fn fixed(&self, candidate: &[usize]) -> Vec<Option<usize>> {
        let variables = &self.problem.space.variables;
        let is_free = |index: usize| match self.rungs {
            Some(rungs) => rungs.variable == index,
            None => variables[index].is_ordered,
        };
        candidate.iter().enumerate().map(|(index, value)| (!is_free(index)).then_some(*value)).collect()
    }

    fn combination(&self, fixed: Vec<Option<usize>>, ladders: &[usize]) -> Combination {
        let mut front = Front::default();
        for index in ladders {
            front.merge(&self.fronts[*index]);
        }
        let failed = ladders.iter().filter_map(|index| {
            let ladder = &self.ladders[*index];
            ladder.last_failed().map(|rung| ladder.at(rung))
        });
        let is_settled = ladders.iter().all(|index| {
            let ladder = &self.ladders[*index];
            (0..ladder.len()).rev().all(|rung| {
                ladder.fails_at(rung)
                    || !self.known.is_complete()
                    || self
                        .known
                        .worth(&ladder.at(rung))
                        .is_none_or(|worth| front.rules_out(&ladder.at(rung), &worth))
            })
        });
        let worst =
            |candidate: &Candidate| self.known.is_complete().then(|| self.known.worth(candidate)).flatten();
        Combination {
            fixed,
            best: front.into_candidates(),
            failed: failed.max_by(|one, other| match (worst(one), worst(other)) {
                (Some(one), Some(other)) => one.cmp(&other),
                _ => Ordering::Equal,
            }),
            is_settled,
        }
    }
}
