//! One combination's ladder: its candidates from the best objective to the worst, and what is known of them.
//!
//! The assumption is that the first candidates are not feasible and all the others are. A bisection alone never meets
//! a candidate that contradicts it, so a few more are tried where a contradiction is likely: next to the boundary, as
//! long as candidates fail by little, and in the middle of long stretches that were skipped.

use std::collections::BTreeMap;
use std::ops::Range;

use super::known::Rungs;
use super::{Candidate, Evaluation};

/// A candidate that fails by no more than this share of its limit is near the boundary.
const NEAR: f64 = 0.25;

/// How many candidates next to the boundary are tried while they are near it.
const MOST_NEAR: usize = 8;

/// How many are tried whatever their margins, where an answer rests on them.
const NEIGHBOURS: usize = 2;

/// No stretch longer than this share of a ladder is left out where an answer rests on it.
const STRETCHES: usize = 8;

/// The ladder of one combination; a single rung where no variable is bisected.
#[derive(Clone, Debug)]
pub(super) struct Ladder {
    /// A candidate of the combination.
    candidate: Candidate,
    rungs: Option<Rungs>,
    /// What was tried, by rung.
    tried: BTreeMap<usize, Tried>,
}

/// What is known of a rung.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tried {
    Feasible,
    /// With its margin.
    Failed(Option<f64>),
    /// Not eligible, and therefore not evaluated.
    Ineligible,
}

impl Ladder {
    pub(super) fn new(candidate: Candidate, rungs: Option<Rungs>) -> Ladder {
        Ladder { candidate, rungs, tried: BTreeMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.rungs.map_or(1, |rungs| rungs.len)
    }

    /// The candidate on a rung.
    pub(super) fn at(&self, rung: usize) -> Candidate {
        let mut candidate = self.candidate.clone();
        if let Some(Rungs { variable, len, descending }) = self.rungs {
            candidate[variable] = if descending { len - 1 - rung } else { rung };
        }
        candidate
    }

    /// The rung of one of its candidates.
    pub(super) fn rung(&self, candidate: &[usize]) -> usize {
        self.rungs.map_or(
            0,
            |Rungs { variable, len, descending }| {
                if descending { len - 1 - candidate[variable] } else { candidate[variable] }
            },
        )
    }

    pub(super) fn learn(&mut self, candidate: &[usize], evaluation: &Evaluation) {
        let tried = if evaluation.feasible { Tried::Feasible } else { Tried::Failed(evaluation.margin) };
        self.tried.insert(self.rung(candidate), tried);
    }

    pub(super) fn leave_out(&mut self, candidate: &[usize]) {
        self.tried.insert(self.rung(candidate), Tried::Ineligible);
    }

    /// The rungs below `bound` that could still be feasible if the ladder is as assumed.
    pub(super) fn open(&self, bound: usize) -> Range<usize> {
        let last = self.tried.range(..bound).rev().find(|(_, tried)| **tried != Tried::Feasible);
        last.map_or(0, |(rung, _)| rung + 1)..bound
    }

    /// The rungs below `bound` that were not tried.
    pub(super) fn untried(&self, bound: usize) -> impl Iterator<Item = usize> {
        (0..bound).filter(|rung| !self.tried.contains_key(rung))
    }

    /// A feasible rung and one after it that is not: what contradicts the assumption.
    pub(super) fn contradiction(&self) -> Option<(usize, usize)> {
        let (first, _) = self.tried.iter().find(|(_, tried)| **tried == Tried::Feasible)?;
        let (second, _) = self.tried.range(first..).find(|(_, tried)| matches!(tried, Tried::Failed(_)))?;
        Some((*first, *second))
    }

    /// Whether a rung is not feasible, or lies before one that is not and is therefore not expected to be.
    pub(super) fn fails_at(&self, rung: usize) -> bool {
        match self.tried.get(&rung) {
            Some(tried) => *tried != Tried::Feasible,
            None => self.last_failed().is_some_and(|failed| rung < failed),
        }
    }

    /// The last rung found not to be feasible.
    pub(super) fn last_failed(&self) -> Option<usize> {
        self.tried.iter().rev().find(|(_, tried)| matches!(tried, Tried::Failed(_))).map(|(rung, _)| *rung)
    }

    /// What to try before the rungs below `bound` are taken for infeasible. An answer rests on a ladder that holds it, and
    /// on every ladder where there is none.
    pub(super) fn doubts(&self, bound: usize, answer_rests_on_it: bool) -> Vec<usize> {
        let mut doubts: Vec<usize> = self.near(bound, answer_rests_on_it).into_iter().collect();
        if answer_rests_on_it {
            doubts.extend(self.skipped(bound));
        }
        doubts.sort_unstable();
        doubts.dedup();
        doubts
    }

    /// The next neighbour of the boundary to try.
    fn near(&self, bound: usize, answer_rests_on_it: bool) -> Option<usize> {
        let neighbours = if answer_rests_on_it { NEIGHBOURS } else { 1 };
        for (distance, rung) in (0..bound).rev().take(MOST_NEAR).enumerate() {
            let is_near = match self.tried.get(&rung) {
                None => return Some(rung),
                Some(Tried::Failed(margin)) => margin.is_some_and(|margin| margin > -NEAR),
                Some(Tried::Feasible | Tried::Ineligible) => false,
            };
            if distance + 1 >= neighbours && !is_near {
                return None;
            }
        }
        None
    }

    /// The middles of long stretches below `bound` of which nothing was tried.
    fn skipped(&self, bound: usize) -> Vec<usize> {
        let longest = (self.len() / STRETCHES).max(NEIGHBOURS);
        let mut middles = Vec::new();
        let mut from = 0;
        for to in self.tried.range(..bound).map(|(rung, _)| *rung).chain([bound]) {
            if to - from > longest {
                middles.push(from + (to - from) / 2);
            }
            from = to + 1;
        }
        middles
    }
}
