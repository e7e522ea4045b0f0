//! A metric: its definition, and what an expectation may do with it.

use super::{facts, wrapped};
use crate::metrics::{Aggregate, Better, Kind, MetricInfo, statistics_of};
use crate::model::Batching;

/// The page of a metric.
pub(super) fn page(info: &MetricInfo) -> String {
    let statistic = match info.aggregate {
        Aggregate::Itself if info.at_instants => {
            "the value at each instant, for `always`, `eventually` and `for`".to_owned()
        }
        Aggregate::Itself => String::new(),
        Aggregate::Mean if info.kind == Kind::Level => "the mean over time".to_owned(),
        Aggregate::Mean => "the arithmetic mean".to_owned(),
        Aggregate::Min => "the smallest".to_owned(),
        Aggregate::Max => "the largest".to_owned(),
        Aggregate::Quantile(per_mille) => {
            format!("the {} percentile, nearest rank", ordinal(f64::from(per_mille) / 10.0))
        }
        Aggregate::Integral => "summed up over time".to_owned(),
        Aggregate::MeanPerGpu => "the mean over time, per GPU".to_owned(),
    };
    let unit = info.unit.map_or("none, it is a count".to_owned(), |unit| format!("`{}`", unit.name));
    let better = match info.better {
        Better::Higher => "higher",
        Better::Lower => "lower",
        Better::Neither => "neither, so no gate can check it",
    };
    let selectors = match info.kind {
        Kind::Requests => "`for WORKLOAD`, `on GPU`, `during A .. B`, `after T`, `over windows of T`",
        Kind::Gaps => "`for WORKLOAD`, `on GPU`",
        Kind::Level => "`on GPU`, `during A .. B`, `after T`",
        Kind::Run => "none, it is one number per run",
    };
    let only = match info.only {
        None => "",
        Some(Batching::Phases) => "`batching phases`",
        Some(Batching::Continuous) => "`batching continuous`",
    };
    let recorded = info.recorded.clone().filter(|name| *name != info.name).unwrap_or_default();
    let mut others = statistics_of(&info.name);
    others.retain(|other| *other != info.name);
    let rows = [
        ("statistic", statistic),
        ("unit", unit),
        ("better", better.to_owned()),
        ("selectors", selectors.to_owned()),
        ("only with", only.to_owned()),
        ("the same as", recorded),
        ("see also", others.join(", ")),
    ];
    format!("{}\n{}\n", facts(&info.name, "metric", &rows), wrapped(&sentence(info.definition)))
}

/// 95 as `95th`, 99.9 as `99.9th`, 50 as `50th`.
fn ordinal(number: f64) -> String {
    format!("{number}th")
}

/// A definition as a sentence of its own.
fn sentence(definition: &str) -> String {
    let mut characters = definition.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    let text: String = first.chain(characters).collect();
    if text.ends_with('.') { text } else { format!("{text}.") }
}
