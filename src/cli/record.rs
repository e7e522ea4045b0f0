//! What `kvs run` keeps of each run: the summary for the terminal, and the files of `--out`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::suite::inputs;
use crate::check::{FinishedRun, Group, Reads, Recorder, Suite, case_folder};
use crate::host::{Host, HostError, PendingFile};
use crate::model::{Group as Replicas, Scenario};
use crate::report::plot::{self, Sketch};
use crate::report::{EventLog, FORMATS, Input, Report, TimeSeries, Written, human};
use crate::workload::formats::Survey;

/// Records the selected runs of one file.
pub(super) struct Record<'a> {
    out: Option<&'a Path>,
    /// Where there are several: a folder each.
    several_cases: bool,
    several_seeds: bool,
    inputs: Vec<Input>,
    colored: bool,
    /// Whether summaries end with a picture.
    draws: bool,
    /// By case, then by seed.
    summaries: Mutex<BTreeMap<usize, BTreeMap<u64, String>>>,
    /// What trace files hold, by case: the same under all seeds.
    surveys: Mutex<BTreeMap<usize, Vec<(u16, Survey)>>>,
}

impl<'a> Record<'a> {
    /// For the runs of `groups`; fingerprints the inputs where they are written down.
    pub(super) fn new(
        host: &Host,
        suite: &Suite,
        groups: &[Group],
        out: Option<&'a Path>,
        colored: bool,
        draws: bool,
    ) -> Record<'a> {
        let selected: Vec<_> =
            groups.iter().flat_map(|group| &group.members).filter(|member| member.selected).collect();
        let inputs = if out.is_some() { inputs(host, std::slice::from_ref(suite)) } else { Vec::new() };
        Record {
            out,
            several_cases: selected.len() > 1,
            several_seeds: selected.iter().any(|member| member.seeds.end - member.seeds.start > 1),
            inputs,
            colored,
            draws,
            summaries: Mutex::default(),
            surveys: Mutex::default(),
        }
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

    fn folder(&self, scenario: &Scenario, seed: u64) -> Option<PathBuf> {
        let mut folder = self.out?.to_path_buf();
        if self.several_cases {
            folder.push(case_folder(&scenario.case));
        }
        if self.several_seeds {
            folder.push(format!("seed-{seed}"));
        }
        Some(folder)
    }
}

impl Recorder for Record<'_> {
    type Sink = (Option<Sketch>, Option<Logs>);

    const READS: Reads = Reads::Summaries;

    fn begin(&self, suite: &Suite, case: usize, seed: u64) -> Result<Self::Sink, HostError> {
        let scenario = &suite.cases[case].scenario;
        let sketch = self.draws.then(|| Sketch::new(scenario));
        let logs = self.folder(scenario, seed).map(|folder| begin_logs(&folder, scenario)).transpose()?;
        Ok((sketch, logs))
    }

    fn end(&self, (sketch, logs): Self::Sink, run: &FinishedRun<'_>) -> Result<(), HostError> {
        let report = Report { inputs: &self.inputs, ..run.report() };
        let mut summary = human(&report, self.colored);
        if let Some(sketch) = sketch {
            summary.push('\n');
            summary.push_str(&plot::text(&sketch.finish(run.end)));
        }
        let mut summaries = self.summaries.lock().expect("no panic while the lock is held");
        summaries.entry(run.case).or_default().insert(run.seed, summary);
        drop(summaries);
        if !run.surveys.is_empty() {
            let mut surveys = self.surveys.lock().expect("no panic while the lock is held");
            surveys.entry(run.case).or_insert_with(|| run.surveys.to_vec());
        }
        match (logs, self.folder(report.scenario, run.seed)) {
            (Some(logs), Some(folder)) => {
                end_logs(logs, &folder, run)?;
                write_formats(&folder, &report)
            }
            _ => Ok(()),
        }
    }
}

/// The files that are written while a run goes on.
type Logs = (EventLog<PendingFile>, TimeSeries<PendingFile>);

const EVENTS: &str = "events.jsonl";
const SERIES: &str = "timeseries.csv";

fn begin_logs(folder: &Path, scenario: &Scenario) -> Result<Logs, HostError> {
    let events = PendingFile::create(&folder.join(EVENTS))?;
    let series = PendingFile::create(&folder.join(SERIES))?;
    let n_replicas: u32 = scenario.cluster.groups.iter().map(Replicas::n_replicas).sum();
    let series = TimeSeries::new(series, n_replicas as usize, scenario.run.sample_every);
    Ok((EventLog::new(events, scenario), series))
}

fn end_logs((events, series): Logs, folder: &Path, run: &FinishedRun<'_>) -> Result<(), HostError> {
    let place = |name: &str| folder.join(name);
    events.finish().map_err(|error| HostError::io(&place(EVENTS), error))?.persist()?;
    series.finish(run.end).map_err(|error| HostError::io(&place(SERIES), error))?.persist()
}

/// The files that follow from the finished run.
fn write_formats(folder: &Path, report: &Report<'_>) -> Result<(), HostError> {
    for format in FORMATS {
        if let (Some(name), Written::Afterwards(write)) = (format.file, &format.written) {
            let path = folder.join(name);
            let mut file = PendingFile::create(&path)?;
            write(report, &mut file).map_err(|error| HostError::io(&path, error))?;
            file.persist()?;
        }
    }
    Ok(())
}
