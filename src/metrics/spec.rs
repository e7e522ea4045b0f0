//! How an entry of the list of metrics describes itself.
//!
//! One entry may have several names: a statistic in front of what is measured (`p99_` and `latency_ms`).
//! Invariant: a name belongs to exactly one entry and one statistic.

use super::gpus::Fleet;
use super::info::{Aggregate, Bare, Better, Equality, Kind, MetricInfo};
use super::levels::Level;
use super::outcome::Totals;
use super::sample::Sample;
use super::tally::{Hits, Tally};
use crate::model::Batching;
use crate::units::{Dimension, unit};

/// One line of the list.
pub(super) struct MetricSpec {
    /// What follows the statistic in a name: the whole name where there is none.
    pub(super) name: &'static str,
    /// The names it goes by, in the order shown to users.
    pub(super) statistics: &'static [Statistic],
    /// What kind of number it is.
    pub(super) measure: Measure,
    /// Which direction is an improvement.
    pub(super) better: Better,
    /// Where the number comes from.
    pub(super) source: Source,
    /// One sentence for lists and docs.
    pub(super) definition: &'static str,
}

/// A prefix of a name and what it computes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statistic {
    pub(super) prefix: &'static str,
    pub(super) of: Aggregate,
}

impl Statistic {
    pub(super) const fn new(prefix: &'static str, of: Aggregate) -> Statistic {
        Statistic { prefix, of }
    }
}

/// The metric is one number under one name.
pub(super) static ITSELF: &[Statistic] = &[Statistic::new("", Aggregate::Itself)];

/// What kind of number a metric is: decides dimension, unit and how `==` compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    Count,
    Tokens,
    Share,
    Time,
    Memory,
    TokenRate,
    RequestRate,
    Money,
}

impl Measure {
    const fn dimension(self) -> Dimension {
        match self {
            Measure::Count | Measure::Share => Dimension::NUMBER,
            Measure::Tokens => Dimension::TOKENS,
            Measure::Time => Dimension::TIME,
            Measure::Memory => Dimension::DATA,
            Measure::TokenRate => Dimension::TOKEN_RATE,
            Measure::RequestRate => Dimension::REQUEST_RATE,
            Measure::Money => Dimension::MONEY,
        }
    }

    /// The unit, and the end of a name that states it.
    const fn unit(self) -> Option<(&'static str, &'static str)> {
        match self {
            Measure::Count | Measure::Tokens => None,
            Measure::Share => Some(("%", "_percent")),
            Measure::Time => Some(("ms", "_ms")),
            Measure::Memory => Some(("B", "_bytes")),
            Measure::TokenRate => Some(("tok/s", "_tokens_per_sec")),
            Measure::RequestRate => Some(("req/s", "_requests_per_sec")),
            Measure::Money => Some(("$", "_usd")),
        }
    }

    const fn equality(self) -> Equality {
        match self {
            Measure::Count | Measure::Tokens | Measure::Share | Measure::Memory => Equality::Exact,
            Measure::Money => Equality::Rounded,
            Measure::Time | Measure::TokenRate | Measure::RequestRate => Equality::Digits,
        }
    }
}

/// Where a metric's number comes from.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// A count over the requests selected.
    Count(fn(&Tally) -> u64),
    /// One count over another; no data where the second is zero.
    Share(fn(&Tally) -> (u64, u64)),
    /// A count over the time it took: the makespan, or the time selected; no data where the count means nothing.
    Rate(fn(&Tally) -> Option<u64>),
    /// One sample of each finished request.
    Sample(Sample),
    /// What was found in the prefix cache over what was looked up.
    Found(fn(&Hits) -> (u128, u128)),
    /// Every gap between two tokens.
    Gaps,
    /// A level over time.
    Level(Level),
    /// The blocks held, as a share of those there are.
    KvUtilization,
    /// The run as a whole.
    Run(fn(&Totals) -> Option<f64>),
    /// The steps of a run as a whole.
    Steps(fn(&Totals) -> Option<f64>),
    /// What is built, whatever runs on it: known before the run.
    Cluster(fn(&Fleet) -> Option<f64>),
}

