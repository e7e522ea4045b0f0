//! The files of a run: those that are written while it goes on, and those that follow from the finished run.

use std::path::Path;

use clap::ValueEnum;

use crate::check::FinishedRun;
use crate::host::{HostError, PendingFile};
use crate::model::{Group as Replicas, Scenario};
use crate::report::{EventLog, FORMATS, Report, Requests, TimeSeries, Written};

/// `--outputs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Outputs {
    Summary,
    Timeseries,
    Events,
    Requests,
}

impl Outputs {
    /// The format that is meant.
    const fn format(self) -> &'static str {
        match self {
            Outputs::Summary => "json",
            Outputs::Timeseries => "csv",
            Outputs::Events => "events",
            Outputs::Requests => "requests",
        }
    }
}

/// The files that are written while a run goes on.
pub(super) type Logs =
    (Option<EventLog<PendingFile>>, (Option<TimeSeries<PendingFile>>, Option<Requests<PendingFile>>));

const EVENTS: &str = "events.jsonl";
const SERIES: &str = "timeseries.csv";
const REQUESTS: &str = "requests.csv";

pub(super) fn begin_logs(folder: &Path, outputs: &[Outputs], scenario: &Scenario) -> Result<Logs, HostError> {
    let file = |output: Outputs, name: &str| {
        let is_wanted = outputs.contains(&output);
        is_wanted.then(|| PendingFile::create(&folder.join(name))).transpose()
    };
    let n_replicas: u32 = scenario.cluster.groups.iter().map(Replicas::n_replicas).sum();
    let events = file(Outputs::Events, EVENTS)?.map(|file| EventLog::new(file, scenario));
    let series = file(Outputs::Timeseries, SERIES)?
        .map(|file| TimeSeries::new(file, n_replicas as usize, scenario.run.sample_every));
    let requests = file(Outputs::Requests, REQUESTS)?.map(|file| Requests::new(file, scenario));
    Ok((events, (series, requests)))
}

pub(super) fn end_logs(
    (events, (series, requests)): Logs,
    folder: &Path,
    run: &FinishedRun<'_>,
) -> Result<(), HostError> {
    let place = |name: &str| folder.join(name);
    if let Some(events) = events {
        events.finish().map_err(|error| HostError::io(&place(EVENTS), error))?.persist()?;
    }
    if let Some(series) = series {
        series.finish(run.end).map_err(|error| HostError::io(&place(SERIES), error))?.persist()?;
    }
    if let Some(requests) = requests {
        requests.finish().map_err(|error| HostError::io(&place(REQUESTS), error))?.persist()?;
    }
    Ok(())
}

/// The files that follow from the finished run: those asked for, and always what the run depends on.
pub(super) fn write_formats(
    folder: &Path,
    outputs: &[Outputs],
    report: &Report<'_>,
) -> Result<(), HostError> {
    const ALWAYS: &str = "meta";
    let is_wanted = |name: &str| name == ALWAYS || outputs.iter().any(|output| output.format() == name);
    for format in FORMATS.iter().filter(|format| is_wanted(format.name)) {
        if let (Some(name), Written::Afterwards(write)) = (format.file, &format.written) {
            let path = folder.join(name);
            let mut file = PendingFile::create(&path)?;
            write(report, &mut file).map_err(|error| HostError::io(&path, error))?;
            file.persist()?;
        }
    }
    Ok(())
}
