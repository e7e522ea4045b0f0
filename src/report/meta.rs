//! `run_meta.json`: what a run depends on, so that it can be repeated and told apart.
//!
//! Holds no time of day and no machine: two runs of the same inputs have the same bytes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Format, Report, Written};
use crate::digest::sha256;
use crate::engine::hardware::attained::uncalibrated;

pub(super) static FORMAT: Format = Format {
    name: "meta",
    file: Some("run_meta.json"),
    summary: "seed, version, parameters and hashes of the inputs: what the run depends on",
    written: Written::Afterwards(|report, into| into.write_all(meta(report).as_bytes())),
};

/// A file a run depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Input {
    /// As shown to users, with forward slashes.
    pub path: String,
    /// Of its bytes, in lower-case hexadecimal.
    pub sha256: String,
}

/// The text of `run_meta.json`.
#[must_use]
pub fn meta(report: &Report<'_>) -> String {
    let scenario = report.scenario;
    let settings = serde_json::to_vec(scenario).expect("a scenario is always JSON");
    let document = Document {
        kvs_version: env!("CARGO_PKG_VERSION"),
        case: scenario.case.to_string(),
        seed: report.seed,
        params: scenario.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        tick_ps: 1,
        settings_sha256: sha256(settings.as_slice()).expect("reading memory cannot fail"),
        uncalibrated: uncalibrated(scenario),
        inputs: report.inputs,
    };
    let mut text = serde_json::to_string_pretty(&document).expect("numbers and strings are always JSON");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    kvs_version: &'static str,
    case: String,
    seed: u64,
    params: BTreeMap<&'a str, &'a str>,
    /// The clock's unit.
    tick_ps: u32,
    /// Of the scenario as it was understood, defaults included.
    settings_sha256: String,
    /// GPU types whose timings rest on figures measured on others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    uncalibrated: Vec<&'a str>,
    inputs: &'a [Input],
}
