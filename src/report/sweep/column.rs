//! The columns that a file makes: its parameters, and its expectations.

use crate::metrics::lookup;
use crate::model::{Comparison, Condition, Expectation, Term};
use crate::units::{Dimension, Quantity};

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamColumn {
    /// Its name.
    pub name: String,
    /// Whether it differs between the cases.
    pub varies: bool,
    /// What it measures; `None` where it is a word in some case, or of two dimensions.
    pub dimension: Option<Dimension>,
}

/// A parameter's value in a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// As written.
    pub text: String,
    /// In base units, where it is a number or a quantity.
    pub quantity: Option<Quantity>,
}

/// An expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectationColumn {
    /// As written, on one line.
    pub text: String,
    /// What its values measure, where that follows from its text alone.
    pub dimension: Option<Dimension>,
    /// Whether it is an equality: one that holds is never close to failing, as far as its margin says.
    pub is_equality: bool,
}

impl ExpectationColumn {
    /// The column of an expectation.
    #[must_use]
    pub fn of(expectation: &Expectation) -> ExpectationColumn {
        let metric = match &expectation.condition {
            Condition::Compare { left: Term::Metric(metric), .. }
            | Condition::Within { left: Term::Metric(metric), .. } => lookup(&metric.name),
            _ => None,
        };
        let is_equality = matches!(
            expectation.condition,
            Condition::Compare { operator: Comparison::Equal | Comparison::NotEqual, .. }
        );
        let dimension = metric.map(|info| info.dimension);
        ExpectationColumn { text: expectation.text.clone(), dimension, is_equality }
    }
}

impl ParamColumn {
    /// A parameter with its settings in all cases.
    #[must_use]
    pub fn of(name: &str, varies: bool, settings: &[Option<&Setting>]) -> ParamColumn {
        let mut dimensions =
            settings.iter().flatten().map(|setting| setting.quantity.map(|quantity| quantity.dimension));
        let first = dimensions.next().flatten();
        let is_one = dimensions.all(|other| other == first);
        ParamColumn { name: name.to_owned(), varies, dimension: first.filter(|_| is_one) }
    }
}

/// Base units, or the ones that names of metrics end in, for programs: the end of a name and how many of it a base unit
/// has. `None` for dimensions without a name.
pub(super) fn unit_for_programs(dimension: Dimension) -> Option<(&'static str, f64)> {
    Some(match dimension {
        Dimension::NUMBER => ("", 1.0),
        Dimension::TIME => ("_ms", 1e3),
        Dimension::DATA => ("_bytes", 1.0),
        Dimension::BANDWIDTH => ("_bytes_per_sec", 1.0),
        Dimension::TOKENS => ("_tokens", 1.0),
        Dimension::TOKEN_RATE => ("_tokens_per_sec", 1.0),
        Dimension::REQUEST_RATE => ("_requests_per_sec", 1.0),
        Dimension::COMPUTE => ("_flops", 1.0),
        Dimension::MONEY => ("_usd", 1.0),
        Dimension::PRICE => ("_usd_per_hour", 3600.0),
        _ => return None,
    })
}

/// A name that ends in its unit, and the factor from base units.
pub(super) fn named_with_unit(name: &str, dimension: Dimension) -> (String, f64) {
    let (unit, factor) = unit_for_programs(dimension).unwrap_or(("", 1.0));
    let says_the_time = dimension == Dimension::PRICE && name.ends_with("_per_hour");
    let named = match name.ends_with(unit) {
        true => name.to_owned(),
        false if says_the_time => format!("{name}_usd"),
        false => format!("{name}{unit}"),
    };
    (named, factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_programs_end_in_their_unit_once() {
        let named = |name: &str, dimension| named_with_unit(name, dimension).0;
        assert_eq!(named("n", Dimension::NUMBER), "n");
        assert_eq!(named("rate", Dimension::REQUEST_RATE), "rate_requests_per_sec");
        assert_eq!(named("p95_ttft_ms", Dimension::TIME), "p95_ttft_ms");
        assert_eq!(named("cost_per_hour", Dimension::PRICE), "cost_per_hour_usd");
        assert_eq!(named("price", Dimension::PRICE), "price_usd_per_hour");
        assert_eq!(named("throughput_tokens_per_sec", Dimension::TOKEN_RATE), "throughput_tokens_per_sec");
    }

    #[test]
    fn a_parameter_has_a_dimension_where_it_has_one_in_every_case() {
        let setting = |text: &str, quantity| Setting { text: text.to_owned(), quantity };
        let (two, word) = (setting("2", Some(Quantity::number(2.0))), setting("l40s", None));
        let dimension = |settings: &[Option<&Setting>]| ParamColumn::of("n", true, settings).dimension;
        assert_eq!(dimension(&[Some(&two), None, Some(&two)]), Some(Dimension::NUMBER));
        assert_eq!(dimension(&[Some(&two), Some(&word)]), None);
        assert_eq!(dimension(&[Some(&word), Some(&two)]), None);
        assert_eq!(dimension(&[]), None);
    }
}
