//! What came of a whole check, as files for others: one file a format, listed in [`REPORTS`].
//!
//! All are made from [`Results`], which is also what the JSON report holds: shares of a suite can be joined, saved
//! results compared and turned into any other format later. Invariant: nothing in it depends on clocks, machines or
//! the order in which cases ended, so that joining shares gives the bytes of the whole.

mod expectation;
mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod sarif;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

pub use json::read as read_results;

use super::Input;
use super::notes::{saturation_note, uncalibrated_in};
use super::number::Json;
use super::plan::PlanReport;
use super::plot::Plot;
use crate::diagnostics::Located;
use crate::digest::sha256;
use crate::expect;
use crate::metrics::Saturation;

/// One format.
pub struct SuiteFormat {
    /// As in `--report NAME=PATH`.
    pub name: &'static str,
    /// One sentence for lists and docs.
    pub summary: &'static str,
    /// Whether it shows pictures, which cost a little time in every run.
    pub draws: bool,
    /// How it is written.
    pub write: fn(&Results, &Pictures, &mut dyn Write) -> io::Result<()>,
}

/// Every format, in the order shown to users.
pub static REPORTS: &[&SuiteFormat] =
    &[&junit::FORMAT, &json::FORMAT, &sarif::FORMAT, &github::FORMAT, &markdown::FORMAT, &html::FORMAT];

/// The format of that name.
#[must_use]
pub fn suite_format(name: &str) -> Option<&'static SuiteFormat> {
    REPORTS.iter().copied().find(|format| format.name == name)
}

/// What came of a check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// The version of kvs.
    pub kvs: String,
    /// How many cases ended how.
    pub counts: BTreeMap<Status, usize>,
    /// In the order of files and places in them.
    pub cases: Vec<CaseReport>,
    /// What is wrong with files, beside what single cases did.
    pub diagnostics: Vec<Located>,
    /// Files that could not be read, a sentence each.
    pub problems: BTreeSet<String>,
    /// The hash of every file that the results follow from, by its path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, String>,
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything holds.
    Passed,
    /// Every expectation holds, and its first snapshot is pending.
    New,
    /// An expectation does not hold, or the snapshot differs, or is missing in CI.
    Failed,
    /// An expectation had nothing to measure, and none failed.
    NoData,
    /// The scenario asks for what cannot be run.
    Wrong,
    /// A file could not be read or written.
    Unreadable,
    /// A bug of kvs.
    Crashed,
    /// Not run.
    Skipped,
}

impl Status {
    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Status::Passed => "passed",
            Status::New => "new",
            Status::Failed => "failed",
            Status::NoData => "no data",
            Status::Wrong => "wrong",
            Status::Unreadable => "unreadable",
            Status::Crashed => "crashed",
            Status::Skipped => "not run",
        }
    }
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseReport {
    /// Its file below the root.
    pub file: String,
    /// Its place in the file, from 0.
    pub index: usize,
    /// How it is called everywhere.
    pub id: String,
    /// How it ended.
    pub status: Status,
    /// The seed the metrics are of.
    pub seed: u64,
    /// In the order written; empty if it did not run to its end.
    pub expectations: Vec<ExpectationReport>,
    /// How it compares with its snapshot.
    pub snapshot: SnapshotReport,
    /// What the run under the first seed measured.
    pub metrics: BTreeMap<String, Json>,
    /// What failed, at its line.
    pub diagnostics: Vec<Located>,
    /// What else went wrong, a sentence each.
    pub problems: Vec<String>,
    /// The command that shows the failure again.
    pub repeat: Option<String>,
    /// GPU types whose times rest on figures measured on others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncalibrated: Vec<String>,
    /// Whether the backlog was growing when arrivals ended, under the worst seed: `stable`, `backlogged` or `overloaded`;
    /// `None` where too few arrived to judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saturation: Option<String>,
    /// What came of its plan, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanReport>,
}

/// What came of an expectation over all seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectationReport {
    /// As written.
    pub expect: String,
    /// The line it is written in, from 1.
    pub line: usize,
    /// Over all runs.
    pub status: expect::Status,
    /// Of the three numbers.
    pub unit: String,
    /// What was measured in the run that decides: the worst, unless a share of the runs suffices.
    pub value: Option<Json>,
    /// What it was held against.
    pub limit: Option<Json>,
    /// How far apart, positive when it holds.
    pub margin: Option<Json>,
    /// The three for people, and the margin as a share of the limit.
    pub shown: Option<Shown>,
    /// Runs in which it held.
    pub held: usize,
    /// All runs.
    pub runs: usize,
    /// The seed of the worst run.
    pub worst_seed: u64,
    /// The seed of the run that decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deciding_seed: Option<u64>,
    /// In how many runs it holds and which decides, for people; `None` where there is one run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_runs: Option<String>,
    /// When the limit was first exceeded, or why there is no data.
    pub detail: Option<String>,
}

/// Numbers for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// What was measured.
    pub value: String,
    /// What it was held against.
    pub limit: String,
    /// How far apart.
    pub margin: String,
    /// As a share of the limit.
    pub share: Option<String>,
}

/// How a case compares with its snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotReport {
    /// What was found.
    pub status: SnapshotStatus,
    /// The lines that differ.
    pub difference: Option<String>,
}

impl SnapshotReport {
    /// Whether the case failed for it.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.status.is_failure()
    }
}

/// What was found where the snapshot of a case belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotStatus {
    /// Nothing was looked at.
    Off,
    /// The same numbers.
    Same,
    /// What was stored just now.
    Written,
    /// None.
    Missing,
    /// Other numbers.
    Changed,
    /// What could not be read or written.
    Broken,
}

