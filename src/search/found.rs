//! What a search found.

use super::{Candidate, Evaluation};

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The best candidate, those that no other beats in both aims, or every feasible one; none where nothing is feasible.
    pub answers: Vec<Candidate>,
    /// The next better candidate than the first answer, which is not feasible; `None` where nothing better is in the space,
    /// or better is not known before an evaluation.
    pub next_better: Option<Candidate>,
    /// Whether the ladder of the first answer has nothing better than it: the range ends where everything is feasible.
    pub at_the_end: bool,
    /// Where nothing is feasible, the candidate that fails by least.
    pub nearest: Option<Candidate>,
    /// The variable that was bisected.
    pub bisected: Option<usize>,
    /// How far each combination goes, in order.
    pub combinations: Vec<Combination>,
    /// Combinations that were left out: no candidate that was asked for has a value.
    pub left_out: Vec<Vec<Option<usize>>>,
    /// Where a better candidate is feasible and a worse one is not.
    pub contradictions: Vec<Contradiction>,
    /// Everything that was evaluated, in order.
    pub evaluations: Vec<(Candidate, Evaluation)>,
    /// How many candidates there are.
    pub candidates: usize,
}

/// A choice of all variables but the one that is bisected, or of all that are not ordered.
#[derive(Clone, Debug, PartialEq)]
pub struct Combination {
    /// By variable; `None` for those that are free.
    pub fixed: Vec<Option<usize>>,
    /// The best that was found, or those that no other beats.
    pub best: Vec<Candidate>,
    /// The worst candidate known not to be feasible: those better than it are not expected to be.
    pub failed: Option<Candidate>,
    /// Whether all that could beat `best` was evaluated or ruled out by what was. Otherwise it was not worth it: what it
    /// might have cannot beat the answer.
    pub is_settled: bool,
}

/// Two candidates of a ladder that are not in the order assumed.
#[derive(Clone, Debug, PartialEq)]
pub struct Contradiction {
    /// The better one, which is feasible.
    pub feasible: Candidate,
    /// The worse one, which is not.
    pub infeasible: Candidate,
}
