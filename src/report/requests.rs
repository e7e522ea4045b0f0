//! `requests.csv`: a row for each request, written when it leaves the system.
//!
//! Rows are in the order in which requests end; those that are in the system at the end of the run come last, in order of
//! arrival. A time that a request never reached is empty. Memory grows with the requests in the system, not with the run.
//! Invariant: after an error nothing more is written, and the error is what `finish` returns.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::events::push_id;
use super::number::{push_integer, push_milliseconds};
use super::{Format, Written};
use crate::engine::{Event, Journey, Sink};
use crate::metrics::{Milestones, Sample};
use crate::model::Scenario;
use crate::units::{SimTime, Tokens};

pub(super) static FORMAT: Format = Format {
    name: "requests",
    file: Some("requests.csv"),
    summary: "a row for each request: when it arrived, its times, its GPU, its tokens and how it ended",
    written: Written::Meanwhile,
};

const HEADER: &str = "id,workload,arrival_ms,queue_ms,ttft_ms,tpot_ms,latency_ms,gpu,cached_tokens,prompt_tokens,\
                      output_tokens,outcome\n";

/// Writes `requests.csv` while the run goes on.
pub struct Requests<W> {
    into: W,
    error: Option<io::Error>,
    /// Names of the workloads and of the replicas, as cells.
    workloads: Vec<Vec<u8>>,
    replicas: Vec<Vec<u8>>,
    /// Those in the system, by number in order of arrival.
    open: BTreeMap<u64, Row>,
    line: Vec<u8>,
}

/// What is known of a request so far.
struct Row {
    /// As a cell.
    id: Vec<u8>,
    workload: u16,
    prompt: Tokens,
    milestones: Milestones,
    gpu: Option<u32>,
    cached: Tokens,
}

impl<W: Write> Requests<W> {
    /// For a run of a scenario; the header is written at once.
    pub fn new(mut into: W, scenario: &Scenario) -> Requests<W> {
        let cell = |name: &str| {
            let mut text = Vec::new();
            push_cell(&mut text, name);
            text
        };
        let error = into.write_all(HEADER.as_bytes()).err();
        let replicas = 0..scenario.cluster.n_replicas();
        Requests {
            into,
            error,
            workloads: scenario.workloads.iter().map(|workload| cell(&workload.name)).collect(),
            replicas: replicas.map(|replica| cell(&scenario.cluster.replica_name(replica))).collect(),
            open: BTreeMap::new(),
            line: Vec::with_capacity(128),
        }
    }

    /// Writes the requests that have not ended, and flushes.
    ///
    /// # Errors
    /// The first error of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        for row in std::mem::take(&mut self.open).into_values() {
            self.write(&row, None, "unfinished");
        }
        if let Some(error) = self.error {
            return Err(error);
        }
        self.into.flush()?;
        Ok(self.into)
    }

    fn arrived(&mut self, journey: &Journey) {
        let mut id = Vec::new();
        push_id(&mut id, journey, &self.workloads, push_cell);
        let request = &journey.request;
        let milestones = Milestones {
            arrival: request.arrival,
            started: None,
            first_token: None,
            output: request.output.get(),
        };
        let (workload, prompt) = (request.workload, request.prompt);
        let row = Row { id, workload, prompt, milestones, gpu: None, cached: Tokens::new(0) };
        self.open.insert(journey.number, row);
    }

    fn ended(&mut self, journey: &Journey, finished: Option<SimTime>, outcome: &str) {
        if let Some(mut row) = self.open.remove(&journey.number) {
            row.update(journey);
            self.write(&row, finished, outcome);
        }
    }

    fn write(&mut self, row: &Row, finished: Option<SimTime>, outcome: &str) {
        if self.error.is_some() {
            return;
        }
        let Row { id, workload, prompt, milestones, gpu, cached } = row;
        let line = &mut self.line;
        line.clear();
        line.extend_from_slice(id);
        line.push(b',');
        line.extend_from_slice(&self.workloads[usize::from(*workload)]);
        line.push(b',');
        push_milliseconds(line, milestones.arrival.as_ps());
        for (sample, end) in [
            (Sample::Queue, milestones.started),
            (Sample::Ttft, milestones.first_token),
            (Sample::Tpot, finished),
            (Sample::Latency, finished),
        ] {
            line.push(b',');
            if let Some(ps) = end.and_then(|end| sample.between(milestones, end)) {
                push_milliseconds(line, ps);
            }
        }
        line.push(b',');
        if let Some(gpu) = gpu {
            line.extend_from_slice(&self.replicas[*gpu as usize]);
        }
        for tokens in [cached.get(), prompt.get(), milestones.output] {
            line.push(b',');
            push_integer(line, u64::from(tokens));
        }
        line.push(b',');
        line.extend_from_slice(outcome.as_bytes());
        line.push(b'\n');
        self.error = self.into.write_all(line).err();
    }
}

impl Row {
    fn update(&mut self, journey: &Journey) {
        self.milestones.started = journey.started();
        self.milestones.first_token = journey.first_token();
        self.gpu = journey.gpu();
        self.cached = journey.cached;
    }
}

impl<W: Write> Sink for Requests<W> {
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        match event {
            Event::Arrived => self.arrived(journey),
            Event::Finished { gpu: _ } => self.ended(journey, Some(at), "finished"),
            Event::Rejected { reason } => self.ended(journey, None, reason.name()),
            Event::Evicted { gpu: _ } => self.ended(journey, None, "evicted"),
            // The run may end before the request does.
            Event::QueuedGlobally
            | Event::Retried { .. }
            | Event::Admitted { .. }
            | Event::PrefillStarted { .. }
            | Event::PrefillFinished { .. }
            | Event::HandoffStarted { .. }
            | Event::HandoffFinished { .. }
            | Event::DecodeStarted { .. }
            | Event::Preempted { .. } => {
                if let Some(row) = self.open.get_mut(&journey.number) {
                    row.update(journey);
                }
            }
        }
    }
}

/// A text as a cell.
fn push_cell(into: &mut Vec<u8>, text: &str) {
    if text.contains([',', '"', '\n', '\r']) {
        into.push(b'"');
        into.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        into.push(b'"');
    } else {
        into.extend_from_slice(text.as_bytes());
    }
}
