//! A sweep for programs: every value of every run, and over the runs mean, interval, smallest and largest.
//!
//! Numbers are in the units of their names or in the `unit` beside them; what has no value is `null`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::versus::differences;
use super::{Figure, Objective, ParamColumn, Row, Setting, Sweep};
use crate::expect::{Judgement, Status};
use crate::report::json::{scaled, unit_of};
use crate::report::number::Json;
use crate::report::suite;
use crate::statistics::Spread;

/// The text; with the differences from the case at an index of the rows, where one is given.
#[must_use]
pub fn json(sweep: &Sweep, versus: Option<usize>) -> String {
    let document = Document {
        kvs: env!("CARGO_PKG_VERSION"),
        file: &sweep.file,
        varying: sweep.keys().iter().map(|key| key.name()).filter(|name| *name != "case").collect(),
        objective: objective(sweep),
        best: sweep.best().map(|index| sweep.rows[index].id.as_str()),
        unpriced: &sweep.unpriced,
        not_run: sweep.n_left,
        cases: sweep.rows.iter().map(|row| case(sweep, row)).collect(),
        versus: versus.map(|against| comparison(sweep, against)),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("numbers and strings are always JSON");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    /// The version.
    kvs: &'static str,
    file: &'a str,
    varying: Vec<&'a str>,
    objective: ObjectiveObject<'a>,
    best: Option<&'a str>,
    unpriced: &'a [String],
    not_run: usize,
    cases: Vec<CaseObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    versus: Option<Comparison<'a>>,
}

#[derive(Serialize)]
struct ObjectiveObject<'a> {
    figure: &'a str,
    direction: &'static str,
}

#[derive(Serialize)]
struct CaseObject<'a> {
    id: &'a str,
    scenario: Option<&'a str>,
    params: BTreeMap<&'a str, ParamObject<'a>>,
    status: suite::Status,
    saturation: Option<&'static str>,
    uncalibrated: &'a [String],
    seeds: Vec<u64>,
    expectations: Vec<ExpectationObject<'a>>,
    figures: BTreeMap<String, Values>,
}

#[derive(Serialize)]
struct ParamObject<'a> {
    text: &'a str,
    value: Option<Json>,
    unit: &'static str,
}

#[derive(Serialize)]
struct ExpectationObject<'a> {
    expect: &'a str,
    status: Status,
    unit: &'static str,
    limit: Option<Json>,
    /// Of the run that decides.
    margin: Option<Json>,
    relative_margin: Option<Json>,
    deciding_seed: u64,
    held: usize,
    statuses: Vec<Option<Status>>,
    #[serde(flatten)]
    values: Values,
}

/// A number in every run, in the order of the seeds, and over them.
#[derive(Serialize)]
struct Values {
    values: Vec<Option<Json>>,
    over_seeds: Option<SpreadObject>,
}

#[derive(Serialize)]
struct SpreadObject {
    n: usize,
    mean: Json,
    /// The 95% interval of the mean; `null` of a single run.
    low: Option<Json>,
    high: Option<Json>,
    min: Json,
    max: Json,
}

#[derive(Serialize)]
struct Comparison<'a> {
    case: &'a str,
    differences: Vec<DifferenceObject<'a>>,
}

#[derive(Serialize)]
struct DifferenceObject<'a> {
    case: &'a str,
    seeds: Vec<u64>,
    expectations: Vec<ExpectationDifference<'a>>,
    figures: BTreeMap<String, Option<SpreadObject>>,
}

#[derive(Serialize)]
struct ExpectationDifference<'a> {
    expect: &'a str,
    unit: &'static str,
    difference: Option<SpreadObject>,
}

fn objective(sweep: &Sweep) -> ObjectiveObject<'_> {
    let Objective { figure, maximize, is_asked: _ } = sweep.objective;
    let direction = if maximize { "maximize" } else { "minimize" };
    ObjectiveObject { figure: &sweep.figures[figure].name, direction }
}

