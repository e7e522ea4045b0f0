//! Conversations: several requests, each sent after the one before it ended.
//!
//! How many turns a session has and what it begins with are drawn when it begins; the lengths of a turn and the
//! thought after it come from streams numbered by session and turn ([`Family`]). So a session is the same whatever
//! the others do, however long its answers take, and nothing is drawn ahead. Not for when sessions begin: that is the
//! workload's arrival process. Invariant: memory is what is in progress, and a session has at most one turn that
//! waits or is being answered.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::content::Stretch;
use super::lengths::{self, Distribution, LengthUse};
use super::{Misfit, nested};
use crate::model::{Bound, Choice, Field, Form, Spec};
use crate::rng::{Family, Stream, Streams};
use crate::units::{Dimension, SimDuration, SimTime};

/// What a `session { … }` block may hold.
pub static SPEC: Spec =
    Spec::new("session", "conversations: a turn arrives its think time after the previous one finished")
        .arguments(&[
            Field::required("turns", Form::Distribution(Dimension::NUMBER), "requests of a session")
                .within(Bound::AtLeast(1.0)),
            Field::required(
                "think",
                Form::Distribution(Dimension::TIME),
                "from the end of a turn to the next one",
            )
            .within(Bound::NotNegative),
            Field::optional(
                "context",
                Form::Word(&["accumulate", "fresh"]),
                "whether a turn's prompt holds all earlier turns, prompts and outputs",
            )
            .or("accumulate"),
        ]);

/// Whether a turn's prompt holds all earlier turns.
pub(super) fn accumulates(session: &Choice) -> bool {
    session.text("context") != Some("fresh")
}

/// Which turn of which session a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The session's number within its workload, from 0, in the order in which they begin.
    pub session: u64,
    /// The turn's number within its session, from 0.
    pub number: u32,
    /// Turns of the session that are to come after it.
    pub left: u32,
    /// When the session began: its first turn arrived.
    pub began: SimTime,
}

/// The sessions of one workload that are in progress.
pub(super) struct Sessions {
    turns: Box<dyn Distribution>,
    turns_stream: Stream,
    think: Box<dyn Distribution>,
    think_streams: Family,
    accumulates: bool,
    n_begun: u64,
    in_progress: BTreeMap<u64, Session>,
    /// Turns to come, each with its session.
    thinking: BinaryHeap<Reverse<(SimTime, u64)>>,
}

/// One in progress.
#[derive(Debug)]
pub(super) struct Session {
    turn: Turn,
    /// What every turn begins with.
    pub(super) prefix: Vec<Stretch>,
    /// Prompts and outputs of all turns so far, in tokens.
    pub(super) said: u64,
}

/// What the end of a turn leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sequel {
    /// The session is over.
    Over,
    /// The next turn arrives.
    Turn(SimTime),
    /// It would arrive after the end of the clock.
    BeyondTheClock,
}

impl Sessions {
    /// Those of a workload whose streams are called `workload` and a purpose.
    pub(super) fn new(choice: &Choice, workload: &str, streams: Streams) -> Result<Sessions, Misfit> {
        Ok(Sessions {
            turns: lengths::build(nested(choice, "turns")?, LengthUse::Turns)?,
            turns_stream: streams.stream(&format!("{workload}.turns")),
            think: lengths::build(nested(choice, "think")?, LengthUse::Time)?,
            think_streams: streams.family(&format!("{workload}.think")),
            accumulates: accumulates(choice),
            n_begun: 0,
            in_progress: BTreeMap::new(),
            thinking: BinaryHeap::new(),
        })
    }

    /// Whether a turn's prompt holds all earlier turns.
    pub(super) fn accumulate(&self) -> bool {
        self.accumulates
    }

    /// How many have begun.
    pub(super) fn n_begun(&self) -> u64 {
        self.n_begun
    }

    /// When the next turn of a session in progress arrives.
    pub(super) fn peek(&self) -> Option<SimTime> {
        self.thinking.peek().map(|Reverse((at, _))| *at)
    }

    /// The first turn of the next session, which begins at `at`.
    pub(super) fn begin(&mut self, at: SimTime, prefix: Vec<Stretch>) -> Turn {
        let turns = whole_turns(self.turns.draw(&mut self.turns_stream).value);
        let turn = Turn { session: self.n_begun, number: 0, left: turns - 1, began: at };
        self.n_begun += 1;
        self.in_progress.insert(turn.session, Session { turn, prefix, said: 0 });
        turn
    }

    /// The turn that [`peek`](Sessions::peek) announced.
    pub(super) fn resume(&mut self) -> Option<Turn> {
        let Reverse((_, number)) = self.thinking.pop()?;
        let turn = &mut self.of(number).turn;
        turn.number += 1;
        turn.left -= 1;
        Some(*turn)
    }

    /// One that is in progress.
    pub(super) fn of(&mut self, number: u64) -> &mut Session {
        self.in_progress.get_mut(&number).expect("a session is kept until its last turn has ended")
    }

    /// A turn was answered at `at`, or turned away, which ends its session.
    pub(super) fn ended(&mut self, turn: &Turn, at: SimTime, finished: bool) -> Sequel {
        if !finished || turn.left == 0 {
            self.in_progress.remove(&turn.session);
            return Sequel::Over;
        }
        let mut stream = self.think_streams.member(turn.session, turn.number);
        let thought = SimDuration::from_secs_f64(self.think.draw(&mut stream).value);
        let Some(back) = thought.and_then(|thought| at.checked_add(thought)) else {
            self.in_progress.remove(&turn.session);
            return Sequel::BeyondTheClock;
        };
        self.thinking.push(Reverse((back, turn.session)));
        Sequel::Turn(back)
    }
}

/// A draw as a number of turns: rounded to the nearest, halves up, at least one.
fn whole_turns(value: f64) -> u32 {
    // The cast truncates, and saturates at the limits of u32.
    ((value + 0.5) as u32).max(1)
}
