//! A workload read from rows: those of the scenario, or of a file as they arrive.
//!
//! A sorted file is read row by row, an unsorted one is held and sorted. Invariant: rows are handed out by arrival,
//! those of one instant in the order of the file.

use std::vec;

use super::content::{Stretch, Text};
use super::formats::{self, Arrival, Replay, Survey};
use super::request::{Particulars, Request};
use super::{OpenTrace, TrafficError};
use crate::model::{TraceFile, TraceRow};
use crate::units::SimTime;

pub(super) struct Replayed {
    workload: u16,
    sequence: u64,
    rows: Rows,
    /// What the file holds; `None` for rows of the scenario.
    survey: Option<Survey>,
    next: Option<Arrival>,
    problem: Option<TrafficError>,
}

enum Rows {
    Held(vec::IntoIter<Arrival>),
    Read(Box<Replay>),
}

impl Replayed {
    /// The rows of an inline trace.
    pub(super) fn rows(rows: &[TraceRow], workload: u16) -> Replayed {
        let mut arrivals: Vec<Arrival> = rows
            .iter()
            .map(|row| Arrival {
                at: row.arrival,
                prompt: row.prompt,
                output: row.output,
                id: Some(row.id.as_str().into()),
                content: None,
            })
            .collect();
        arrivals.sort_by_key(|arrival| arrival.at);
        Replayed::new(Rows::Held(arrivals.into_iter()), None, workload)
    }

    /// The rows of a file, all of which are looked at before the first is handed out.
    pub(super) fn file(
        trace: &TraceFile,
        workload: u16,
        open: OpenTrace<'_>,
    ) -> Result<Replayed, TrafficError> {
        let survey = formats::survey(trace, open)?;
        if survey.rows_used == 0 {
            return Err(nothing_used(trace, &survey));
        }
        let replay = formats::replay(trace, &survey, open)?;
        let rows = if survey.sorted {
            Rows::Read(Box::new(replay))
        } else {
            let mut arrivals = replay.collect::<Result<Vec<Arrival>, TrafficError>>()?;
            arrivals.sort_by_key(|arrival| arrival.at);
            Rows::Held(arrivals.into_iter())
        };
        Ok(Replayed::new(rows, Some(survey), workload))
    }

    fn new(rows: Rows, survey: Option<Survey>, workload: u16) -> Replayed {
        let mut replayed = Replayed { workload, sequence: 0, rows, survey, next: None, problem: None };
        replayed.advance();
        replayed
    }

    pub(super) fn peek(&self) -> Option<SimTime> {
        self.next.as_ref().map(|arrival| arrival.at)
    }

    pub(super) fn take(&mut self) -> Option<Request> {
        let Arrival { at, prompt, output, id, mut content } = self.next.take()?;
        if let Some((answer, prompt)) = content.as_deref_mut().and_then(<[Stretch]>::split_last_mut) {
            for block in prompt {
                block.text = Text::Recorded(block.text).number(self.workload);
            }
            answer.text = Text::Own(self.sequence).number(self.workload);
        }
        let request = Request {
            workload: self.workload,
            sequence: self.sequence,
            arrival: at,
            prompt,
            output,
            particulars: Particulars { label: id, content, turn: None }.boxed(),
        };
        self.sequence += 1;
        self.advance();
        Some(request)
    }

    /// What the file holds.
    pub(super) fn survey(&self) -> Option<&Survey> {
        self.survey.as_ref()
    }

    pub(super) fn problem(&self) -> Option<&TrafficError> {
        self.problem.as_ref()
    }

    fn advance(&mut self) {
        self.next = match &mut self.rows {
            Rows::Held(arrivals) => arrivals.next(),
            Rows::Read(replay) => match replay.next() {
                Some(Ok(arrival)) => Some(arrival),
                Some(Err(problem)) => {
                    self.problem = Some(problem);
                    None
                }
                None => None,
            },
        };
    }
}

/// A trace without arrivals would pass expectations that nothing put to the test.
fn nothing_used(trace: &TraceFile, survey: &Survey) -> TrafficError {
    let reasons: Vec<String> =
        survey.dropped.iter().map(|(reason, count)| format!("`{count}` {}", reason.name())).collect();
    let message = match survey.rows_read {
        0 => "expected at least one row of a request, found none".to_owned(),
        read => {
            let end = survey.end.map_or_else(String::new, |end| format!("; the last is at `{end}`"));
            format!("expected at least one row to use, found none of `{read}` ({}){end}", reasons.join(", "))
        }
    };
    TrafficError { path: trace.path.clone(), line: None, column: None, unreadable: false, message }
}
