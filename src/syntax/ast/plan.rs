//! What varies: the axes of a matrix and of a plan, and what a plan looks for.

use super::{Atom, Doc, Expect, Expr, Ident, Metric, Text};
use crate::source::Span;

/// One parameter and its values.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The parameter.
    pub name: Ident,
    /// What it takes.
    pub values: Values,
    /// From the name to the last token.
    pub span: Span,
}

/// The values of an axis.
#[derive(Clone, Debug)]
pub enum Values {
    /// `[bf16, fp8]`: each one atom, or a choice with its arguments.
    List(Vec<Vec<Atom>>),
    /// `1 .. 8`.
    Ladder(Box<Ladder>),
}

/// `1 .. 8`, `5 .. 50 step 5 req/s`, `5 .. 200 req/s within 1%`.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// The first value.
    pub low: Expr,
    /// The last one, or a bound.
    pub high: Expr,
    /// How far apart the values are; `None` for whole numbers.
    pub spacing: Option<Spacing>,
    /// From the first to the last token.
    pub span: Span,
}

/// How far apart the values of a ladder are.
#[derive(Clone, Debug)]
pub enum Spacing {
    /// `step 5 req/s`: by the same amount.
    Step(Expr),
    /// `within 1%`: by the same share.
    Within(Expr),
}

/// `plan "cheapest" { vary n in 1 .. 16; minimize cost_per_hour }`.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The word.
    pub keyword: Span,
    /// Unique in its file or scenario.
    pub name: Text,
    /// In the order written.
    pub lines: Vec<PlanLine>,
    /// Whether all of them could be read.
    pub is_complete: bool,
    /// `##` lines above.
    pub doc: Option<Doc>,
}

/// One line of a plan.
#[derive(Clone, Debug)]
pub enum PlanLine {
    /// `vary n in 1 .. 16`.
    Vary(Axis),
    /// `minimize cost_per_hour`, `maximize rate`: the word, and a metric or a parameter that is varied.
    Objective(Direction, Metric, Span),
    /// `frontier cost_per_hour p95_ttft_ms`.
    Frontier(Metric, Metric, Span),
    /// `search every`.
    Every(Span),
    /// `expect n <= 4`.
    Expect(Box<Expect>),
}

/// Which values of an objective are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `minimize`
    Minimize,
    /// `maximize`
    Maximize,
}
