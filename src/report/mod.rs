//! Outcome to bytes: one file a format, listed in [`FORMATS`].
//!
//! Formats over a finished run take a [`Report`]; those that log a run as it goes are engine sinks. Nothing here
//! opens a file or looks at a clock. Invariant: the same run gives the same bytes.

pub mod number;
pub mod plot;
pub mod sweep;
pub mod trace;
pub mod verdicts;

mod csv;
mod diff;
mod events;
mod figures;
mod human;
mod json;
mod line;
mod markdown;
mod meta;
mod notes;
mod paths;
mod plan;
mod requests;
mod snapshot;
mod suite;

pub use csv::TimeSeries;
pub use diff::{
    CaseChange, Change, Chosen, Comparison, Gate, Selection, ShownChange, Way, change_of_lines, compare,
    markdown as diff_markdown, table as diff_table,
};
pub use events::EventLog;
pub use figures::figures;
pub use human::{human, over_seeds};
pub use json::json;
pub use line::one_line;
pub use meta::{Input, meta};
pub use notes::{saturation_note, uncalibrated_in, uncalibrated_note};
pub use paths::paths;
pub use plan::{
    AimReport, AimValue, CandidateReport, CombinationReport, ContradictionReport, PlanOutcome, PlanReport,
    plan_sentence, plan_snapshot, plan_text, plan_why,
};
pub use plot::{Plot, Sketch};
pub use requests::Requests;
pub use snapshot::{snapshot, snapshot_metrics};
pub use suite::{
    CaseReport, ExpectationReport, Pictures, REPORTS, Results, Shown, SnapshotReport, SnapshotStatus, Status,
    SuiteFormat, read_results, suite_format,
};

use std::io::{self, Write};

use crate::expect::Verdict;
use crate::metrics::Outcome;
use crate::model::Scenario;

/// One run with its verdicts.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// What ran.
    pub scenario: &'a Scenario,
    /// Under which seed.
    pub seed: u64,
    /// What was measured.
    pub outcome: &'a Outcome,
    /// Of the scenario's expectations, in their order.
    pub verdicts: &'a [Verdict],
    /// The files the run depends on.
    pub inputs: &'a [Input],
}

/// One format.
pub struct Format {
    /// What it is called.
    pub name: &'static str,
    /// The file `kvs run --out` writes; `None` for formats that go elsewhere.
    pub file: Option<&'static str>,
    /// One sentence for lists and docs.
    pub summary: &'static str,
    /// How it is written.
    pub written: Written,
}

/// How a format is written.
pub enum Written {
    /// From the report, when the run is over.
    Afterwards(fn(&Report<'_>, &mut dyn Write) -> io::Result<()>),
    /// By a sink, while it runs.
    Meanwhile,
}

/// Every format, in the order shown to users.
pub static FORMATS: &[&Format] = &[
    &human::FORMAT,
    &json::FORMAT,
    &csv::FORMAT,
    &events::FORMAT,
    &requests::FORMAT,
    &meta::FORMAT,
    &snapshot::FORMAT,
];
