//! What a table says, in a sentence or two: how many cases hold, the best of them and what it is closest to.

use super::{Row, Sweep};
use crate::report::number::percent_in;

/// The sentences, on one line.
#[must_use]
pub fn sentence(sweep: &Sweep) -> String {
    let mut sentences = vec![how_many(sweep)];
    match sweep.best() {
        Some(best) => sentences.push(the_best(sweep, &sweep.rows[best])),
        None => sentences.extend(nearest(sweep).or_else(|| closest(sweep))),
    }
    let unjudged = sweep.rows.iter().filter(|row| !row.has_run()).count();
    if unjudged > 0 {
        sentences.push(format!("{unjudged} did not run to the end."));
    }
    if sweep.n_left > 0 {
        sentences.push(format!("Interrupted: {} not run.", cases(sweep.n_left)));
    }
    sentences.join(" ")
}

fn cases(n: usize) -> String {
    format!("{n} {}", if n == 1 { "case" } else { "cases" })
}

fn how_many(sweep: &Sweep) -> String {
    let n = sweep.rows.len();
    if sweep.expectations.is_empty() {
        return format!("{}, without expectations.", cases(n));
    }
    match sweep.rows.iter().filter(|row| row.holds()).count() {
        1 if n == 1 => "The case holds.".to_owned(),
        0 if n == 1 => "The case does not hold.".to_owned(),
        0 => format!("None of {} holds.", cases(n)),
        all if all == n => format!("All {} hold.", cases(n)),
        1 => format!("1 of {} holds.", cases(n)),
        held => format!("{held} of {} hold.", cases(n)),
    }
}

fn the_best(sweep: &Sweep, row: &Row) -> String {
    let objective = sweep.objective;
    let figure = &sweep.figures[objective.figure];
    let value = row.figure(objective.figure).map_or(0.0, |spread| spread.mean);
    let value = sweep.scale_of_figure(objective.figure).text(value);
    let most = if objective.maximize { "highest" } else { "lowest" };
    let tightest = tightest(sweep, row, "with a margin of")
        .map_or_else(String::new, |words| format!("; its tightest expectation is {words}"));
    format!("Of these {} has the {most} `{}`, {value}{tightest}.", sweep.label(row), figure.name)
}

/// The case that holds by the least, where none is better than the others.
fn closest(sweep: &Sweep) -> Option<String> {
    let holding = sweep.rows.iter().filter(|row| row.holds());
    let margins = holding.filter_map(|row| Some((row, sweep.tightest(row)?.1)));
    let (row, _) = margins.reduce(|least, other| if other.1 < least.1 { other } else { least })?;
    let tightest = tightest(sweep, row, "with a margin of")?;
    Some(format!("Closest to its limits is {}: {tightest}.", sweep.label(row)))
}

/// The case that misses by the least, where none holds.
fn nearest(sweep: &Sweep) -> Option<String> {
    if sweep.rows.iter().any(Row::holds) {
        return None;
    }
    let margins = sweep.rows.iter().filter_map(|row| Some((row, sweep.tightest(row)?.1)));
    let (row, _) = margins.reduce(|best, other| if other.1 > best.1 { other } else { best })?;
    let tightest = tightest(sweep, row, "beyond its limit by")?;
    Some(format!("{} comes closest: {tightest}.", sweep.label(row)))
}

/// `` `p95_tpot_ms < 40 ms` at 26.1 ms, with a margin of 34.8% ``.
fn tightest(sweep: &Sweep, row: &Row, how_far: &str) -> Option<String> {
    const DIGITS: usize = 3;
    let (expectation, margin) = sweep.tightest(row)?;
    let judged = row.judged[expectation].as_ref()?;
    let value = sweep.scale_of_expectation(expectation).text(judged.deciding.value?);
    // In the table the mean is shown.
    let seed = if judged.runs > 1 { format!(" under seed {}", judged.deciding_seed) } else { String::new() };
    let text = &sweep.expectations[expectation].text;
    Some(format!("`{text}` at {value}{seed}, {how_far} {}", percent_in(margin.abs(), DIGITS)))
}
