//! What must hold, resolved: metrics exist, dimensions agree, selections point at something.

use serde::{Deserialize, Serialize};

use crate::units::{Dimension, SimDuration, SimTime};

/// One `expect`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// As written, on one line, for reports and snapshots.
    pub text: String,
    /// What must hold.
    pub condition: Condition,
    /// The share of seeds in which it must hold; `None` for all.
    pub in_runs: Option<f64>,
}

/// What must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Condition {
    /// `left operator right`.
    Compare {
        /// Left side.
        left: Term,
        /// How.
        operator: Comparison,
        /// Right side.
        right: Term,
        /// Only with `==` and `!=`.
        tolerance: Tolerance,
    },
    /// `left in low .. high`, inclusive.
    Within {
        /// Left side.
        left: Term,
        /// Lower limit.
        low: Term,
        /// Upper limit.
        high: Term,
    },
    /// Both.
    And(Box<Condition>, Box<Condition>),
    /// One or both.
    Or(Box<Condition>, Box<Condition>),
    /// The opposite.
    Not(Box<Condition>),
    /// At every instant of the span; the condition is about series.
    Always {
        /// What must hold.
        condition: Box<Condition>,
        /// From and to; `None` for the whole run.
        during: Option<(SimTime, SimTime)>,
    },
    /// At some instant of the span; the condition is about series.
    Eventually {
        /// What must come true.
        condition: Box<Condition>,
        /// From where on.
        after: SimTime,
        /// For how long it may take.
        within: Option<SimDuration>,
    },
    /// Without a break for that long at least once; the condition is about series.
    Sustained {
        /// What must hold.
        condition: Box<Condition>,
        /// How long.
        duration: SimDuration,
        /// From and to; `None` for the whole run.
        during: Option<(SimTime, SimTime)>,
    },
}

/// `== != < <= > >=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// How far apart equal values may lie.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Tolerance {
    /// Not at all (counts, bytes, shares).
    Exact,
    /// Half a unit of the last digit written, in base units (times and rates).
    Digits(f64),
    /// A share of the right side; a tiny one where only the roundings of a computation are allowed for.
    Relative(f64),
    /// An amount in base units.
    Absolute(f64),
}

/// A value, known before the run or from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Term {
    /// In base units.
    Number(f64, Dimension),
    /// Measured.
    Metric(Metric),
    /// `-x`.
    Negated(Box<Term>),
    /// Arithmetic.
    Binary(Box<Term>, Operator, Box<Term>),
}

/// `+ - * /`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// A metric with its selection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// A name of the metric list.
    pub name: String,
    /// Which samples.
    pub selection: Selection,
    /// Tumbling windows by arrival: the condition must hold in each.
    pub windows: Option<SimDuration>,
    /// Another scenario of the same file, run with the same seed and matrix values.
    pub of: Option<String>,
}

/// Which samples of a metric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Selection {
    /// Index of the workload.
    pub workload: Option<usize>,
    /// Which GPUs.
    pub gpus: Option<GpuSelection>,
    /// From and to, inclusive: arrivals for request metrics, time for series.
    pub during: Option<(SimTime, SimTime)>,
}

/// Cluster-wide replica indices, inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GpuSelection {
    /// First.
    pub first: usize,
    /// Last.
    pub last: usize,
}

/// A metric where a condition names it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mention<'a> {
    /// What is measured.
    pub metric: &'a Metric,
    /// Whether it is inside `always`, `eventually` or `for`, which evaluate it over time.
    pub over_time: bool,
}

impl Condition {
    /// The metrics it names, in the order written.
    #[must_use]
    pub fn metrics(&self) -> Vec<Mention<'_>> {
        let mut found = Vec::new();
        self.collect(false, &mut found);
        found
    }

    fn collect<'a>(&'a self, over_time: bool, into: &mut Vec<Mention<'a>>) {
        let terms = match self {
            Condition::Compare { left, right, operator: _, tolerance: _ } => vec![left, right],
            Condition::Within { left, low, high } => vec![left, low, high],
            Condition::And(left, right) | Condition::Or(left, right) => {
                left.collect(over_time, into);
                right.collect(over_time, into);
                return;
            }
            Condition::Not(inner) => return inner.collect(over_time, into),
            Condition::Always { condition, during: _ }
            | Condition::Eventually { condition, after: _, within: _ }
            | Condition::Sustained { condition, duration: _, during: _ } => {
                return condition.collect(true, into);
            }
        };
        let metrics = terms.into_iter().flat_map(Term::metrics);
        into.extend(metrics.map(|metric| Mention { metric, over_time }));
    }
}

impl Term {
    /// The metrics it names, in the order written.
    #[must_use]
    pub fn metrics(&self) -> Vec<&Metric> {
        match self {
            Term::Number(..) => Vec::new(),
            Term::Metric(metric) => vec![metric],
            Term::Negated(inner) => inner.metrics(),
            Term::Binary(left, _, right) => {
                let mut metrics = left.metrics();
                metrics.extend(right.metrics());
                metrics
            }
        }
    }
}
