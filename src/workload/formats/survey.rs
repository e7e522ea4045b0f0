//! What a trace holds, found out before a run: every row is read and checked.

use super::replay::Selection;
use super::{BadRow, Clock, DropReason, records};
use crate::model::TraceFile;
use crate::units::SimTime;
use crate::workload::{OpenTrace, TrafficError};

/// The rows of a trace: `rows_read` is `rows_used` and all that were dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Rows of requests in the file.
    pub rows_read: u64,
    /// Rows that will arrive.
    pub rows_used: u64,
    /// Rows that will not, with the reason; only reasons that occurred.
    pub dropped: Vec<(DropReason, u64)>,
    /// Whether the file is in order of time; if not, its rows are held and sorted.
    pub sorted: bool,
    /// The first arrival used.
    pub first: Option<SimTime>,
    /// The last arrival used.
    pub last: Option<SimTime>,
    /// The time of the last row in the file, used or not, on the trace's clock.
    pub end: Option<SimTime>,
    /// Time 0 of the trace, in picoseconds on the file's own clock.
    pub(super) origin: i128,
}

/// Reads a trace from end to end: once, or twice where a clock of its own begins with a later row.
///
/// # Errors
/// When it cannot be opened, or for its first bad row.
pub fn survey(trace: &TraceFile, open: OpenTrace<'_>) -> Result<Survey, TrafficError> {
    let (survey, earliest) = pass(trace, open, None).map_err(|bad| bad.of(trace))?;
    match earliest {
        Some(earliest) => {
            let (survey, _) = pass(trace, open, Some(earliest)).map_err(|bad| bad.of(trace))?;
            Ok(survey)
        }
        None => Ok(survey),
    }
}

/// One pass with time 0 at `origin`, or at the first row where there is none; beside the survey the instant that should
/// have been time 0, where that is an earlier one.
fn pass(
    trace: &TraceFile,
    open: OpenTrace<'_>,
    origin: Option<i128>,
) -> Result<(Survey, Option<i128>), BadRow> {
    let reader = open(&trace.resolved).map_err(|error| BadRow::unreadable(&error))?;
    let (mut records, clock) = records(trace, reader)?;
    let mut survey = Survey {
        rows_read: 0,
        rows_used: 0,
        dropped: Vec::new(),
        sorted: true,
        first: None,
        last: None,
        end: None,
        origin: origin.unwrap_or(0),
    };
    let mut selection = None;
    let mut began = false;
    let (mut earliest, mut latest) = (i128::MAX, i128::MIN);
    while let Some(record) = records.next()? {
        survey.rows_read += 1;
        if let Some(reason) = record.dropped {
            survey.drop(reason);
            continue;
        }
        if !began && origin.is_none() && clock == Clock::Recorded {
            survey.origin = record.at;
        }
        began = true;
        survey.sorted &= record.at >= latest;
        earliest = earliest.min(record.at);
        latest = latest.max(record.at);
        if earliest < survey.origin {
            // This pass only looks for the earliest row from here on.
            continue;
        }
        let selection = selection.get_or_insert_with(|| Selection::new(trace, survey.origin));
        match selection.select(record)? {
            Ok(arrival) => {
                survey.rows_used += 1;
                survey.first = Some(survey.first.map_or(arrival.at, |first| first.min(arrival.at)));
                survey.last = survey.last.max(Some(arrival.at));
            }
            Err(reason) => survey.drop(reason),
        }
    }
    let length = latest.saturating_sub(survey.origin);
    survey.end = u64::try_from(length).ok().filter(|_| began).map(SimTime::from_ps);
    let too_late = earliest < survey.origin;
    Ok((survey, too_late.then_some(earliest)))
}

impl Survey {
    fn drop(&mut self, reason: DropReason) {
        match self.dropped.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => self.dropped.push((reason, 1)),
        }
        self.dropped.sort_unstable();
    }
}
