//! What a place wants, and how it is said in words.

use crate::model::{Bound, Field, Form};
use crate::units::{Dimension, UNITS, Unit, unit};

/// What a place wants.
#[derive(Clone, Copy)]
pub(in crate::analysis) struct Expected<'a> {
    /// What it measures.
    pub(in crate::analysis) dimension: Dimension,
    /// What a number without a unit means.
    pub(in crate::analysis) bare: Bare,
    /// The values allowed, in base units.
    pub(in crate::analysis) bound: Bound,
    /// The key or argument, as written: `vram`.
    pub(in crate::analysis) what: &'a str,
}

/// What a number without a unit means.
#[derive(Clone, Copy)]
pub(in crate::analysis) enum Bare {
    /// A count or a factor.
    Count,
    /// The unit the name of the place ends in.
    UnitOfName(&'static Unit),
    /// Nothing: a unit must be written.
    Refused,
}

impl<'a> Expected<'a> {
    /// What a field expects under the name it is written with, in a place of that dimension.
    pub(in crate::analysis) fn of(field: &Field, name: &'a str, place: Dimension) -> Expected<'a> {
        match field.form {
            Form::Share => Expected::share(name, field.bound),
            Form::Factor => Expected::factor(name, field.bound),
            form => Expected::new(name, form.dimension(place), field.bound),
        }
    }

    /// A quantity of that dimension. A bare number is allowed for counts and tokens, and where the name ends in a
    /// unit of the dimension.
    pub(in crate::analysis) fn new(what: &'a str, dimension: Dimension, bound: Bound) -> Expected<'a> {
        let bare = match unit_of_name(what, dimension) {
            Some(unit) => Bare::UnitOfName(unit),
            None if dimension.is_count() => Bare::Count,
            None => Bare::Refused,
        };
        Expected { dimension, bare, bound, what }
    }

    /// A share: `90%`, never a bare number.
    pub(in crate::analysis) fn share(what: &'a str, bound: Bound) -> Expected<'a> {
        Expected { dimension: Dimension::NUMBER, bare: Bare::Refused, bound, what }
    }

    /// A factor: `0.8` or `80%`.
    pub(in crate::analysis) fn factor(what: &'a str, bound: Bound) -> Expected<'a> {
        Expected { dimension: Dimension::NUMBER, bare: Bare::Count, bound, what }
    }
}

/// The unit a name ends in, if it is one of the dimension: `vram_bytes`, `queue_timeout_ms`.
pub(in crate::analysis) fn unit_of_name(name: &str, dimension: Dimension) -> Option<&'static Unit> {
    const ENDINGS: &[(&str, &str)] = &[
        ("_bytes", "B"),
        ("_bytes_per_token", "B"),
        ("_per_sec", "tok/s"),
        ("_per_sec", "req/s"),
        ("_per_sec", "B/s"),
        ("_usd", "$"),
        ("_usd_per_hour", "$/h"),
        ("_ms", "ms"),
        ("_us", "us"),
        ("_secs", "s"),
    ];
    ENDINGS
        .iter()
        .filter(|(ending, _)| name.ends_with(ending))
        .filter_map(|(_, spelt)| unit(spelt))
        .find(|unit| unit.dimension == dimension)
}

/// What a place wants, in words: `a time`, `a share`.
pub(in crate::analysis) fn wanted(expected: Expected<'_>) -> String {
    if expected.dimension == Dimension::NUMBER && matches!(expected.bare, Bare::Refused) {
        "a share".to_owned()
    } else {
        expected.dimension.to_string()
    }
}

/// A value in base units as a person would write it: `80 GB`, `1.5 s`, `16`.
pub(in crate::analysis) fn display(value: f64, dimension: Dimension) -> String {
    let mut units: Vec<&Unit> = UNITS
        .iter()
        .filter(|unit| unit.dimension == dimension && unit.name != "%" && !unit.name.contains("ib"))
        .filter(|unit| !unit.name.contains("iB") && !unit.name.contains("b/s"))
        .collect();
    units.sort_by(|left, right| right.to_base(1.0).total_cmp(&left.to_base(1.0)));
    let fits = units.iter().find(|unit| value.abs() >= unit.to_base(1.0)).or(units.last());
    match fits {
        Some(unit) if value != 0.0 => format!("{} {}", number_text(unit.of_base(value)), unit.name),
        _ => number_text(value),
    }
}

/// A value of a dimension, as it would be written.
pub(in crate::analysis) fn dimension_example(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::TIME => "500 ms",
        Dimension::DATA => "80 GB",
        Dimension::BANDWIDTH => "300 GB/s",
        Dimension::TOKENS => "512",
        Dimension::TOKEN_RATE => "2000 tok/s",
        Dimension::REQUEST_RATE => "5 req/s",
        Dimension::COMPUTE => "989 TFLOPS",
        Dimension::MONEY => "10 $",
        Dimension::PRICE => "2.50 $/h",
        _ => "4",
    }
}

/// A number without a trail of digits from binary fractions.
pub(in crate::analysis) fn number_text(value: f64) -> String {
    if value.abs() >= 1e21 {
        return format!("{value:e}");
    }
    let rounded = libm::round(value * 1e6) / 1e6;
    if value.abs() < 1e12 && (rounded - value).abs() <= value.abs() * 1e-9 {
        format!("{rounded}")
    } else {
        format!("{value}")
    }
}

/// The unit that a time is usually written in: seconds for a run, milliseconds for a token, microseconds for a layer.
pub(in crate::analysis) fn usual_unit_of_time(what: &str) -> &'static str {
    const IN_MILLISECONDS: &[&str] = &["ttft", "tpot", "latency", "base", "before_queue"];
    const IN_MICROSECONDS: &[&str] =
        &["per_layer", "per_prompt_token", "per_context_token", "per_request", "per_message"];
    match what {
        _ if IN_MILLISECONDS.contains(&what) => "ms",
        _ if IN_MICROSECONDS.contains(&what) => "us",
        _ => "s",
    }
}

/// The units to offer where one is missing, the most likely first.
pub(in crate::analysis) fn usual_units(expected: Expected<'_>) -> Vec<&'static str> {
    if expected.dimension == Dimension::TIME {
        return match usual_unit_of_time(expected.what) {
            "ms" => vec!["ms", "s", "us"],
            "us" => vec!["us", "ms", "s"],
            _ => vec!["s", "ms", "min", "h"],
        };
    }
    UNITS.iter().filter(|unit| unit.dimension == expected.dimension).map(|unit| unit.name).take(4).collect()
}

/// A value for what is called so, as it would be written.
pub(in crate::analysis) fn example_of(what: &str, dimension: Dimension) -> &'static str {
    match (dimension, usual_unit_of_time(what)) {
        (Dimension::TOKEN_RATE, _) if what == "decode_per_request" => "60 tok/s",
        (Dimension::TIME, "s") => "10 s",
        (Dimension::TIME, "us") => "10 us",
        _ => dimension_example(dimension),
    }
}
