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
use crate::report::{CaseReport, Results, SnapshotReport, Status};

/// Reads a file, or what a folder holds.
pub(super) fn read(path: &Path) -> Result<Results, HostError> {
    if !path.is_dir() {
        return one(path);
    }
    let mut files = Vec::new();
    find(path, &mut files).map_err(|error| HostError::io(path, error))?;
    files.sort();
    let mut shares = Vec::new();
    let mut known = BTreeSet::new();
    for file in files {
        let mut results = one(&file)?;
        // Of several seeds the first counts, as it does for metrics of a check.
        results.cases.retain(|case| known.insert(case.id.clone()));
        shares.push(results);
    }
    if shares.is_empty() {
        let why =
            "no results in this folder: expected files of `kvs check --report json=…` or a `summary.json`";
        return Err(HostError::io(path, io::Error::new(io::ErrorKind::InvalidData, why)));
    }
    Ok(Results::join(shares).expect("each case was kept once"))
}

/// `*.json` in the folder itself, `summary.json` below it; `run_meta.json` holds no results.
fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json")
            && path.file_name().is_some_and(|name| name != "run_meta.json")
        {
            files.push(path);
        }
    }
    Ok(())
}

fn one(path: &Path) -> Result<Results, HostError> {
    if path.file_name().is_some_and(|name| name == "summary.json") {
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
        snapshot: SnapshotReport { status: "off".to_owned(), difference: None },
        metrics,
        diagnostics: Vec::new(),
        problems: Vec::new(),
        repeat: None,
        uncalibrated: Vec::new(),
        saturation: None,
    };
    Some(Results::new(vec![case], Vec::new(), BTreeSet::new()))
}

/// A number, or the name of one: whether the backlog grew stands there as a word.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| Some(Saturation::named(value.as_str()?)?.value().into()))
}
