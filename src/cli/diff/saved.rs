//! Results that were saved: of `kvs check --report json=…`, or the `summary.json` of `kvs run --out`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::merge;
use crate::host::HostError;
use crate::metrics::{Saturation, lookup};
use crate::report::number::Json;
use crate::report::{CaseReport, Results, SnapshotReport, SnapshotStatus, Status};

/// Reads a file, or what a folder holds.
pub(super) fn read(path: &Path) -> Result<Results, HostError> {
    if !path.is_dir() {
        return one(path);
    }
    let mut files = Vec::new();
    find(path, true, &mut files).map_err(|error| HostError::io(path, error))?;
    files.sort();
    let mut shares = files.iter().map(|file| one(file)).collect::<Result<Vec<Results>, HostError>>()?;
    if shares.is_empty() {
        let why =
            "no results in this folder: expected files of `kvs check --report json=…` or a `summary.json`";
        return Err(HostError::io(path, io::Error::new(io::ErrorKind::InvalidData, why)));
    }
    // Of several seeds the first counts, as it does for metrics of a check.
    let mut first: BTreeMap<String, u64> = BTreeMap::new();
    for case in shares.iter().flat_map(|share| &share.cases) {
        first.entry(case.id.clone()).and_modify(|seed| *seed = case.seed.min(*seed)).or_insert(case.seed);
    }
    for share in &mut shares {
        share
            .cases
            .retain(|case| first.get(&case.id) == Some(&case.seed) && first.remove(&case.id).is_some());
    }
    Ok(Results::join(shares).expect("each case was kept once"))
}

/// `*.json` in the folder itself, `summary.json` below it; `run_meta.json` holds no results. Links to folders are not
/// followed: they may lead back.
fn find(folder: &Path, is_top: bool, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type()?.is_dir() {
            find(&path, false, files)?;
            continue;
        }
        let is_result = match is_top {
            true => path.extension().is_some_and(|extension| extension == "json") && name != "run_meta.json",
            false => name == SUMMARY,
        };
        if is_result && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// What `kvs run --out` calls the numbers of a run.
const SUMMARY: &str = "summary.json";

fn one(path: &Path) -> Result<Results, HostError> {
    if path.file_name().is_some_and(|name| name == SUMMARY) {
        let text = fs::read_to_string(path).map_err(|error| HostError::io(path, error))?;
        return summary(&text).ok_or_else(|| {
            let why = "no summary of `kvs run --out`";
            HostError::io(path, io::Error::new(io::ErrorKind::InvalidData, why))
        });
    }
    merge::read(path)
}

/// The numbers of one run as a result; how it ended is not among them.
fn summary(text: &str) -> Option<Results> {
    let document: Value = serde_json::from_str(text).ok()?;
    let id = document["case"].as_str()?.to_owned();
    let metrics: BTreeMap<String, Json> = document
        .as_object()?
        .iter()
        .filter_map(|(name, value)| Some((lookup(name)?.recorded?, Json::new(number(value)?))))
        .collect();
    let case = CaseReport {
        file: id.split("::").next().unwrap_or_default().to_owned(),
        index: 0,
        id,
        status: Status::Skipped,
        seed: document["seed"].as_u64()?,
        expectations: Vec::new(),
        snapshot: SnapshotReport { status: SnapshotStatus::Off, difference: None },
        metrics,
        diagnostics: Vec::new(),
        problems: Vec::new(),
        repeat: None,
        uncalibrated: Vec::new(),
        saturation: None,
        plan: None,
    };
    Some(Results::new(vec![case], Vec::new(), BTreeSet::new()))
}

/// A number, or the name of one: whether the backlog grew is written as a word.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| Some(Saturation::named(value.as_str()?)?.value().into()))
}
