//! What came of the cases.

use std::collections::BTreeMap;

use super::{Golden, Suite};
use crate::diagnostics::Diagnostic;
use crate::expect::{Judgement, Status};
use crate::host::HostError;
use crate::metrics::Saturation;
use crate::report::PlanReport;

/// What came of one case over all its seeds.
#[derive(Debug)]
pub struct CaseResult {
    /// Index of its file.
    pub suite: usize,
    /// Index in its file.
    pub case: usize,
    /// How it is called everywhere.
    pub id: String,
    /// The worst that happened.
    pub ending: Ending,
    /// Each expectation, in the order written; empty if it did not run to its end.
    pub expectations: Vec<Judgement>,
    /// How it compares with its snapshot.
    pub golden: Golden,
    /// Failures as diagnostics: unmet expectations, what is not simulated, unreadable traces.
    pub diagnostics: Vec<Diagnostic>,
    /// That the snapshot is missing or differs.
    pub snapshot_failure: Option<Diagnostic>,
    /// Files that could not be read or written on the way.
    pub problems: Vec<HostError>,
    /// The command that shows the failure again, of several the first; an unmet expectation has its own.
    pub repeat: Option<String>,
    /// GPU types whose times rest on figures measured on others.
    pub uncalibrated: Vec<String>,
    /// Whether the backlog was growing when arrivals ended, under the worst seed; `None` where too few arrived to judge.
    pub saturation: Option<Saturation>,
    /// What came of its plan, of a case that has one and was solved.
    pub plan: Option<Box<PlanReport>>,
}

/// How a case ended, from best to worst.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Everything holds.
    Passed,
    /// Every expectation holds, and its first snapshot is pending. In CI this is a failure.
    New,
    /// An expectation had nothing to measure, and none failed.
    NoData,
    /// An expectation does not hold, or the snapshot differs, or is missing in CI.
    Failed,
    /// The scenario asks for what cannot be run.
    Wrong,
    /// A file could not be read or written.
    Unreadable,
    /// A bug of ours.
    Crashed(String),
    /// Not run: an earlier case failed, or the run was interrupted.
    Skipped,
}

impl Ending {
    /// Whether the case makes a command fail.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        !matches!(self, Ending::Passed | Ending::New | Ending::Skipped)
    }

    /// Whether something beside its expectations went wrong.
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        match self {
            Ending::Wrong | Ending::Unreadable | Ending::Crashed(_) => true,
            Ending::Passed | Ending::New | Ending::NoData | Ending::Failed | Ending::Skipped => false,
        }
    }

    /// Whether the case ran to its end under every seed, so that what it measured can be read.
    #[must_use]
    pub const fn has_numbers(&self) -> bool {
        match self {
            Ending::Passed | Ending::New | Ending::NoData | Ending::Failed | Ending::Unreadable => true,
            Ending::Wrong | Ending::Crashed(_) | Ending::Skipped => false,
        }
    }
}

impl CaseResult {
    /// Of a case of which nothing is known yet.
    pub(super) fn of(suite_index: usize, case: usize, suite: &Suite) -> CaseResult {
        CaseResult {
            suite: suite_index,
            case,
            id: suite.id(case),
            ending: Ending::Passed,
            expectations: Vec::new(),
            golden: Golden::Off,
            diagnostics: Vec::new(),
            snapshot_failure: None,
            problems: Vec::new(),
            repeat: None,
            uncalibrated: Vec::new(),
            saturation: None,
            plan: None,
        }
    }

    /// The commands that show its failures again, each once: the runs that decide may have different seeds.
    #[must_use]
    pub fn repeats(&self) -> Vec<&str> {
        let mut commands: Vec<&str> = Vec::new();
        for command in
            self.repeat.as_deref().into_iter().chain(self.diagnostics.iter().filter_map(Diagnostic::repeat))
        {
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
        commands
    }

    /// The worst of expectations and snapshot.
    pub(super) fn judge(expectations: &[Judgement], golden: &Golden) -> Ending {
        let of_expectations = expectations.iter().map(|judged| match judged.status {
            Status::Pass => Ending::Passed,
            Status::NoData => Ending::NoData,
            Status::Fail => Ending::Failed,
        });
        let of_golden = match golden {
            Golden::Off | Golden::Same | Golden::Written(_) => Ending::Passed,
            Golden::Missing { pending: Some(_), .. } => Ending::New,
            Golden::Missing { pending: None, .. } | Golden::Changed { .. } => Ending::Failed,
            Golden::Broken(_) => Ending::Unreadable,
        };
        of_expectations.chain([of_golden]).max().expect("the snapshot's is always there")
    }
}

/// Cases by how they ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    counts: BTreeMap<Ending, usize>,
}

impl Tally {
    /// Counts one more; crashes are counted together.
    pub fn add(&mut self, ending: &Ending) {
        let kind = match ending {
            Ending::Crashed(_) => Ending::Crashed(String::new()),
            other => other.clone(),
        };
        *self.counts.entry(kind).or_default() += 1;
    }

    /// How many ended that way.
    #[must_use]
    pub fn of(&self, ending: &Ending) -> usize {
        self.counts.get(ending).copied().unwrap_or(0)
    }

    /// Cases that crashed.
    #[must_use]
    pub fn crashed(&self) -> usize {
        self.of(&Ending::Crashed(String::new()))
    }
}
