//! Searches a finite space for the best candidate that is feasible, with few evaluations.
//!
//! Pure: what a candidate stands for, and how it is evaluated, is known to the caller. Lists are enumerated; where the
//! objective is known before an evaluation, one ordered variable is bisected and what cannot beat the best so far is
//! left out. Bisection assumes that a better objective is harder to satisfy. The assumption is checked, and a ladder
//! that breaks it is searched in full.
//! Invariant: which candidates are evaluated, in which batches, follows from the space and the evaluations alone.

mod known;
mod ladder;
mod worth;

mod found;
mod rounds;
mod space;

pub use found::{Combination, Contradiction, Found};
pub use rounds::search;
pub use space::{Candidate, Space, Variable};

/// What is searched, and for what.
pub struct Problem<'a> {
    /// The candidates.
    pub space: Space,
    /// None asks for every feasible candidate, one for the best, two for those that no other beats in both.
    pub aims: Vec<Aim<'a>>,
    /// How much is evaluated.
    pub effort: Effort,
}

/// What makes a feasible candidate better than another.
pub struct Aim<'a> {
    /// Which way.
    pub direction: Direction,
    /// Its value for a candidate, where it is known before the candidate is evaluated.
    pub known: Option<&'a Value<'a>>,
}

/// The value of a candidate; one without a value is not eligible.
pub type Value<'a> = dyn Fn(&[usize]) -> Option<f64> + 'a;

/// Which values are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The lower ones.
    Minimize,
    /// The higher ones.
    Maximize,
}

/// How much is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// What the answer needs.
    Answer,
    /// What the best of every combination needs.
    Combinations,
    /// Every candidate.
    Everything,
}

/// What an evaluation finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Whether the candidate may be an answer.
    pub feasible: bool,
    /// How far it is from the boundary, as a share of the limit: negative where it is not feasible. It guides the search
    /// and may be rough.
    pub margin: Option<f64>,
    /// The values of the aims, in their order; those known before are not looked at. A feasible candidate that lacks one
    /// is not eligible.
    pub values: Vec<Option<f64>>,
}
