//! `events.jsonl`: every transition of every request, one JSON object a line, written while the run goes on.
//!
//! Times are exact decimals of milliseconds. A request is called by the id of its trace row, or by workload and
//! number. Invariant: after an error nothing more is written, and the error is what `finish` returns.

use std::io::{self, Write};

use super::number::{push_integer, push_milliseconds};
use super::{Format, Written};
use crate::engine::{Event, Journey, Sink};
use crate::model::Scenario;
use crate::units::SimTime;

pub(super) static FORMAT: Format = Format {
    name: "events",
    file: Some("events.jsonl"),
    summary: "every transition of every request, one JSON object a line",
    written: Written::Meanwhile,
};

/// Writes `events.jsonl` while the run goes on.
pub struct EventLog<W> {
    into: W,
    error: Option<io::Error>,
    /// Names of the workloads, escaped for a JSON string.
    workloads: Vec<Vec<u8>>,
    line: Vec<u8>,
}

impl<W: Write> EventLog<W> {
    /// For a run of a scenario.
    pub fn new(into: W, scenario: &Scenario) -> EventLog<W> {
        let escaped = |name: &str| {
            let mut text = Vec::new();
            push_escaped(&mut text, name);
            text
        };
        let workloads = scenario.workloads.iter().map(|workload| escaped(&workload.name)).collect();
        EventLog { into, error: None, workloads, line: Vec::with_capacity(128) }
    }

    /// Flushes.
    ///
    /// # Errors
    /// The first error of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        if let Some(error) = self.error {
            return Err(error);
        }
        self.into.flush()?;
        Ok(self.into)
    }

    fn push_number(&mut self, key: &str, number: u64) {
        self.line.extend_from_slice(b",\"");
        self.line.extend_from_slice(key.as_bytes());
        self.line.extend_from_slice(b"\":");
        push_integer(&mut self.line, number);
    }

    fn push_details(&mut self, event: Event, journey: &Journey) {
        match event {
            Event::Arrived => {
                self.push_number("prompt", u64::from(journey.request.prompt.get()));
                self.push_number("output", u64::from(journey.request.output.get()));
            }
            Event::QueuedGlobally => {}
            Event::Retried { gpu }
            | Event::Admitted { gpu }
            | Event::PrefillStarted { gpu }
            | Event::PrefillFinished { gpu }
            | Event::DecodeStarted { gpu }
            | Event::Finished { gpu }
            | Event::Preempted { gpu }
            | Event::Evicted { gpu } => self.push_number("gpu_index", u64::from(gpu)),
            Event::HandoffStarted { from, to, bytes } => {
                self.push_number("gpu_index", u64::from(from));
                self.push_number("to_gpu_index", u64::from(to));
                self.push_number("bytes", bytes.get());
            }
            Event::HandoffFinished { from, to } => {
                self.push_number("gpu_index", u64::from(from));
                self.push_number("to_gpu_index", u64::from(to));
            }
            Event::Rejected { reason } => {
                if let Some(gpu) = journey.gpu() {
                    self.push_number("gpu_index", u64::from(gpu));
                }
                self.line.extend_from_slice(b",\"reason\":\"");
                self.line.extend_from_slice(reason.name().as_bytes());
                self.line.push(b'"');
            }
        }
    }
}

impl<W: Write> Sink for EventLog<W> {
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        if self.error.is_some() {
            return;
        }
        self.line.clear();
        self.line.extend_from_slice(b"{\"time_ms\":");
        push_milliseconds(&mut self.line, at.as_ps());
        self.line.extend_from_slice(b",\"type\":\"");
        self.line.extend_from_slice(name(event).as_bytes());
        self.line.extend_from_slice(b"\",\"request_id\":\"");
        push_id(&mut self.line, journey, &self.workloads, push_escaped);
        self.line.push(b'"');
        self.push_details(event, journey);
        self.line.extend_from_slice(b"}\n");
        self.error = self.into.write_all(&self.line).err();
    }
}

/// What a request is called: the id of its trace row, or its workload, which is escaped already, and its number.
pub(super) fn push_id(
    into: &mut Vec<u8>,
    journey: &Journey,
    workloads: &[Vec<u8>],
    push_escaped: fn(&mut Vec<u8>, &str),
) {
    if let Some(label) = journey.request.label() {
        return push_escaped(into, label);
    }
    into.extend_from_slice(&workloads[usize::from(journey.request.workload)]);
    into.push(b'-');
    match journey.request.turn() {
        None => push_integer(into, journey.request.sequence),
        Some(turn) => {
            push_integer(into, turn.session);
            into.push(b'.');
            push_integer(into, u64::from(turn.number));
        }
    }
}

/// As in the log.
const fn name(event: Event) -> &'static str {
    match event {
        Event::Arrived => "arrival",
        Event::QueuedGlobally => "queue_globally",
        Event::Retried { .. } => "retry",
        Event::Admitted { .. } => "queue",
        Event::PrefillStarted { .. } => "start_prefill",
        Event::PrefillFinished { .. } => "finish_prefill",
        Event::HandoffStarted { .. } => "handoff_start",
        Event::HandoffFinished { .. } => "handoff_complete",
        Event::DecodeStarted { .. } => "start_decode",
        Event::Preempted { .. } => "preempt",
        Event::Finished { .. } => "finish",
        Event::Rejected { .. } => "reject",
        Event::Evicted { .. } => "evict",
    }
}

/// A text escaped for a JSON string, without the quotes.
fn push_escaped(into: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        into.extend_from_slice(text.as_bytes());
    } else {
        let quoted = serde_json::to_string(text).expect("a text is always JSON");
        into.extend_from_slice(&quoted.as_bytes()[1..quoted.len() - 1]);
    }
}
