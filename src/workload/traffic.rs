//! All workloads of a scenario, merged by arrival time.

use std::io::BufRead;

use super::content::Stretch;
use super::files;
use super::generated::Generated;
use super::replayed::Replayed;
use super::sessions::Turn;
use crate::model::{Scenario, WorkloadSource};
use crate::rng::Streams;
use crate::units::{SimTime, Tokens};

/// One request as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Index of its workload in the scenario.
    pub workload: u16,
    /// Its number within the workload, from 0.
    pub sequence: u64,
    /// When it arrives.
    pub arrival: SimTime,
    /// Prompt tokens.
    pub prompt: Tokens,
    /// Output tokens.
    pub output: Tokens,
    /// The id of a trace row; generated requests are called `workload-sequence`, turns
    /// `workload-session.turn`.
    pub label: Option<Box<str>>,
    /// What its prompt's tokens are; `None` where they are its own and no other request has them.
    pub content: Option<Box<[Stretch]>>,
    /// Which turn of which session it is; `None` outside sessions. Boxed, as most requests have none.
    pub turn: Option<Box<Turn>>,
}

/// Opens a trace by its resolved path; the only way file contents reach a workload.
pub type OpenTrace<'a> = &'a dyn Fn(&str) -> std::io::Result<Box<dyn BufRead + Send>>;

/// Why requests cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrafficError {
    /// The file's path, as written in the scenario; the workload's name where it reads none.
    pub path: String,
    /// Line in it, from 1, where one is to blame.
    pub line: Option<u64>,
    /// Column in it, from 1.
    pub column: Option<u64>,
    /// What was expected and found.
    pub message: String,
    /// Whether the file itself cannot be read: what it holds is not to blame.
    pub unreadable: bool,
}

/// How often the limits of a workload's lengths have changed a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clamped {
    /// Index of the workload in the scenario.
    pub workload: u16,
    /// Prompts changed.
    pub prompts: u64,
    /// Outputs changed.
    pub outputs: u64,
    /// Requests drawn.
    pub drawn: u64,
}

/// All requests of a scenario, by arrival; ties in the order of the workloads.
pub struct Traffic {
    sources: Vec<Source>,
    /// The next arrival of each source.
    heads: Vec<Option<SimTime>>,
    /// The earliest head and its source.
    next: Option<(SimTime, usize)>,
}

enum Source {
    Generated(Box<Generated>),
    Replayed(Box<Replayed>),
}

impl Traffic {
    /// Prepares the workloads of `scenario` under `seed`.
    ///
    /// # Errors
    /// When a trace or a file of numbers cannot be opened or one of its rows cannot be read, when the arguments of a
    /// workload do not determine its requests, or when there are more workloads than 65,536.
    pub fn new(scenario: &Scenario, seed: u64, open: OpenTrace<'_>) -> Result<Traffic, TrafficError> {
        let streams = Streams::new(seed);
        let mut sources = Vec::with_capacity(scenario.workloads.len());
        for (index, workload) in scenario.workloads.iter().enumerate() {
            let problem = |message: String| TrafficError {
                path: workload.name.clone(),
                line: None,
                column: None,
                message,
                unreadable: false,
            };
            let number = u16::try_from(index)
                .map_err(|_| problem("expected at most `65536` workloads, found more".to_owned()))?;
            sources.push(match &workload.source {
                WorkloadSource::Generated { .. } => {
                    let workload = files::read(workload, open)?;
                    let generated = Generated::new(&workload, number, streams);
                    Source::Generated(Box::new(generated.map_err(|misfit| problem(misfit.message))?))
                }
                WorkloadSource::Rows(rows) => Source::Replayed(Box::new(Replayed::rows(rows, number))),
                WorkloadSource::File(trace) => {
                    Source::Replayed(Box::new(Replayed::file(trace, number, open)?))
                }
            });
        }
        let heads: Vec<Option<SimTime>> = sources.iter().map(Source::peek).collect();
        let next = earliest(&heads);
        Ok(Traffic { sources, heads, next })
    }

    /// When the next request arrives.
    #[must_use]
    #[inline]
    pub fn peek(&self) -> Option<SimTime> {
        self.next.map(|(at, _)| at)
    }

    /// The next request.
    pub fn next_request(&mut self) -> Option<Request> {
        let (_, index) = self.next?;
        let request = self.sources[index].take();
        self.refresh(index);
        request
    }

    /// Notifies closed loops and sessions that a request ended, so that what depends on it can be scheduled.
    /// A later arrival this causes is never before `at`; whether one comes right then.
    pub fn ended(&mut self, request: &Request, at: SimTime, finished: bool) -> bool {
        let index = usize::from(request.workload);
        let Source::Generated(generated) = &mut self.sources[index] else { return false };
        let Some(back) = generated.ended(request, at, finished) else { return false };
        self.refresh(index);
        back == at
    }

    /// How often `min` and `max` have changed lengths so far, for each generated workload.
    pub fn clamped(&self) -> impl Iterator<Item = Clamped> {
        self.sources.iter().zip(0..).filter_map(|(source, workload)| match source {
            Source::Generated(generated) => {
                let (prompts, outputs, drawn) = generated.clamped();
                Some(Clamped { workload, prompts, outputs, drawn })
            }
            Source::Replayed(_) => None,
        })
    }

    /// Why a source stopped before its end (a trace that changed while it was read); checked after a run.
    #[must_use]
    pub fn problem(&self) -> Option<&TrafficError> {
        self.sources.iter().find_map(Source::problem)
    }

    fn refresh(&mut self, index: usize) {
        self.heads[index] = self.sources[index].peek();
        self.next = earliest(&self.heads);
    }
}

/// The earliest head and its index; of equal ones the first.
fn earliest(heads: &[Option<SimTime>]) -> Option<(SimTime, usize)> {
    let mut earliest: Option<(SimTime, usize)> = None;
    for (index, head) in heads.iter().enumerate() {
        if let Some(at) = *head
            && earliest.is_none_or(|(first, _)| at < first)
        {
            earliest = Some((at, index));
        }
    }
    earliest
}

impl Source {
    fn peek(&self) -> Option<SimTime> {
        match self {
            Source::Generated(generated) => generated.peek(),
            Source::Replayed(replayed) => replayed.peek(),
        }
    }

    fn take(&mut self) -> Option<Request> {
        match self {
            Source::Generated(generated) => generated.take(),
            Source::Replayed(replayed) => replayed.take(),
        }
    }

    fn problem(&self) -> Option<&TrafficError> {
        match self {
            Source::Generated(generated) => generated.problem(),
            Source::Replayed(replayed) => replayed.problem(),
        }
    }
}
