//! Trace formats: files of recorded requests.
//!
//! A format turns a file into [`Record`]s on the file's own clock, by the names of its columns; which of them are
//! replayed and when is decided here, the same for all. Files come in as readers, gzip files among them: nothing here
//! opens one. Nothing holds more of a file than its longest line, except where a format says so.
//! Invariant: every row read is either used or dropped for a stated reason.

mod azure;
mod burstgpt;
mod cells;
pub mod columns;
mod compressed;
mod csv;
mod instant;
mod json;
mod kvs;
mod lines;
mod mooncake;
mod plain;
mod replay;
mod sheet;
mod survey;
mod table;
mod usual_row;
mod vidur;
mod vllm;

pub use cells::{BadCell, decimal_time, tokens};
pub use compressed::plain;
pub use replay::{Arrival, DropReason, Replay, replay};
pub use survey::{Survey, survey};

pub(in crate::workload) use sheet::{Cells, Wanted, columns};

use std::io::BufRead;

use super::{Misfit, TrafficError};
use crate::model::{Choice, Spec, TraceFile};
use crate::units::Tokens;

/// One row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    /// From 1, where the format has rows of its own.
    line: Option<u64>,
    /// Picoseconds on the file's own clock.
    at: i128,
    prompt: Tokens,
    output: Tokens,
    id: Option<Box<str>>,
    /// What the prompt consists of, where the file says so.
    blocks: Option<Blocks>,
    /// Why it is none of the trace's requests: neither its time nor its lengths count then.
    dropped: Option<DropReason>,
}

/// A prompt as blocks of tokens: equal ids mean equal tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Blocks {
    /// As in the file; enough blocks for the whole prompt.
    ids: Box<[u64]>,
    /// Tokens of each block but the last, which has what is left of the prompt.
    size: u32,
}

/// Reads rows in the order of the file.
trait Records: Send {
    fn next(&mut self) -> Result<Option<Record>, BadRow>;
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct BadRow {
    line: Option<u64>,
    column: Option<u64>,
    message: String,
    /// The row is not to blame, the file is.
    unreadable: bool,
}

impl BadRow {
    fn of(self, trace: &TraceFile) -> TrafficError {
        self.at(&trace.path)
    }

    fn at(self, path: &str) -> TrafficError {
        let BadRow { line, column, message, unreadable } = self;
        TrafficError { path: path.to_owned(), line, column, message, unreadable }
    }

    fn misfit(misfit: Misfit) -> BadRow {
        BadRow { line: None, column: None, message: misfit.message, unreadable: false }
    }

    fn unreadable(error: &std::io::Error) -> BadRow {
        BadRow { line: None, column: None, message: error.to_string(), unreadable: true }
    }
}

/// What a format's clock counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// The run's: 0 is the start of the trace.
    Run,
    /// Any other: the earliest row is the start of the trace.
    Recorded,
}

type Reader = Box<dyn BufRead + Send>;

struct Entry {
    spec: Spec,
    clock: Clock,
    /// What distinguishes such a file from others: words that are all in its first line, anywhere at its beginning for JSON;
    /// any one of these lists. Empty where its user has to say which it is.
    signs: &'static [&'static [&'static str]],
    open: fn(Reader, &Choice) -> Opened,
}

type Opened = Result<Box<dyn Records>, BadRow>;

static ENTRIES: &[&Entry] = &[
    &kvs::ENTRY,
    &azure::ENTRY,
    &mooncake::ENTRY,
    &burstgpt::ENTRY,
    &vllm::ENTRY,
    &vidur::ENTRY,
    &csv::ENTRY,
];

/// The formats that are known by words at the beginning of a file, each with the lists of words that do.
pub fn signs() -> impl Iterator<Item = (&'static str, &'static [&'static [&'static str]])> {
    ENTRIES.iter().map(|entry| (entry.spec.name, entry.signs))
}

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    ENTRIES.iter().map(|entry| &entry.spec)
}

/// Whether traces of a format say which prompts begin alike.
pub(super) fn tells_content(format: &Choice) -> bool {
    format.name == mooncake::ENTRY.spec.name
}

/// Whether a choice names a format that can be read.
///
/// # Errors
/// When it does not.
pub fn check(choice: &Choice) -> Result<(), Misfit> {
    match entry(choice) {
        Some(_) => Ok(()),
        None => Err(Misfit::unknown("a trace format", choice)),
    }
}

fn entry(choice: &Choice) -> Option<&'static Entry> {
    ENTRIES.iter().copied().find(|entry| entry.spec.name == choice.name)
}

/// The rows of a trace, from its first.
fn records(trace: &TraceFile, reader: Reader) -> Result<(Box<dyn Records>, Clock), BadRow> {
    let entry = entry(&trace.format)
        .ok_or_else(|| BadRow::misfit(Misfit::unknown("a trace format", &trace.format)))?;
    let reader = compressed::plain(reader).map_err(|error| BadRow::unreadable(&error))?;
    Ok(((entry.open)(reader, &trace.format)?, entry.clock))
}
