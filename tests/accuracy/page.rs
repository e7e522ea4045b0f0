//! docs/reference/accuracy.md is what its command would write: the figures, each row's errors, and the runs replayed.
//!
//! Only the fits are not repeated here. A change of the engine that moves an error by more than a percentage point has
//! to write the page anew.

use kvs::engine::hardware::attained::{CHIPS, PARAMETERS};
use kvs::model::Choice;

use crate::data;
use crate::measured::servers;
use crate::replay;

const PAGE: &str = include_str!("../../docs/reference/accuracy.md");

/// How far an error may be from the page's, in percentage points.
const NEAR: f64 = 1.0;

/// The cells of the row that begins so, below a heading.
fn cells(heading: &str, first: &str) -> Vec<&'static str> {
    let (_, section) = PAGE.split_once(heading).expect("the page has the heading");
    let begin = format!("| {first} |");
    let line = section.lines().find(|line| line.starts_with(&begin));
    let line = line.unwrap_or_else(|| panic!("no row {first} below {heading}"));
    line.trim_matches('|').split('|').map(str::trim).collect()
}

/// The numbers before a per cent sign, in order.
fn per_cents(text: &str) -> Vec<f64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .windows(2)
        .filter(|pair| pair[1].trim_end_matches(',') == "%")
        .map(|pair| pair[0].parse().expect("a number before the sign"))
        .collect()
}

/// A value as the page shows it, in seconds or as a share.
fn value(cell: &str) -> f64 {
    match cell.strip_suffix(" us") {
        Some(micros) => micros.parse::<f64>().expect("microseconds") / 1e6,
        None => cell.parse().expect("a share"),
    }
}

#[test]
fn figures_in_force_are_those_fitted() {
    let chip = CHIPS.iter().find(|chip| chip.gpu == "a100_sxm_80gb").expect("it is listed");
    let figures = PARAMETERS.iter().map(|parameter| (parameter.field.name.to_owned(), parameter.fitted));
    let factors = [("slowdown", chip.slowdown), ("cache", chip.cache)];
    let factors = factors.map(|(name, value)| (format!("`{}`: {name}", chip.gpu), value));
    for (name, in_force) in figures.chain(factors) {
        let cells = cells("## The figures", &name);
        let [fitted, stated] = [cells[3], cells[4]].map(value);
        assert!((stated / in_force - 1.0).abs() < 1e-3, "{name}: {in_force}, the page says {stated}");
        assert!((fitted / in_force - 1.0).abs() < 0.01, "{name}: {in_force}, fitted {fitted}");
    }
}

#[test]
fn rows_are_those_of_the_page() {
    let Some(data) = data::folder("rows_are_those_of_the_page") else { return };
    let table = std::fs::read_to_string(data.join("measured/calibration.csv")).expect("part of the data");
    for server in servers(&table) {
        let predicted = server.predict(&Choice::named("roofline"), 1);
        for (stage, means) in server.stages.iter().zip(predicted) {
            let row = format!("{}/{}", server.experiment, stage.number);
            let stated = per_cents(&cells("## With the figures in force", &row).join(" "));
            let found = means.errors(stage.measured).map(|error| error * 100.0);
            assert_near(&row, &found, &stated);
        }
    }
}

#[test]
fn replayed_runs_are_those_of_the_page() {
    let Some(data) = data::folder("replayed_runs_are_those_of_the_page") else { return };
    let table = replay::table(&data).expect("part of the data");
    let mut n_runs = 0;
    for line in table.lines().skip(2) {
        let run = line.trim_matches('|').split('|').next().expect("a first cell").trim();
        let stated = per_cents(&cells("## GPUs that were not measured", run).join(" "));
        // Whole per cents, either of which may be half a point off.
        assert_near(run, &per_cents(line), &stated);
        n_runs += 1;
    }
    assert_eq!(n_runs, 4);
}

fn assert_near(row: &str, found: &[f64], stated: &[f64]) {
    assert_eq!(found.len(), stated.len(), "{row}");
    assert!(!found.is_empty(), "{row}");
    let near = found.iter().zip(stated).all(|(found, stated)| (found - stated).abs() <= NEAR);
    assert!(near, "{row}: found {found:.1?}, the page says {stated:.1?}");
}
