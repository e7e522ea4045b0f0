//! A workload drawn from distributions: when its requests or sessions come, what they begin with, how long they are.
//!
//! Lengths are drawn when a request is taken, so a workload is as small as its distributions and what of it is in
//! progress. Each purpose has a stream of its own. Invariant: requests are handed out by arrival; of one instant
//! first the turns of older sessions.

use super::coming::{Coming, Statements};
use super::content::{Stretch, Text};
use super::lengths::{self, Distribution, LengthUse, MAX_TOKENS, whole_tokens};
use super::prefixes::Prefixes;
use super::sessions::{Sequel, Sessions, Turn};
use super::{Misfit, Request, TrafficError};
use crate::model::{Workload, WorkloadSource};
use crate::rng::{Family, Stream, Streams};
use crate::units::{SimTime, Tokens};

pub(super) struct Generated {
    workload: u16,
    sequence: u64,
    /// Requests, or sessions where there are sessions.
    coming: Coming,
    sessions: Option<Sessions>,
    prefixes: Prefixes,
    prompt: Lengths,
    output: Lengths,
    /// Where messages point.
    name: String,
    problem: Option<TrafficError>,
}

struct Lengths {
    law: Box<dyn Distribution>,
    draws: Draws,
}

/// Where a length is drawn.
enum Draws {
    /// One request after the other.
    InOrder(Stream),
    /// By session and turn.
    ByTurn(Family),
}

impl Lengths {
    fn draw(&mut self, turn: Option<&Turn>) -> Tokens {
        let value = match (&mut self.draws, turn) {
            (Draws::InOrder(stream), None) => self.law.draw(stream),
            (Draws::ByTurn(family), Some(turn)) => {
                self.law.draw(&mut family.member(turn.session, turn.number))
            }
            (Draws::InOrder(_), Some(_)) | (Draws::ByTurn(_), None) => {
                unreachable!("lengths are drawn by turn where there are sessions, and only there")
            }
        };
        whole_tokens(value)
    }
}

impl Generated {
    /// Draws the first arrival of the workload at index `number`, whose source is `Generated`.
    pub(super) fn new(workload: &Workload, number: u16, streams: Streams) -> Result<Generated, Misfit> {
        let WorkloadSource::Generated {
            arrivals,
            rate,
            prompt,
            output,
            session,
            prefixes,
            start,
            duration,
            requests,
        } = &workload.source
        else {
            unreachable!("only generated workloads are drawn");
        };
        let of_workload = format!("workload.{}", workload.name);
        let name = |purpose: &str| format!("{of_workload}.{purpose}");
        let stream = |purpose: &str| streams.stream(&name(purpose));
        let lengths = |choice, purpose| -> Result<Lengths, Misfit> {
            // The two sides of a pair are drawn from equal streams.
            let purpose = if lengths::is_joint(choice) { "lengths" } else { purpose };
            let draws = match session {
                None => Draws::InOrder(stream(purpose)),
                Some(_) => Draws::ByTurn(streams.family(&name(purpose))),
            };
            Ok(Lengths { law: lengths::build(choice, LengthUse::Tokens)?, draws })
        };
        let statements = Statements {
            arrivals,
            rate: rate.as_ref(),
            start: *start,
            duration: *duration,
            requests: *requests,
        };
        let sessions = session.as_ref().map(|session| Sessions::new(session, &of_workload, streams));
        let mut generated = Generated {
            workload: number,
            sequence: 0,
            coming: Coming::new(&statements, stream)?,
            sessions: sessions.transpose()?,
            prefixes: Prefixes::new(prefixes, number, stream)?,
            prompt: lengths(prompt, "prompt")?,
            output: lengths(output, "output")?,
            name: workload.name.clone(),
            problem: None,
        };
        generated.note_the_clock();
        Ok(generated)
    }

    pub(super) fn peek(&self) -> Option<SimTime> {
        let turn = self.sessions.as_ref().and_then(Sessions::peek);
        turn.into_iter().chain(self.coming.peek()).min()
    }

    pub(super) fn take(&mut self) -> Option<Request> {
        let arrival = self.peek()?;
        let turn = self.next_turn(arrival);
        let own = self.prompt.draw(turn.as_ref());
        let output = self.output.draw(turn.as_ref());
        let (prompt, content) = match &turn {
            Some(turn) => self.prompt_of_turn(turn, own, output),
            None => {
                let prefix = self.prefixes.draw();
                self.prompt_with_prefix(prefix, own)
            }
        };
        let request = Request {
            workload: self.workload,
            sequence: self.sequence,
            arrival,
            prompt,
            output,
            label: None,
            content,
            turn: turn.map(Box::new),
        };
        self.sequence += 1;
        if turn.is_none_or(|turn| turn.number == 0) {
            self.coming.take();
            self.note_the_clock();
        }
        Some(request)
    }

