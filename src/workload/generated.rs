//! A workload drawn from distributions: an arrival process and two lengths, each with a stream of its own.
//!
//! Arrivals are drawn one ahead, lengths when a request is taken, so a workload is as small as its distributions;
//! a closed loop keeps one time a user. Invariant: an arrival lies before `duration` has passed since `start`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::arrivals::{self, Arrivals, Process};
use super::lengths::{self, Distribution, Place, whole_tokens};
use super::rates::{self, Until};
use super::{Misfit, Request, TrafficError};
use crate::model::{Workload, WorkloadSource};
use crate::rng::{Stream, Streams};
use crate::units::{SimDuration, SimTime, Tokens};

pub(super) struct Generated {
    workload: u16,
    sequence: u64,
    coming: Coming,
    prompt: Lengths,
    output: Lengths,
    start: SimTime,
    /// Arrivals lie before it.
    end: Option<SimDuration>,
    /// How many may still arrive.
    left: Option<u64>,
    next: Option<SimTime>,
    /// Where messages point.
    name: String,
    problem: Option<TrafficError>,
}

/// Where arrivals come from.
enum Coming {
    /// `ends` says whether the rate ends by itself.
    Open {
        process: Box<dyn Process>,
        rate: Until,
        ends: bool,
        stream: Stream,
    },
    Closed {
        think: Box<dyn Distribution>,
        stream: Stream,
        thinking: BinaryHeap<Reverse<SimTime>>,
    },
}

struct Lengths {
    law: Box<dyn Distribution>,
    stream: Stream,
}

impl Lengths {
    fn draw(&mut self) -> Tokens {
        whole_tokens(self.law.draw(&mut self.stream))
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
        if session.is_some() || !prefixes.is_empty() {
            return Err(Misfit::new(
                "sessions and shared prefixes are not simulated yet",
                "leave out `session`, `prefix_group` and `prefix_pool`",
            ));
        }
        let stream = |purpose: &str| streams.stream(&format!("workload.{}.{purpose}", workload.name));
        let lengths = |choice, purpose| -> Result<Lengths, Misfit> {
            Ok(Lengths { law: lengths::build(choice, Place::Tokens)?, stream: stream(purpose) })
        };
        let coming = match (arrivals::build(arrivals)?, rate) {
            (Arrivals::Open(process), Some(rate)) => {
                let rate = rates::build(rate, *start)?;
                let ends = rate.end().is_some();
                let clock = SimTime::MAX.since(*start);
                let end = duration.map_or(clock, |duration| duration.min(clock)).as_secs_f64();
                Coming::Open { process, rate: Until { rate, end }, ends, stream: stream("arrivals") }
            }
            (Arrivals::Closed(users, think), None) => {
                closed(users, lengths::build(&think, Place::Time)?, stream("think"), *start)
            }
            (Arrivals::Open(_), None) => {
                let help = "add `rate`, as in `rate 5 req/s`";
                return Err(Misfit::new(format!("`{}` arrivals need a `rate`", arrivals.name), help));
            }
            (Arrivals::Closed(..), Some(_)) => {
                let help = "remove `rate`: how often users come back follows from their think time";
                return Err(Misfit::new(format!("`{}` take no `rate`", arrivals.name), help));
            }
        };
        let mut generated = Generated {
            workload: number,
            sequence: 0,
            coming,
            prompt: lengths(prompt, "prompt")?,
            output: lengths(output, "output")?,
            start: *start,
            end: *duration,
            left: *requests,
            next: None,
            name: workload.name.clone(),
            problem: None,
        };
        generated.draw_next();
        Ok(generated)
    }

    pub(super) fn peek(&self) -> Option<SimTime> {
        self.next
    }

    pub(super) fn take(&mut self) -> Option<Request> {
        let arrival = self.next?;
        let request = Request {
            workload: self.workload,
            sequence: self.sequence,
            arrival,
            prompt: self.prompt.draw(),
            output: self.output.draw(),
            label: None,
            content: None,
        };
        self.sequence += 1;
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        if let Coming::Closed { thinking, .. } = &mut self.coming {
            thinking.pop();
        }
        self.draw_next();
        Some(request)
    }

    /// The user of an ended request thinks, then sends the next one; when that is, in a closed loop.
    pub(super) fn ended(&mut self, at: SimTime) -> Option<SimTime> {
        let Coming::Closed { think, stream, thinking } = &mut self.coming else { return None };
        let back = SimDuration::from_secs_f64(think.draw(stream)).and_then(|thought| at.checked_add(thought));
        // A thought beyond the clock never ends: that user never comes back.
        thinking.extend(back.map(Reverse));
        self.draw_next();
        back
    }

    /// How many prompts and outputs `min` or `max` have changed, of how many requests.
    pub(super) fn clamped(&self) -> (u64, u64, u64) {
        (self.prompt.law.clamped(), self.output.law.clamped(), self.sequence)
    }

    /// That an arrival lay beyond the simulation's clock, which ended the workload.
    pub(super) fn problem(&self) -> Option<&TrafficError> {
        self.problem.as_ref()
    }

    fn draw_next(&mut self) {
        self.next = if self.left == Some(0) { None } else { self.drawn_arrival() };
        if let (Some(next), Some(end)) = (self.next, self.end)
            && next.since(self.start) >= end
        {
            self.next = None;
        }
    }

    fn drawn_arrival(&mut self) -> Option<SimTime> {
        match &mut self.coming {
            Coming::Closed { thinking, .. } => thinking.peek().map(|Reverse(back)| *back),
            Coming::Open { process, rate, ends, stream } => {
                let seconds = process.next(rate, stream);
                let offset = seconds.and_then(SimDuration::from_secs_f64);
                let time = offset.and_then(|offset| self.start.checked_add(offset));
                let over = seconds.is_none() && *ends;
                if time.is_none() && self.end.is_none() && !over {
                    self.problem = Some(TrafficError {
                        path: self.name.clone(),
                        line: None,
                        column: None,
                        message: format!(
                            "request `{}` would arrive after the simulation's clock has ended, at 213 days",
                            self.sequence
                        ),
                        unreadable: false,
                    });
                }
                time
            }
        }
    }
}

/// Users that begin by thinking, so that they do not all come at once.
fn closed(users: u64, mut think: Box<dyn Distribution>, mut stream: Stream, start: SimTime) -> Coming {
    let mut thinking = BinaryHeap::with_capacity(users as usize);
    for _ in 0..users {
        // A thought beyond the clock never ends: that user never comes.
        let thought = SimDuration::from_secs_f64(think.draw(&mut stream));
        thinking.extend(thought.and_then(|thought| start.checked_add(thought)).map(Reverse));
    }
    Coming::Closed { think, stream, thinking }
}
