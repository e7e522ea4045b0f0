//! A search: what varies, and which of the cases that hold is best.

use serde::{Deserialize, Serialize};

use super::Metric;

/// A `plan`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Unique among those of its scenario.
    pub name: String,
    /// What varies, in the order written.
    pub axes: Vec<Axis>,
    /// What is looked for.
    pub objective: Objective,
    /// Whether every candidate is run, also those that need not be.
    pub every: bool,
}

/// A parameter and the values that it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// The parameter.
    pub name: String,
    /// At least one; of a range rising.
    pub values: Vec<AxisValue>,
    /// Whether they are those of a range, so that neighbours are alike.
    pub is_range: bool,
}

/// One value of an axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AxisValue {
    /// As it would be written.
    pub text: String,
    /// In base units; `None` for a name.
    pub number: Option<f64>,
}

/// What a plan looks for among the candidates that hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Objective {
    /// The best of them; of equal ones the first, in the order written.
    Best(Direction, Aim),
    /// Those that no other beats in both.
    Frontier([(Direction, Aim); 2]),
}

/// Which values are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The smaller.
    Minimize,
    /// The larger.
    Maximize,
}

/// The number that is compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Aim {
    /// The value of an axis, by its index: every value of it is a number.
    Axis(usize),
    /// A metric of the run.
    Metric(Metric),
}
