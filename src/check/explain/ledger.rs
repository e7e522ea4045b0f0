//! Where the time of each request went, while a run goes on.
//!
//! Kept only for runs that are explained, at about 150 bytes a request. Invariant: the stages of a request add up to
//! the time from its arrival to its end.

use crate::engine::{Event, Journey, Sink};
use crate::units::SimTime;

/// What a request does at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// It waits: for a GPU, for a slot, for its cache to start moving.
    Queue,
    /// Its prompt is computed.
    Prefill,
    /// Its cache moves.
    Handoff,
    /// Its output is generated.
    Decode,
    /// It lost its place and waits for another.
    Preempted,
}

impl Stage {
    /// In the order of a request's life.
    pub(super) const ALL: [Stage; 5] =
        [Stage::Queue, Stage::Prefill, Stage::Handoff, Stage::Decode, Stage::Preempted];

    /// As in sentences.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Stage::Queue => "queue",
            Stage::Prefill => "prefill",
            Stage::Handoff => "handoff",
            Stage::Decode => "decode",
            Stage::Preempted => "preempted",
        }
    }
}

/// Picoseconds by stage, in the order of [`Stage::ALL`].
pub(super) type Spent = [u64; 5];

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Unfinished,
    Finished,
    Rejected,
    Evicted,
}

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) label: String,
    pub(super) workload: usize,
    pub(super) output: u32,
    pub(super) arrival: SimTime,
    /// When it first executed.
    pub(super) started: Option<SimTime>,
    pub(super) first_token: Option<SimTime>,
    pub(super) ended: Option<SimTime>,
    /// The replica it was last on.
    pub(super) gpu: Option<u32>,
    pub(super) fate: Fate,
    /// Up to its first token.
    pub(super) to_first_token: Spent,
    /// Altogether.
    pub(super) spent: Spent,
    stage: Stage,
    since: SimTime,
}

/// Records a run.
pub(super) struct Ledger {
    workloads: Vec<String>,
    /// Instants to look at, the next one last.
    moments: Vec<SimTime>,
    /// How many requests were in each stage once all was over that happened at an instant.
    seen: Vec<(SimTime, [u64; 5])>,
    /// By number, in order of arrival.
    pub(super) entries: Vec<Entry>,
}

impl Ledger {
    /// For a run of workloads with these names, looked at in some instants.
    pub(super) fn new(workloads: Vec<String>, mut moments: Vec<SimTime>) -> Ledger {
        moments.sort_unstable_by(|one, other| other.cmp(one));
        moments.dedup();
        Ledger { workloads, moments, seen: Vec::new(), entries: Vec::new() }
    }

    /// How many requests were in each stage at one of the instants; for one after the end of the run, at its end.
    pub(super) fn stages_at(&self, at: SimTime) -> [u64; 5] {
        let seen = self.seen.iter().find(|(moment, _)| *moment == at);
        seen.map_or_else(|| self.stages(), |(_, stages)| *stages)
    }

    /// How many requests are in each stage now.
    fn stages(&self) -> [u64; 5] {
        let mut stages = [0; 5];
        for entry in self.entries.iter().filter(|entry| entry.fate == Fate::Unfinished) {
            stages[entry.stage as usize] += 1;
        }
        stages
    }

    fn arrived(&mut self, at: SimTime, journey: &Journey) {
        let request = &journey.request;
        let workload = usize::from(request.workload);
        let label = request
            .label()
            .map_or_else(|| format!("{}-{}", self.workloads[workload], request.sequence), ToOwned::to_owned);
        self.entries.push(Entry {
            label,
            workload,
            output: request.output.get(),
            arrival: request.arrival,
            started: None,
            first_token: None,
            ended: None,
            gpu: None,
            fate: Fate::Unfinished,
            to_first_token: Spent::default(),
            spent: Spent::default(),
            stage: Stage::Queue,
            since: at,
        });
    }
}

impl Entry {
    /// From now on it does something else.
    fn turn(&mut self, at: SimTime, stage: Stage) {
        self.spent[self.stage as usize] += at.since(self.since).as_ps();
        (self.stage, self.since) = (stage, at);
    }

    /// It waits: for the first time, or again.
    fn wait(&mut self, at: SimTime) {
        let stage =
            if self.started.is_some() && self.stage != Stage::Queue { Stage::Preempted } else { self.stage };
        self.turn(at, stage);
    }

    fn end(&mut self, at: SimTime, fate: Fate) {
        self.turn(at, self.stage);
        self.ended = Some(at);
        self.fate = fate;
    }
}

impl Sink for Ledger {
    fn advance(&mut self, to: SimTime) {
        while let Some(moment) = self.moments.pop_if(|moment| *moment < to) {
            self.seen.push((moment, self.stages()));
        }
    }

    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        if event == Event::Arrived {
            return self.arrived(at, journey);
        }
        let number = usize::try_from(journey.number).expect("every request in memory has an address");
        let entry = &mut self.entries[number];
        entry.gpu = journey.gpu().or(entry.gpu);
        match event {
            Event::Arrived => unreachable!("arrivals are handled above"),
            Event::QueuedGlobally | Event::Retried { gpu: _ } | Event::Admitted { gpu: _ } => entry.wait(at),
            Event::PrefillStarted { gpu: _ } => {
                entry.turn(at, Stage::Prefill);
                entry.started.get_or_insert(at);
            }
            Event::PrefillFinished { gpu: _ } => {
                entry.turn(at, Stage::Queue);
                if entry.first_token.is_none() {
                    entry.first_token = Some(at);
                    entry.to_first_token = entry.spent;
                }
            }
            Event::HandoffStarted { .. } => entry.turn(at, Stage::Handoff),
            Event::HandoffFinished { .. } => entry.turn(at, Stage::Queue),
            Event::DecodeStarted { gpu: _ } => entry.turn(at, Stage::Decode),
            Event::Preempted { gpu: _ } => entry.turn(at, Stage::Preempted),
            Event::Finished { gpu: _ } => entry.end(at, Fate::Finished),
            Event::Rejected { reason: _ } => entry.end(at, Fate::Rejected),
            Event::Evicted { gpu: _ } => entry.end(at, Fate::Evicted),
        }
    }
}
