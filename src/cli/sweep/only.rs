//! `--where`: the cases that have certain values of what varies.

use std::str::FromStr;

use crate::analysis::suggest::{did_you_mean, nearest};
use crate::check::Suite;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::suite::Selected;
use crate::model::Case;

/// One `--where`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Only {
    name: String,
    values: Vec<String>,
}

/// What scenarios are called among what varies.
const SCENARIO: &str = "scenario";

impl FromStr for Only {
    type Err = String;

    fn from_str(text: &str) -> Result<Only, String> {
        let part = |text: &str| text.trim().to_owned();
        let (name, values) = text.split_once('=').unwrap_or((text, ""));
        let values: Vec<String> = values.split(',').map(part).filter(|value| !value.is_empty()).collect();
        match (part(name), values) {
            (name, values) if !name.is_empty() && !values.is_empty() => Ok(Only { name, values }),
            _ => Err("expected a name and its values, such as `card=l40s,h100_sxm`".to_owned()),
        }
    }
}

/// Leaves the cases that have one of the values of each.
pub(super) fn retain(
    every: &[Only],
    suite: &Suite,
    selected: &mut Selected,
    output: &Output,
) -> Result<(), Exit> {
    let case = |index: usize| &suite.cases[index].scenario.case;
    let axes = axes(selected.iter().map(|(_, index)| case(*index)));
    for Only { name, values } in every {
        let Some((_, known)) = axes.iter().find(|(axis, _)| axis == name) else {
            return Err(unknown_name(name, &axes, output));
        };
        if let Some(unknown) = values.iter().find(|value| !known.iter().any(|known| is_same(known, value))) {
            return Err(unknown_value(name, unknown, known, output));
        }
        let is_meant = |value: &str| values.iter().any(|wanted| is_same(value, wanted));
        selected.retain(|(_, index)| value_of(case(*index), name).is_some_and(is_meant));
    }
    if selected.is_empty() {
        output.error("no case has all these values", Some("leave one `--where` out"));
        return Err(Exit::NOTHING_SELECTED);
    }
    Ok(())
}

/// The parts of a name of a case by its values: `card=l40s, n=2`, or a scenario.
pub(super) fn wanted(name: &str) -> Vec<Only> {
    let part = |part: &str| match part.split_once('=') {
        Some((name, value)) => Only { name: name.trim().to_owned(), values: vec![value.trim().to_owned()] },
        None => Only { name: SCENARIO.to_owned(), values: vec![part.trim().to_owned()] },
    };
    name.split(',').map(part).collect()
}

/// Whether a case has one of the values.
pub(super) fn has(case: &Case, wanted: &Only) -> bool {
    let value = value_of(case, &wanted.name);
    value.is_some_and(|value| wanted.values.iter().any(|wanted| is_same(value, wanted)))
}

/// As it is written for a name: `card=l40s`.
pub(super) fn example(suite: &Suite, name: &str) -> String {
    let value = suite.cases.iter().find_map(|case| value_of(&case.scenario.case, name)).unwrap_or("VALUE");
    match value.contains(' ') {
        true => format!("'{name}={value}'"),
        false => format!("{name}={value}"),
    }
}

/// The first of some names, quoted.
pub(super) fn listed(names: &[String]) -> String {
    const MOST: usize = 8;
    let quoted: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > MOST { format!(" and {} more", names.len() - MOST) } else { String::new() };
    format!("{}{more}", quoted.join(", "))
}

/// What varies, with its values in the order of the cases.
fn axes<'c>(cases: impl Iterator<Item = &'c Case>) -> Vec<(String, Vec<String>)> {
    let mut axes: Vec<(String, Vec<String>)> = Vec::new();
    let mut add = |name: &str, value: &str| {
        let index = axes.iter().position(|(axis, _)| axis == name).unwrap_or_else(|| {
            axes.push((name.to_owned(), Vec::new()));
            axes.len() - 1
        });
        if !axes[index].1.iter().any(|known| known == value) {
            axes[index].1.push(value.to_owned());
        }
    };
    for case in cases {
        case.scenario.iter().for_each(|scenario| add(SCENARIO, scenario));
        case.args.iter().for_each(|(name, value)| add(name, value));
    }
    axes
}

fn value_of<'c>(case: &'c Case, name: &str) -> Option<&'c str> {
    let arg = case.args.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str());
    arg.or_else(|| case.scenario.as_deref().filter(|_| name == SCENARIO))
}

/// Whether a value is meant: as written, blanks aside, or without its unit.
fn is_same(value: &str, wanted: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    let is_number = wanted.parse::<f64>().is_ok();
    letters(value) == letters(wanted) || (is_number && value.split_whitespace().next() == Some(wanted))
}

fn unknown_name(name: &str, axes: &[(String, Vec<String>)], output: &Output) -> Exit {
    let near = did_you_mean(&nearest(name, axes.iter().map(|(axis, _)| axis.as_str())));
    let all = axes.iter().map(|(axis, values)| format!("`{axis}` ({})", values.join(", ")));
    let all: Vec<String> = all.collect();
    let help = match all.is_empty() {
        true => "the file has one case; leave `--where` out".to_owned(),
        false => format!(
            "{}what varies: {}",
            near.map_or_else(String::new, |near| format!("{near} ")),
            all.join(", ")
        ),
    };
    output.error(&format!("`--where`: `{name}` does not vary in this file"), Some(&help));
    Exit::USAGE
}

fn unknown_value(name: &str, value: &str, known: &[String], output: &Output) -> Exit {
    let near = did_you_mean(&nearest(value, known.iter().map(String::as_str)));
    let near = near.map_or_else(String::new, |near| format!("{near} "));
    let help = format!("{near}the values of `{name}`: {}", known.join(", "));
    output.error(&format!("`--where`: no case has `{name}={value}`"), Some(&help));
    Exit::USAGE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        let only: Only = "card = l40s , h100_sxm".parse().expect("right");
        assert_eq!(
            (only.name.as_str(), only.values.as_slice()),
            ("card", &["l40s".to_owned(), "h100_sxm".to_owned()][..])
        );
        for wrong in ["", "card", "card=", "=l40s", "card=,"] {
            assert!(wrong.parse::<Only>().is_err(), "{wrong}");
        }
        assert!(is_same("25 req/s", "25req/s") && is_same("25 req/s", "25") && is_same("p2c", "p2c"));
        assert!(!is_same("25 req/s", "2") && !is_same("p2c choices 3", "p2c"));
    }
}
