//! From the rows of a file to arrivals of the run: slice, sample, speedup.
//!
//! `slice` is in trace time and includes both ends; what is left begins at 0. `sample` keeps each row of the slice
//! with that probability, by a stream of its own that depends on the trace's name and on no seed: the same rows in
//! every run. `speedup` divides the times that are left.

use std::collections::BTreeMap;

use super::{BadRow, Blocks, Record, Records, Survey, records};
use crate::model::TraceFile;
use crate::rng::{Stream, Streams};
use crate::units::{SimTime, Tokens};
use crate::workload::{OpenTrace, Stretch, TrafficError};

/// A row as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When, on the run's clock.
    pub at: SimTime,
    /// Prompt tokens.
    pub prompt: Tokens,
    /// Output tokens.
    pub output: Tokens,
    /// As in the file, where it has ids.
    pub id: Option<Box<str>>,
    /// What the prompt consists of, where the file says so, in blocks that have a number for each id of the file. An
    /// empty stretch follows them, for the text that the answer is of: a recording never says what was answered, so
    /// that text is the request's own, and the workload numbers it.
    pub content: Option<Box<[Stretch]>>,
}

/// Why a row of a file is not replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropReason {
    /// Its format says that nothing was asked or answered.
    NoTokens,
    /// It lies outside `slice`.
    OutsideSlice,
    /// `sample` left it out.
    SampledOut,
}

impl DropReason {
    /// As in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            DropReason::NoTokens => "without tokens",
            DropReason::OutsideSlice => "outside slice",
            DropReason::SampledOut => "sampled out",
        }
    }
}

/// The arrivals of a trace, in the order of the file. Grows with the number of different blocks of prompts
/// whose ids are hashes.
pub struct Replay {
    records: Box<dyn Records>,
    selection: Selection,
    /// The texts met so far whose ids are too large to be their numbers.
    texts: BTreeMap<u64, u64>,
    trace: TraceFile,
    failed: bool,
}

/// Opens a trace that was surveyed.
///
/// # Errors
/// When it cannot be opened or does not begin as its format says.
pub fn replay(trace: &TraceFile, survey: &Survey, open: OpenTrace<'_>) -> Result<Replay, TrafficError> {
    let reader = open(&trace.resolved).map_err(|error| BadRow::unreadable(&error).of(trace))?;
    let (records, _) = records(trace, reader).map_err(|bad| bad.of(trace))?;
    let selection = Selection::new(trace, survey.origin);
    Ok(Replay { records, selection, texts: BTreeMap::new(), trace: trace.clone(), failed: false })
}

impl Iterator for Replay {
    type Item = Result<Arrival, TrafficError>;

    /// Nothing follows an error.
    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            let selected = match self.records.next() {
                Ok(Some(record)) => self.select(record),
                Ok(None) => return None,
                Err(bad) => Err(bad),
            };
            match selected {
                Ok(Ok(arrival)) => return Some(Ok(arrival)),
                Ok(Err(_)) => {}
                Err(bad) => {
                    self.failed = true;
                    return Some(Err(bad.of(&self.trace)));
                }
            }
        }
        None
    }
}

impl Replay {
    fn select(&mut self, mut record: Record) -> Result<Result<Arrival, DropReason>, BadRow> {
        let blocks = record.blocks.take();
        let mut selected = self.selection.select(record)?;
        if let (Ok(arrival), Some(blocks)) = (&mut selected, blocks) {
            arrival.content = self.content(&blocks, arrival.prompt);
        }
        Ok(selected)
    }

    /// The number of the text with this id. Ids that are counted, as those of nearly all traces, are their own numbers, and
    /// nothing has to be kept of them; those that are hashes are numbered as they first occur, above all others.
    fn text(&mut self, id: u64) -> u64 {
        if id < NUMBERS {
            return id;
        }
        let next = NUMBERS + self.texts.len() as u64;
        *self.texts.entry(id).or_insert(next)
    }

    /// A text for each block, the last of which has what is left of the prompt, and an empty stretch for the answer.
    /// `None` where there is nothing to share.
    fn content(&mut self, blocks: &Blocks, prompt: Tokens) -> Option<Box<[Stretch]>> {
        let mut left = prompt.get();
        let stretch = |id: &u64| {
            let text = self.text(*id);
            let tokens = left.min(blocks.size);
            left -= tokens;
            Stretch { text, tokens }
        };
        if blocks.ids.is_empty() {
            return None;
        }
        let answer = Stretch { text: 0, tokens: 0 };
        Some(blocks.ids.iter().map(stretch).chain([answer]).collect())
    }
}

/// Ids below it are the numbers of their texts: half of the numbers there are.
const NUMBERS: u64 = 1 << 43;

/// Decides row by row, in the order of the file.
pub(super) struct Selection {
    /// Time 0 of the trace, in picoseconds on the file's own clock.
    origin: i128,
    /// First and last instant used, in picoseconds of trace time.
    slice: Option<(i128, i128)>,
    speedup: f64,
    sample: Option<(f64, Stream)>,
}

impl Selection {
    pub(super) fn new(trace: &TraceFile, origin: i128) -> Selection {
        let stream = || Streams::new(0).stream(&format!("trace.{}.sample", trace.name));
        Selection {
            origin,
            slice: trace.slice.map(|(first, last)| (i128::from(first.as_ps()), i128::from(last.as_ps()))),
            speedup: trace.speedup.get(),
            sample: trace.sample.map(|share| (share.get(), stream())),
        }
    }

    /// The row as it arrives, or why it does not.
    pub(super) fn select(&mut self, record: Record) -> Result<Result<Arrival, DropReason>, BadRow> {
        if let Some(reason) = record.dropped {
            return Ok(Err(reason));
        }
        let trace_time = record.at - self.origin;
        let begin = match self.slice {
            Some((first, last)) if trace_time < first || trace_time > last => {
                return Ok(Err(DropReason::OutsideSlice));
            }
            Some((first, _)) => first,
            None => 0,
        };
        if let Some((share, stream)) = &mut self.sample
            && stream.uniform() >= *share
        {
            return Ok(Err(DropReason::SampledOut));
        }
        let Record { line, prompt, output, id, .. } = record;
        match self.on_run_clock(trace_time - begin) {
            Some(at) => Ok(Ok(Arrival { at, prompt, output, id, content: None })),
            None => Err(BadRow {
                line,
                column: None,
                message: "expected an arrival within 213 days of the trace's start, found a later one"
                    .to_owned(),
                unreadable: false,
            }),
        }
    }

    /// Exact without a speedup; otherwise to the nearest picosecond, or beyond 2.5 hours to the precision of f64.
    fn on_run_clock(&self, ps: i128) -> Option<SimTime> {
        if self.speedup == 1.0 {
            return u64::try_from(ps).ok().map(SimTime::from_ps);
        }
        let scaled = libm::round(ps as f64 / self.speedup);
        // 2^64 is the first value that does not fit.
        (0.0..18_446_744_073_709_551_616.0).contains(&scaled).then(|| SimTime::from_ps(scaled as u64))
    }
}