impl Source {
    /// Steps, the gaps between them, blocks and the prefixes found in them are of one execution model.
    fn only(self) -> Option<Batching> {
        match self {
            Source::Gaps | Source::KvUtilization | Source::Found(_) | Source::Steps(_) => {
                Some(Batching::Continuous)
            }
            Source::Level(level) => level.is_of_steps().then_some(Batching::Continuous),
            Source::Count(_)
            | Source::Share(_)
            | Source::Rate(_)
            | Source::Sample(_)
            | Source::Run(_)
            | Source::Cluster(_) => None,
        }
    }
}

impl MetricSpec {
    /// The statistics that are one number a run, each under its first spelling: what results keep.
    pub(super) fn recorded(&self) -> impl Iterator<Item = Statistic> {
        self.statistics.iter().copied().filter(|statistic| {
            self.first_spelling(*statistic).prefix == statistic.prefix && !self.at_instants(*statistic)
        })
    }

    /// Aggregate several prefixes for one statistic the first.
    fn first_spelling(&self, statistic: Statistic) -> Statistic {
        *self.statistics.iter().find(|first| first.of == statistic.of).expect("it is one of them")
    }

    /// A level itself has a value at every instant and none for the run.
    fn at_instants(&self, statistic: Statistic) -> bool {
        self.kind() == Kind::Level && statistic.of == Aggregate::Itself
    }

    fn kind(&self) -> Kind {
        match self.source {
            Source::Count(_) | Source::Share(_) | Source::Rate(_) | Source::Sample(_) => Kind::Requests,
            Source::Found(_) => Kind::Requests,
            Source::Gaps => Kind::Gaps,
            Source::Level(_) | Source::KvUtilization => Kind::Level,
            Source::Run(_) | Source::Steps(_) | Source::Cluster(_) => Kind::Run,
        }
    }

    /// What the name with this statistic in front means.
    pub(super) fn info(&self, statistic: Statistic) -> MetricInfo {
        let name = format!("{}{}", statistic.prefix, self.name);
        let bare = match self.measure.unit() {
            None => Bare::Count,
            Some((_, suffix)) if name.ends_with(suffix) => Bare::UnitOfName,
            Some(_) => Bare::Refused,
        };
        let kind = self.kind();
        let at_instants = self.at_instants(statistic);
        let first = self.first_spelling(statistic).prefix;
        let over_time =
            kind == Kind::Level && matches!(statistic.of, Aggregate::Mean | Aggregate::MeanPerGpu);
        let equality = if over_time { Equality::Rounded } else { self.measure.equality() };
        MetricInfo {
            name,
            dimension: self.measure.dimension(),
            unit: self
                .measure
                .unit()
                .map(|(name, _)| unit(name).expect("the unit of a metric is in the list")),
            bare,
            equality,
            kind,
            at_instants,
            recorded: (!at_instants).then(|| format!("{first}{}", self.name)),
            aggregate: statistic.of,
            sample: match self.source {
                Source::Sample(sample) => Some(sample),
                Source::Count(_)
                | Source::Share(_)
                | Source::Rate(_)
                | Source::Found(_)
                | Source::Gaps
                | Source::Level(_)
                | Source::KvUtilization
                | Source::Run(_)
                | Source::Steps(_)
                | Source::Cluster(_) => None,
            },
            level: match self.source {
                Source::Level(level) => Some(level),
                Source::Count(_)
                | Source::Share(_)
                | Source::Rate(_)
                | Source::Sample(_)
                | Source::Found(_)
                | Source::Gaps
                | Source::KvUtilization
                | Source::Run(_)
                | Source::Steps(_)
                | Source::Cluster(_) => None,
            },
            better: self.better,
            only: self.source.only(),
            definition: self.definition,
        }
    }
}
