//! What `kvs run` keeps of each run: the summary for the terminal, its place in a table, and the files of `--out`.

mod logs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

pub(super) use logs::Outputs;

use self::logs::{Logs, begin_logs, end_logs, write_formats};
use super::suite::inputs;
use crate::check::{FinishedRun, Group, Points, Reads, Recorder, Suite, case_folder};
use crate::host::{Host, HostError};
use crate::model::Scenario;
use crate::report::plot::{self, Sketch};
use crate::report::{Input, Report, human};
use crate::workload::formats::Survey;

/// What is recorded.
pub(super) struct Wanted<'a> {
    /// Where files are written, and which.
    pub(super) out: Option<(&'a Path, &'a [Outputs])>,
    /// Summaries for the terminal.
    pub(super) summaries: Option<Summaries>,
    /// The runs side by side.
    pub(super) points: Option<Points>,
}

/// How summaries look.
#[derive(Clone, Copy)]
pub(super) struct Summaries {
    pub(super) colored: bool,
    /// Whether they end with a picture.
    pub(super) draws: bool,
}

/// Records the selected runs of one file.
pub(super) struct Record<'a> {
    wanted: Wanted<'a>,
    /// Where there are several: a folder each.
    several_cases: bool,
    several_seeds: bool,
    inputs: Vec<Input>,
    /// By case, then by seed.
    summaries: Mutex<BTreeMap<usize, BTreeMap<u64, String>>>,
    /// What trace files hold, by case: the same under all seeds.
    surveys: Mutex<BTreeMap<usize, Vec<(u16, Survey)>>>,
}

impl<'a> Record<'a> {
    /// For the runs of `groups`; fingerprints the inputs where they are written down.
    pub(super) fn new(host: &Host, suite: &Suite, groups: &[Group], wanted: Wanted<'a>) -> Record<'a> {
        let selected: Vec<_> =
            groups.iter().flat_map(|group| &group.members).filter(|member| member.selected).collect();
        let is_written = wanted.out.is_some();
        let inputs = if is_written { inputs(host, std::slice::from_ref(suite)) } else { Vec::new() };
        Record {
            wanted,
            several_cases: selected.len() > 1,
            several_seeds: selected.iter().any(|member| member.seeds.end - member.seeds.start > 1),
            inputs,
            summaries: Mutex::default(),
            surveys: Mutex::default(),
        }
    }

    /// The runs side by side, where that was wanted.
    pub(super) fn points(&self) -> Option<&Points> {
        self.wanted.points.as_ref()
    }

    /// The summaries of a case's runs, by seed.
    pub(super) fn take_summaries(&self, case: usize) -> Vec<String> {
        let mut summaries = self.summaries.lock().expect("no panic while the lock is held");
        summaries.remove(&case).map_or_else(Vec::new, |of_case| of_case.into_values().collect())
    }

    /// What a case's trace files hold, by the index of their workload, if it was run to its end.
    pub(super) fn take_surveys(&self, case: usize) -> Vec<(u16, Survey)> {
        let mut surveys = self.surveys.lock().expect("no panic while the lock is held");
        surveys.remove(&case).unwrap_or_default()
    }

    /// The folder of a run and what is written there.
    fn out(&self, scenario: &Scenario, seed: u64) -> Option<(PathBuf, &'a [Outputs])> {
        let (folder, outputs) = self.wanted.out?;
        let mut folder = folder.to_path_buf();
        if self.several_cases {
            folder.push(case_folder(&scenario.case));
        }
        if self.several_seeds {
            folder.push(format!("seed-{seed}"));
        }
        Some((folder, outputs))
    }
}

impl Recorder for Record<'_> {
    type Sink = (Option<Sketch>, Option<Logs>);

    fn reads(&self) -> Reads<'_> {
        let needs_summaries = self.wanted.summaries.is_some() || self.wanted.out.is_some();
        match &self.wanted.points {
            Some(points) if !needs_summaries => points.reads(),
            _ => Reads::Summaries,
        }
    }

    fn begin(&self, suite: &Suite, case: usize, seed: u64) -> Result<Self::Sink, HostError> {
        let scenario = &suite.cases[case].scenario;
        let draws = self.wanted.summaries.is_some_and(|summaries| summaries.draws);
        let sketch = draws.then(|| Sketch::new(scenario));
        let out = self.out(scenario, seed);
        let logs = out.map(|(folder, outputs)| begin_logs(&folder, outputs, scenario)).transpose()?;
        Ok((sketch, logs))
    }

    fn end(&self, (sketch, logs): Self::Sink, run: &FinishedRun<'_>) -> Result<(), HostError> {
        let report = Report { inputs: &self.inputs, ..run.report() };
        if let Some(points) = &self.wanted.points {
            points.end((), run)?;
        }
        if let Some(Summaries { colored, .. }) = self.wanted.summaries {
            let mut summary = human(&report, colored);
            if let Some(sketch) = sketch {
                summary.push('\n');
                summary.push_str(&plot::text(&sketch.finish(run.end)));
            }
            let mut summaries = self.summaries.lock().expect("no panic while the lock is held");
            summaries.entry(run.case).or_default().insert(run.seed, summary);
        }
        if !run.surveys.is_empty() {
            let mut surveys = self.surveys.lock().expect("no panic while the lock is held");
            surveys.entry(run.case).or_insert_with(|| run.surveys.to_vec());
        }
        match (logs, self.out(report.scenario, run.seed)) {
            (Some(logs), Some((folder, outputs))) => {
                end_logs(logs, &folder, run)?;
                write_formats(&folder, outputs, &report)
            }
            _ => Ok(()),
        }
    }
}