fn case<'a>(sweep: &'a Sweep, row: &'a Row) -> CaseObject<'a> {
    let params = sweep.params.iter().zip(&row.settings);
    let of_figures = figures(sweep).map(|(index, figure)| {
        let (name, factor) = figure.for_programs();
        let values = row.points.iter().map(|point| point.figures[index]).collect();
        (name, of_runs(values, row.figure(index), factor))
    });
    let judged = row.judged.iter().enumerate().filter_map(|(index, judged)| Some((index, judged.as_ref()?)));
    CaseObject {
        id: &row.id,
        scenario: row.scenario.as_deref(),
        params: params
            .filter_map(|(param, setting)| Some((param.name.as_str(), of_param(param, setting.as_ref()?))))
            .collect(),
        status: row.status,
        saturation: row.saturation.map(crate::metrics::Saturation::name),
        uncalibrated: &row.uncalibrated,
        seeds: row.points.iter().map(|point| point.seed).collect(),
        expectations: judged.map(|(index, judged)| of_expectation(sweep, row, index, judged)).collect(),
        figures: of_figures.collect(),
    }
}

fn figures(sweep: &Sweep) -> impl Iterator<Item = (usize, &Figure)> {
    sweep.figures.iter().enumerate().filter(|(_, figure)| figure.is_of_runs())
}

fn of_param<'a>(param: &ParamColumn, setting: &'a Setting) -> ParamObject<'a> {
    let quantity = setting.quantity.filter(|_| param.dimension.is_some());
    let (unit, factor) = quantity.map_or(("", 1.0), |quantity| unit_of(quantity.dimension));
    let value = quantity.map(|quantity| Json::new(quantity.value * factor));
    ParamObject { text: &setting.text, value, unit }
}

fn of_expectation<'a>(
    sweep: &'a Sweep,
    row: &Row,
    index: usize,
    judged: &Judgement,
) -> ExpectationObject<'a> {
    let of_deciding = scaled(&judged.deciding);
    let verdicts = || row.points.iter().map(|point| point.verdicts[index].as_ref());
    let dimension =
        verdicts().flatten().find(|verdict| verdict.value.is_some()).map(|verdict| verdict.dimension);
    let (unit, factor) = dimension.map_or(("", 1.0), unit_of);
    let values = verdicts().map(|verdict| verdict.and_then(|verdict| verdict.value)).collect();
    ExpectationObject {
        expect: &sweep.expectations[index].text,
        status: judged.status,
        unit,
        limit: of_deciding.limit,
        margin: of_deciding.margin,
        relative_margin: judged.deciding.relative_margin().map(Json::new),
        deciding_seed: judged.deciding_seed,
        held: judged.held,
        statuses: verdicts().map(|verdict| verdict.map(|verdict| verdict.status)).collect(),
        values: of_runs(values, row.value(index), factor),
    }
}

fn of_runs(values: Vec<Option<f64>>, spread: Option<Spread>, factor: f64) -> Values {
    let values = values.into_iter().map(|value| value.map(|value| Json::new(value * factor))).collect();
    Values { values, over_seeds: spread.map(|spread| of_spread(spread, factor)) }
}

fn of_spread(spread: Spread, factor: f64) -> SpreadObject {
    let number = |value: f64| Json::new(value * factor);
    SpreadObject {
        n: spread.n,
        mean: number(spread.mean),
        low: spread.half_width.map(|half_width| number(spread.mean - half_width)),
        high: spread.half_width.map(|half_width| number(spread.mean + half_width)),
        min: number(spread.min),
        max: number(spread.max),
    }
}

fn comparison(sweep: &Sweep, against: usize) -> Comparison<'_> {
    let other = &sweep.rows[against];
    let rows = sweep.rows.iter().filter(|row| row.id != other.id);
    let difference = |row: &'_ Row| {
        let found = differences(sweep, row, other);
        let of_expectation = |(index, spread): (usize, &Option<Spread>)| {
            let verdicts = || row.points.iter().filter_map(|point| point.verdicts[index].as_ref());
            let dimension =
                verdicts().find(|verdict| verdict.value.is_some()).map(|verdict| verdict.dimension);
            let (unit, factor) = dimension.map_or(("", 1.0), unit_of);
            let difference = spread.map(|spread| of_spread(spread, factor));
            ExpectationDifference { expect: &sweep.expectations[index].text, unit, difference }
        };
        let of_figure = |(index, figure): (usize, &Figure)| {
            let (name, factor) = figure.for_programs();
            (name, found.figures[index].map(|spread| of_spread(spread, factor)))
        };
        let expectations = found.expectations.iter().enumerate().map(of_expectation).collect();
        (found.seeds.clone(), expectations, figures(sweep).map(of_figure).collect())
    };
    let differences = rows.map(|row| {
        let (seeds, expectations, figures) = difference(row);
        DifferenceObject { case: &row.id, seeds, expectations, figures }
    });
    Comparison { case: &other.id, differences: differences.collect() }
}
