//! What every result says whose times rest on figures that were measured on other GPUs.

use crate::engine::hardware::attained::uncalibrated;
use crate::model::Scenario;

/// A sentence for the GPU types of a scenario that no figure was fitted to; `None` where there is none.
#[must_use]
pub fn uncalibrated_note(scenario: &Scenario) -> Option<String> {
    let names = uncalibrated(scenario);
    (!names.is_empty()).then(|| note("", &names.join(", ")))
}

/// The same over several cases, `n_cases` of them affected.
#[must_use]
pub fn uncalibrated_in(n_cases: usize, names: &[String]) -> Option<String> {
    let noun = if n_cases == 1 { "case" } else { "cases" };
    (n_cases > 0).then(|| note(&format!("in {n_cases} {noun} "), &names.join(", ")))
}

fn note(place: &str, names: &str) -> String {
    format!("uncalibrated {place}on {names}: shares and overheads were measured on other GPUs")
}
