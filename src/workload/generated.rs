//! A workload drawn from distributions: when its requests or sessions come, what they begin with, how long they are.
//!
//! Lengths are drawn ahead in blocks, those of a turn when it is taken, so a workload is as small as its distributions
//! and what of it is in progress. Each purpose has a stream of its own. Invariant: requests are handed out by arrival;
//! of one instant first the turns of older sessions.

use super::ahead::Ahead;
use super::coming::{Coming, Statements};
use super::content::{Stretch, Text};
use super::lengths::{self, Distribution, Length, LengthUse, MAX_TOKENS};
use super::prefixes::Prefixes;
use super::request::{Particulars, Request};
use super::sessions::{Sequel, Sessions, Turn};
use super::{Misfit, TrafficError};
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
    /// How often limits have changed those that were handed out.
    clamped: u64,
}

/// Where a length is drawn.
enum Draws {
    /// One request after the other.
    InOrder(Stream, Ahead<Length>),
    /// By session and turn.
    ByTurn(Family),
}

impl Lengths {
    /// That of a request outside sessions.
    #[inline]
    fn next(&mut self) -> Tokens {
        let Draws::InOrder(stream, ahead) = &mut self.draws else {
            unreachable!("lengths are drawn by turn only where there are sessions")
        };
        let next = ahead.next(|block| {
            self.law.draw_lengths(stream, block);
            block.len()
        });
        let Length { tokens, n_clamped } = next.expect("a law has no end");
        self.clamped += u64::from(n_clamped);
        tokens
    }

    fn of_turn(&mut self, turn: &Turn) -> Tokens {
        let Draws::ByTurn(family) = &self.draws else {
            unreachable!("lengths are drawn by turn where there are sessions")
        };
        let Length { tokens, n_clamped } =
            self.law.draw(&mut family.member(turn.session, turn.number)).into();
        self.clamped += u64::from(n_clamped);
        tokens
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
                None => Draws::InOrder(stream(purpose), Ahead::new()),
                Some(_) => Draws::ByTurn(streams.family(&name(purpose))),
            };
            Ok(Lengths { law: lengths::build(choice, LengthUse::Tokens)?, draws, clamped: 0 })
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

    /// Whether the ends of requests lead to others.
    pub(super) fn listens(&self) -> bool {
        self.sessions.is_some() || self.coming.is_closed()
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<SimTime> {
        let coming = self.coming.peek();
        match self.sessions.as_ref().and_then(Sessions::peek) {
            None => coming,
            Some(turn) => Some(coming.map_or(turn, |coming| coming.min(turn))),
        }
    }

    /// What arrives at the time that [`peek`](Generated::peek) gives.
    pub(super) fn take(&mut self, arrival: SimTime) -> Option<Request> {
        if self.sessions.is_some() {
            return self.turn(arrival);
        }
        let own = self.prompt.next();
        let output = self.output.next();
        let (prompt, particulars) = if self.prefixes.is_empty() {
            (own, None)
        } else {
            let prefix = self.prefixes.draw();
            let (prompt, content) = self.prompt_with_prefix(prefix, own);
            (prompt, Particulars { content, ..Particulars::default() }.boxed())
        };
        let request = self.request(arrival, prompt, output, particulars);
        self.begin_next();
        Some(request)
    }

    /// The next turn of a session, which arrives at `arrival`.
    fn turn(&mut self, arrival: SimTime) -> Option<Request> {
        let turn = self.next_turn(arrival)?;
        let own = self.prompt.of_turn(&turn);
        let output = self.output.of_turn(&turn);
        let (prompt, content) = self.prompt_of_turn(&turn, own, output);
        let particulars = Particulars { label: None, content, turn: Some(turn) };
        let request = self.request(arrival, prompt, output, particulars.boxed());
        if turn.number == 0 {
            self.begin_next();
        }
        Some(request)
    }

    #[inline]
    fn request(
        &mut self,
        arrival: SimTime,
        prompt: Tokens,
        output: Tokens,
        particulars: Option<Box<Particulars>>,
    ) -> Request {
        let Generated { workload, sequence, .. } = *self;
        self.sequence += 1;
        Request { arrival, sequence, particulars, prompt, output, workload }
    }

    /// The arrival that was announced has come.
    #[inline]
    fn begin_next(&mut self) {
        self.coming.take();
        if self.coming.beyond_the_clock() {
            self.note_the_clock();
        }
    }

    /// What a request's end leads to: the next turn of its session, or the next request of its user; when that
    /// arrives.
    pub(super) fn ended(&mut self, request: &Request, at: SimTime, finished: bool) -> Option<SimTime> {
        let (Some(sessions), Some(turn)) = (&mut self.sessions, request.turn()) else {
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
        (self.prompt.clamped, self.output.clamped, self.sequence)
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