impl SnapshotStatus {
    /// As in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            SnapshotStatus::Off => "off",
            SnapshotStatus::Same => "same",
            SnapshotStatus::Written => "written",
            SnapshotStatus::Missing => "missing",
            SnapshotStatus::Changed => "changed",
            SnapshotStatus::Broken => "broken",
        }
    }

    /// Whether a case fails for it.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        match self {
            SnapshotStatus::Off | SnapshotStatus::Same | SnapshotStatus::Written => false,
            SnapshotStatus::Missing | SnapshotStatus::Changed | SnapshotStatus::Broken => true,
        }
    }
}

/// What only a page shows, and results do not keep.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    /// Texts of files by their names as in diagnostics and by their paths below the root.
    pub sources: BTreeMap<String, String>,
    /// By the id of a case.
    pub plots: BTreeMap<String, Plot>,
}

impl Results {
    /// Of cases and mistakes in any order.
    #[must_use]
    pub fn new(
        mut cases: Vec<CaseReport>,
        mut diagnostics: Vec<Located>,
        problems: BTreeSet<String>,
    ) -> Results {
        cases.sort_by(|one, other| {
            (&one.file, one.index, &one.id).cmp(&(&other.file, other.index, &other.id))
        });
        let mut counts = BTreeMap::new();
        for case in &cases {
            *counts.entry(case.status).or_default() += 1;
        }
        // By place, and among equals by all there is: the order never follows from that of the shares.
        diagnostics.sort_by(|one, other| (&one.place, one).cmp(&(&other.place, other)));
        diagnostics.dedup();
        let kvs = env!("CARGO_PKG_VERSION").to_owned();
        Results { kvs, counts, cases, diagnostics, problems, inputs: BTreeMap::new() }
    }

    /// With the files that they follow from.
    #[must_use]
    pub fn with_inputs(self, inputs: impl IntoIterator<Item = Input>) -> Results {
        let inputs = inputs.into_iter().map(|Input { path, sha256 }| (path, sha256)).collect();
        Results { inputs, ..self }
    }

    /// What the results follow from, in a few characters: `kvs 0.1.0, inputs 3f1c09a2b4d5e6f7`. The same version and the
    /// same inputs give the same results.
    #[must_use]
    pub fn provenance(&self) -> String {
        /// Hexadecimal digits, of 64.
        const SHOWN: usize = 16;
        let version = format!("kvs {}", self.kvs);
        if self.inputs.is_empty() {
            return version;
        }
        let lines: Vec<String> = self.inputs.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect();
        let hash = sha256(lines.concat().as_bytes()).expect("reading memory cannot fail");
        format!("{version}, inputs {}", &hash[..SHOWN])
    }

    /// Joins the results of partitions of one suite; a mistake that each of them reports is kept once.
    ///
    /// # Errors
    /// With the id of a case that is in two of them.
    pub fn join(shares: impl IntoIterator<Item = Results>) -> Result<Results, String> {
        let (mut cases, mut diagnostics, mut problems) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut inputs = BTreeMap::new();
        for share in shares {
            cases.extend(share.cases);
            diagnostics.extend(share.diagnostics);
            problems.extend(share.problems);
            inputs.extend(share.inputs);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = cases.iter().find(|case| !seen.insert(&case.id)) {
            return Err(twice.id.clone());
        }
        Ok(Results { inputs, ..Results::new(cases, diagnostics, problems) })
    }

    /// How many cases ended that way.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.counts.get(&status).copied().unwrap_or(0)
    }

    /// Every diagnostic: of files first, then of cases.
    pub fn all_diagnostics(&self) -> impl Iterator<Item = &Located> {
        self.diagnostics.iter().chain(self.cases.iter().flat_map(|case| &case.diagnostics))
    }

    /// Problems without a place in a file: what could not be read, and bugs.
    pub fn all_problems(&self) -> impl Iterator<Item = &String> {
        self.problems.iter().chain(self.cases.iter().flat_map(|case| &case.problems))
    }

    /// What is to be known of times that rest on figures of other GPUs.
    #[must_use]
    pub fn uncalibrated(&self) -> Option<String> {
        let affected: Vec<_> = self.cases.iter().filter(|case| !case.uncalibrated.is_empty()).collect();
        let names: BTreeSet<String> = affected.iter().flat_map(|case| case.uncalibrated.clone()).collect();
        uncalibrated_in(affected.len(), &Vec::from_iter(names))
    }

    /// The cases whose backlog was growing when arrivals ended.
    #[must_use]
    pub fn saturated(&self) -> Vec<String> {
        let note = |saturation: Saturation| {
            let note = saturation_note(saturation)?;
            let is_so = |case: &&CaseReport| case.saturation.as_deref() == Some(saturation.name());
            let ids: Vec<String> =
                self.cases.iter().filter(is_so).map(|case| format!("`{}`", case.id)).collect();
            (!ids.is_empty()).then(|| format!("{}, {note}", ids.join(", ")))
        };
        [Saturation::Overloaded, Saturation::Backlogged].into_iter().filter_map(note).collect()
    }

    /// `18 passed, 1 failed, 0 no data`, and whatever else happened.
    #[must_use]
    pub fn sentence(&self) -> String {
        let always = [Status::Passed, Status::Failed, Status::NoData];
        let others = [Status::New, Status::Wrong, Status::Unreadable, Status::Crashed, Status::Skipped];
        let others = others.into_iter().filter(|status| self.count(*status) > 0);
        let words = always.into_iter().chain(others);
        words.map(|status| format!("{} {}", self.count(status), status.name())).collect::<Vec<_>>().join(", ")
    }
}
