//! All workloads of a scenario, merged by arrival time.

use std::io::BufRead;

use super::files;
use super::formats::Survey;
use super::generated::Generated;
use super::replayed::Replayed;
use super::request::Request;
use crate::min_tree::MinTree;
use crate::model::{Scenario, WorkloadSource};
use crate::rng::Streams;
use crate::units::SimTime;

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
    heads: MinTree<Head>,
    /// The earliest of them.
    next: Head,
    /// Which sources wait for the ends of their requests.
    listens: Vec<bool>,
}

/// The next arrival of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Head {
    At(SimTime),
    /// Nothing arrives, unless the end of a request leads to it.
    Nothing,
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
        let mut heads = MinTree::new(sources.len(), Head::Nothing, Head::Nothing);
        for (index, source) in sources.iter().enumerate() {
            heads.set(index, source.head());
        }
        let listens = sources.iter().map(Source::listens).collect();
        Ok(Traffic { next: heads.least(), sources, heads, listens })
    }

    /// When the next request arrives.
    #[must_use]
    #[inline]
    pub fn peek(&self) -> Option<SimTime> {
        match self.next {
            Head::At(at) => Some(at),
            Head::Nothing => None,
        }
    }

    /// The next request.
    pub fn next_request(&mut self) -> Option<Request> {
        let Head::At(at) = self.next else { return None };
        let index = self.heads.first_at_most(0, self.next)?;
        let request = self.sources[index].take(at);
        self.refresh(index);
        request
    }

    /// Notifies closed loops and sessions that a request ended, so that what depends on it can be scheduled.
    /// A later arrival this causes is never before `at`; whether one comes right then.
    #[inline]
    pub fn ended(&mut self, request: &Request, at: SimTime, finished: bool) -> bool {
        self.listens[usize::from(request.workload)] && self.goes_on(request, at, finished)
    }

    fn goes_on(&mut self, request: &Request, at: SimTime, finished: bool) -> bool {
        let index = usize::from(request.workload);
        let Source::Generated(generated) = &mut self.sources[index] else {
            unreachable!("only generated workloads wait for ends")
        };
        let back = generated.ended(request, at, finished);
        self.refresh(index);
        back == Some(at)
    }

    #[inline]
    fn refresh(&mut self, index: usize) {
        self.heads.set(index, self.sources[index].head());
        self.next = self.heads.least();
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

    /// What the trace files hold, by the index of their workload.
    pub fn surveys(&self) -> impl Iterator<Item = (u16, &Survey)> {
        self.sources.iter().zip(0..).filter_map(|(source, workload)| match source {
            Source::Generated(_) => None,
            Source::Replayed(replayed) => Some((workload, replayed.survey()?)),
        })
    }

    /// Why a source stopped before its end (a trace that changed while it was read); checked after a run.
    #[must_use]
    pub fn problem(&self) -> Option<&TrafficError> {
        self.sources.iter().find_map(Source::problem)
    }
}

impl Source {
    fn head(&self) -> Head {
        let next = match self {
            Source::Generated(generated) => generated.peek(),
            Source::Replayed(replayed) => replayed.peek(),
        };
        next.map_or(Head::Nothing, Head::At)
    }

    fn listens(&self) -> bool {
        match self {
            Source::Generated(generated) => generated.listens(),
            Source::Replayed(_) => false,
        }
    }

    fn take(&mut self, at: SimTime) -> Option<Request> {
        match self {
            Source::Generated(generated) => generated.take(at),
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
