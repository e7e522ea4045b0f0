//! Tidy CSV: a row a case and seed, a column a parameter, an expectation and a figure, with units in the names.
//!
//! The columns follow from the whole file and what is asked for, never from which cases ran, so that the rows of
//! partitions can be joined. Numbers are as in JSON.

use std::collections::BTreeSet;

use super::column::named_with_unit;
use super::{ParamColumn, Point, Row, Sweep};
use crate::expect::Verdict;
use crate::report::json::{scaled, unit_of};
use crate::report::number::Json;

/// The text, with a header.
#[must_use]
pub fn csv(sweep: &Sweep) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let mut write = |cells: Vec<String>| {
        writer.write_record(cells).expect("memory takes all that is written, and rows are of one length");
    };
    write(header(sweep));
    for row in &sweep.rows {
        for point in &row.points {
            write(cells(sweep, row, Some(point)));
        }
        if row.points.is_empty() {
            write(cells(sweep, row, None));
        }
    }
    let bytes = writer.into_inner().expect("memory takes all that is written");
    String::from_utf8(bytes).expect("all cells are text")
}

fn header(sweep: &Sweep) -> Vec<String> {
    let fixed = ["case", "scenario"].map(str::to_owned);
    let params = sweep.params.iter().map(|param| name(param).0);
    let expectations = sweep.expectations.iter().flat_map(|expectation| {
        let text = &expectation.text;
        let unit = expectation.dimension.map_or("", |dimension| unit_of(dimension).0);
        let unit = if unit.is_empty() { String::new() } else { format!(" in {unit}") };
        [text.clone(), format!("value{unit}: {text}"), format!("margin: {text}")]
    });
    let figures =
        sweep.figures.iter().filter(|figure| figure.is_of_runs()).map(|figure| figure.for_programs().0);
    let fixed = fixed.into_iter().chain(params).chain(["seed", "status"].map(str::to_owned));
    let mut seen = BTreeSet::new();
    // A parameter may have the name of a metric.
    let unique = |name: String| {
        let mut name = name;
        while !seen.insert(name.clone()) {
            name.push('_');
        }
        name
    };
    fixed.chain(expectations).chain(figures).map(unique).collect()
}

fn cells(sweep: &Sweep, row: &Row, point: Option<&Point>) -> Vec<String> {
    let params = sweep.params.iter().zip(&row.settings).map(|(param, setting)| {
        let Some(setting) = setting else { return String::new() };
        match (param.dimension, setting.quantity) {
            (Some(_), Some(quantity)) => number(quantity.value * name(param).1),
            (_, _) => setting.text.clone(),
        }
    });
    let status = point.map_or(row.status.name(), |point| point.status().name());
    let seed = point.map_or_else(String::new, |point| point.seed.to_string());
    let expectations = (0..sweep.expectations.len()).flat_map(|index| {
        let verdict = point.and_then(|point| point.verdicts[index].as_ref());
        verdict.map_or_else(|| [const { String::new() }; 3], judged)
    });
    let shown = sweep.figures.iter().enumerate().filter(|(_, figure)| figure.is_of_runs());
    let figures = shown.map(|(index, figure)| {
        let value = point.and_then(|point| point.figures[index]);
        value.map_or_else(String::new, |value| number(value * figure.for_programs().1))
    });
    let named = [row.id.clone(), row.scenario.clone().unwrap_or_default()].into_iter();
    named.chain(params).chain([seed, status.to_owned()]).chain(expectations).chain(figures).collect()
}

/// Status, value and margin, the last as a share of the limit.
fn judged(verdict: &Verdict) -> [String; 3] {
    let text = |number: Option<Json>| number.map_or_else(String::new, json_text);
    let margin = verdict.relative_margin().map(Json::new);
    [verdict.status.name().to_owned(), text(scaled(verdict).value), text(margin)]
}

/// A parameter's name and the factor from base units; one that is a word in some case is written as it is.
fn name(param: &ParamColumn) -> (String, f64) {
    param
        .dimension
        .map_or_else(|| (param.name.clone(), 1.0), |dimension| named_with_unit(&param.name, dimension))
}

fn number(value: f64) -> String {
    json_text(Json::new(value))
}

fn json_text(number: Json) -> String {
    serde_json::to_string(&number).expect("a number is always JSON")
}
