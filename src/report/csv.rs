//! `timeseries.csv`: the state of the system on a grid of times, written while the run goes on.
//!
//! A sample shows the state just before what happens at its time. The last row shows the state after the end of the
//! run; where that falls on the grid, the sample of the same time comes before it. Counts are since the row before, so
//! that their columns add up to the totals.
//! Memory does not grow with the run. Invariant: after an error nothing more is written, and the error is what `finish` returns.

use std::io::{self, Write};

use super::number::{push_integer, push_milliseconds};
use super::{Format, Written};
use crate::engine::{End, Event, Interests, Journey, Levels, Sink};
use crate::units::{SimDuration, SimTime};

pub(super) static FORMAT: Format = Format {
    name: "csv",
    file: Some("timeseries.csv"),
    summary: "queues, active requests and memory of each GPU on the grid of `sample_every`",
    written: Written::Meanwhile,
};

/// Columns before those of the GPUs; all but the first two count since the sample before.
const COLUMNS: &str = "time_ms,global_queue_depth,arrived,finished,rejected,evicted,tokens_generated";

/// The most samples, one for each GPU on each line: about half a gigabyte.
pub(super) const MAX_SAMPLES: u64 = 10_000_000;

/// Writes `timeseries.csv` while the run goes on.
pub struct TimeSeries<W> {
    into: W,
    error: Option<io::Error>,
    every: u64,
    /// The next sample; past the end of the clock there is none.
    next: Option<u64>,
    lines_left: u64,
    global_queue: u32,
    since: Since,
    gpus: Vec<Levels>,
    line: Vec<u8>,
}

/// Counts since the last row.
#[derive(Default)]
struct Since {
    arrived: u64,
    finished: u64,
    rejected: u64,
    evicted: u64,
    tokens: u64,
}

impl<W: Write> TimeSeries<W> {
    /// For a cluster of `n_gpus` replicas; the header and the sample at time 0 are written at once. `every` is
    /// positive.
    pub fn new(into: W, n_gpus: usize, every: SimDuration) -> TimeSeries<W> {
        let mut series = TimeSeries {
            into,
            error: None,
            every: every.as_ps().max(1),
            next: Some(0),
            lines_left: MAX_SAMPLES / (n_gpus as u64).max(1),
            global_queue: 0,
            since: Since::default(),
            gpus: vec![Levels::default(); n_gpus],
            line: COLUMNS.into(),
        };
        for gpu in 0..n_gpus {
            for column in ["queue_depth", "active_prefill", "active_decode", "transferring", "vram_bytes"] {
                series.line.extend_from_slice(format!(",gpu{gpu}_{column}").as_bytes());
            }
        }
        let header = std::mem::take(&mut series.line);
        series.write_line(header);
        series.sample_up_to(0);
        series
    }

    /// Writes the samples before the end of the run, and the state it leaves.
    ///
    /// # Errors
    /// The first error of the writer.
    pub fn finish(mut self, end: End) -> io::Result<W> {
        let end = end.at.as_ps();
        self.sample_up_to(end);
        self.sample(end);
        if let Some(error) = self.error {
            return Err(error);
        }
        self.into.flush()?;
        Ok(self.into)
    }

    fn sample_up_to(&mut self, to: u64) {
        while let Some(at) = self.next.filter(|at| *at <= to && self.error.is_none()) {
            if self.lines_left == 0 {
                self.error = Some(too_many_samples());
                return;
            }
            self.lines_left -= 1;
            self.sample(at);
            self.next = at.checked_add(self.every);
        }
    }

    fn sample(&mut self, at: u64) {
        let Since { arrived, finished, rejected, evicted, tokens } = std::mem::take(&mut self.since);
        let line = &mut self.line;
        push_milliseconds(line, at);
        let counts = [u64::from(self.global_queue), arrived, finished, rejected, evicted, tokens];
        let levels = self.gpus.iter().flat_map(|levels| {
            let Levels { queued, prefill, decode, transferring, .. } = *levels;
            [queued, prefill, decode, transferring]
                .map(u64::from)
                .into_iter()
                .chain([levels.held_now().get()])
        });
        for number in counts.into_iter().chain(levels) {
            line.push(b',');
            push_integer(line, number);
        }
        let line = std::mem::take(line);
        self.write_line(line);
    }

    /// The buffer is used again.
    fn write_line(&mut self, mut line: Vec<u8>) {
        line.push(b'\n');
        if self.error.is_none() {
            self.error = self.into.write_all(&line).err();
        }
        line.clear();
        self.line = line;
    }
}

fn too_many_samples() -> io::Error {
    io::Error::other(format!(
        "expected at most {MAX_SAMPLES} samples of GPUs, found more: give `sample_every` of `run` a longer time"
    ))
}

impl<W: Write> Sink for TimeSeries<W> {
    fn advance(&mut self, to: SimTime) {
        self.sample_up_to(to.as_ps());
    }

    fn event(&mut self, _at: SimTime, event: Event, journey: &Journey) {
        match event {
            Event::Arrived => self.since.arrived += 1,
            Event::Finished { gpu: _ } => {
                self.since.finished += 1;
                self.since.tokens += u64::from(journey.request.output.get());
            }
            Event::Rejected { reason: _ } => self.since.rejected += 1,
            Event::Evicted { gpu: _ } => self.since.evicted += 1,
            Event::QueuedGlobally
            | Event::Retried { .. }
            | Event::Preempted { .. }
            | Event::Admitted { .. }
            | Event::PrefillStarted { .. }
            | Event::PrefillFinished { .. }
            | Event::HandoffStarted { .. }
            | Event::HandoffFinished { .. }
            | Event::DecodeStarted { .. } => {}
        }
    }

    fn interests(&self) -> Interests {
        Interests { growth: true, ..Interests::default() }
    }

    fn levels(&mut self, _at: SimTime, gpu: u32, levels: &Levels) {
        self.gpus[gpu as usize] = *levels;
    }

    fn global_queue(&mut self, _at: SimTime, depth: u32) {
        self.global_queue = depth;
    }
}
