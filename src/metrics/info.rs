//! What is known of a metric before anything runs.
//!
//! For names, units and definitions; numbers come from an `Outcome`. Invariant: nothing here depends on a scenario.

use super::levels::Level;
use super::sample::Sample;
use crate::model::Batching;
use crate::units::{Dimension, Unit};

/// What is known of a metric before anything runs.
#[derive(Clone, Debug)]
pub struct MetricInfo {
    /// Full name, as `p99_ttft_ms`.
    pub name: String,
    /// What it measures.
    pub dimension: Dimension,
    /// The unit its name ends in (a bare number beside it is in this unit); `%` for shares, `None` for counts.
    pub unit: Option<&'static Unit>,
    /// What a bare number means beside it.
    pub bare: Bare,
    /// How `==` compares.
    pub equality: Equality,
    /// Samples of requests, a level over time, or one number a run.
    pub kind: Kind,
    /// Whether it has a value at every instant, as a level itself has; statistics of one have none.
    pub at_instants: bool,
    /// The name under which results keep it, which is another where it has several; `None` for what has a value at every
    /// instant and none for a run.
    pub recorded: Option<String>,
    /// What it computes of what is measured.
    pub aggregate: Aggregate,
    /// The time of a request that it is about; `None` for everything else.
    pub sample: Option<Sample>,
    /// The level that it is about; `None` for everything else.
    pub level: Option<Level>,
    /// Which direction is an improvement.
    pub better: Better,
    /// The execution model whose runs alone have it; `None` where all have.
    pub only: Option<Batching>,
    /// One sentence for lists and docs.
    pub definition: &'static str,
}

impl MetricInfo {
    /// Whether it is a share, shown in per cent and kept as a number from 0 to 1.
    #[must_use]
    pub fn is_share(&self) -> bool {
        self.unit.is_some_and(|unit| unit.name == "%")
    }

    /// The unit of its number in results; `None` where that is in base units.
    #[must_use]
    pub fn unit_of_results(&self) -> Option<&'static Unit> {
        self.unit.filter(|_| !self.is_share())
    }
}

/// What a statistic computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// The number itself; of a level, its value at an instant.
    Itself,
    /// The arithmetic mean of samples, the mean over time of a level.
    Mean,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// Nearest rank, in thousandths: 990 is the 99th percentile.
    Quantile(u16),
    /// A level summed up over time.
    Integral,
    /// The mean over time for each of the GPUs selected.
    MeanPerGpu,
}

/// What a bare number beside a metric means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// A count.
    Count,
    /// The unit at the end of the name.
    UnitOfName,
    /// Nothing: a unit must be written.
    Refused,
}

/// How `==` compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equality {
    /// As whole numbers are: counts, bytes, shares.
    Exact,
    /// Up to the roundings of its computation: means over time, amounts of money.
    Rounded,
    /// At the digits written: times, rates of requests and tokens.
    Digits,
}

/// What a metric is made of; decides which selectors it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// From samples of requests: `for`, `on`, `during`, `after`, windows.
    Requests,
    /// From gaps between tokens, of which only a histogram is kept: `for`, `on`.
    Gaps,
    /// From a level over time: `on`, `during`, `after`.
    Level,
    /// One number a run.
    Run,
}

/// Which direction is an improvement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither: it describes the run.
    Neither,
}