    /// What a request's end leads to: the next turn of its session, or the next request of its user; when that
    /// arrives.
    pub(super) fn ended(&mut self, request: &Request, at: SimTime, finished: bool) -> Option<SimTime> {
        let (Some(sessions), Some(turn)) = (&mut self.sessions, &request.turn) else {
            return self.coming.ended(at);
        };
        match sessions.ended(turn, at, finished) {
            Sequel::Over => None,
            Sequel::Turn(back) => Some(back),
            Sequel::BeyondTheClock => {
                let (turn, session) = (turn.number + 1, turn.session);
                self.give_up(format!(
                    "turn `{turn}` of session `{session}` would arrive after the simulation's clock has ended, at 213 days"
                ));
                None
            }
        }
    }

    /// How many prompts and outputs `min` or `max` have changed, of how many requests.
    pub(super) fn clamped(&self) -> (u64, u64, u64) {
        (self.prompt.law.clamped(), self.output.law.clamped(), self.sequence)
    }

    /// That a request lay beyond the simulation's clock, or held more tokens than can be counted; it ended the
    /// workload.
    pub(super) fn problem(&self) -> Option<&TrafficError> {
        self.problem.as_ref()
    }

    /// The turn that arrives; `None` without sessions.
    fn next_turn(&mut self, arrival: SimTime) -> Option<Turn> {
        let sessions = self.sessions.as_mut()?;
        if sessions.peek() == Some(arrival) {
            return sessions.resume();
        }
        Some(sessions.begin(arrival, self.prefixes.draw()))
    }

    /// What a turn asks: what its session begins with, what was said so far unless it starts afresh, its own tokens.
    fn prompt_of_turn(
        &mut self,
        turn: &Turn,
        own: Tokens,
        output: Tokens,
    ) -> (Tokens, Option<Box<[Stretch]>>) {
        let sessions = self.sessions.as_mut().expect("turns belong to sessions");
        let accumulates = sessions.accumulate();
        let session = sessions.of(turn.session);
        let prefix = session.prefix.clone();
        if !accumulates {
            return self.prompt_with_prefix(prefix, own);
        }
        let asked = session.said + u64::from(own.get());
        session.said = asked + u64::from(output.get());
        self.prompt_with_text(prefix, Text::Session(turn.session), asked)
    }

    /// A prefix, and after it tokens that no other request has.
    fn prompt_with_prefix(&mut self, prefix: Vec<Stretch>, own: Tokens) -> (Tokens, Option<Box<[Stretch]>>) {
        if prefix.is_empty() {
            return (own, None);
        }
        self.prompt_with_text(prefix, Text::Own(self.sequence), u64::from(own.get()))
    }

    /// A prefix, and after it the first tokens of a text; even none of them says where the output goes on.
    fn prompt_with_text(
        &mut self,
        mut stretches: Vec<Stretch>,
        text: Text,
        tokens: u64,
    ) -> (Tokens, Option<Box<[Stretch]>>) {
        let prefix: u32 = stretches.iter().map(|stretch| stretch.tokens).sum();
        let room = MAX_TOKENS - prefix;
        if tokens > u64::from(room) {
            let found = u64::from(prefix) + tokens;
            self.give_up(format!(
                "a prompt has at most `{MAX_TOKENS}` tokens, that of request `{}` has `{found}`; limit `turns`, or \
                 the lengths with `max`",
                self.sequence
            ));
        }
        let tokens = u32::try_from(tokens).map_or(room, |tokens| tokens.min(room));
        stretches.push(Stretch { text: text.number(self.workload), tokens });
        (Tokens::new(prefix + tokens), Some(stretches.into_boxed_slice()))
    }

    /// Arrivals beyond the clock do not end the workload: they are a mistake in it.
    fn note_the_clock(&mut self) {
        if self.coming.beyond_the_clock() && self.problem.is_none() {
            let (what, number) = match &self.sessions {
                None => ("request", self.sequence),
                Some(sessions) => ("session", sessions.n_begun()),
            };
            self.give_up(format!(
                "{what} `{number}` would arrive after the simulation's clock has ended, at 213 days"
            ));
        }
    }

    /// Ends the workload; what is in progress may end.
    fn give_up(&mut self, message: String) {
        self.coming.stop();
        self.problem.get_or_insert(TrafficError {
            path: self.name.clone(),
            line: None,
            column: None,
            message,
            unreadable: false,
        });
    }
}
