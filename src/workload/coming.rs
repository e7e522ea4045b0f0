//! When the requests of a workload come, or its sessions: an arrival process under a rate, or a closed loop.
//!
//! Arrivals are drawn ahead in blocks; a closed loop keeps one time a user. Invariant: an arrival lies before `duration` has
//! passed since `start`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Misfit;
use super::ahead::{Ahead, MOST};
use super::arrivals::{self, Arrivals, Process};
use super::lengths::{self, Distribution, LengthUse};
use super::rates::{self, Until};
use crate::model::Choice;
use crate::rng::Stream;
use crate::units::{SimDuration, SimTime};

/// Arrivals to come.
pub(super) struct Coming {
    source: Source,
    start: SimTime,
    /// Arrivals lie before it.
    end: Option<SimDuration>,
    /// How many may still arrive.
    left: Option<u64>,
    next: Option<SimTime>,
    beyond_the_clock: bool,
}

/// The statements of a workload that say when something comes, and when no more.
pub(super) struct Statements<'a> {
    pub(super) arrivals: &'a Choice,
    pub(super) rate: Option<&'a Choice>,
    pub(super) start: SimTime,
    pub(super) duration: Option<SimDuration>,
    pub(super) requests: Option<u64>,
}

/// Where arrivals come from.
enum Source {
    Open(Open, Ahead<SimTime>),
    Closed { think: Box<dyn Distribution>, stream: Stream, thinking: BinaryHeap<Reverse<SimTime>> },
}

/// Arrivals that depend on nothing that happens.
struct Open {
    process: Box<dyn Process>,
    rate: Until,
    /// Whether the rate ends by itself.
    ends: bool,
    stream: Stream,
    start: SimTime,
    /// Whether what was drawn last is followed by an arrival beyond the simulation's clock.
    leaves_the_clock: bool,
}

impl Open {
    /// Fills a block; fewer than there is room for come before the end of the rate or of the clock.
    fn draw(&mut self, block: &mut [SimTime]) -> usize {
        let mut seconds = [0.0; MOST];
        let seconds = &mut seconds[..block.len()];
        let n_drawn = self.process.next_block(&self.rate, &mut self.stream, seconds);
        for (index, (place, seconds)) in block.iter_mut().zip(&seconds[..n_drawn]).enumerate() {
            let offset = SimDuration::from_secs_f64(*seconds);
            let Some(time) = offset.and_then(|offset| self.start.checked_add(offset)) else {
                self.leaves_the_clock = true;
                return index;
            };
            *place = time;
        }
        self.leaves_the_clock |= n_drawn < block.len() && !self.ends;
        n_drawn
    }
}

impl Coming {
    /// Draws the first; `stream` makes the stream of a purpose.
    pub(super) fn new(
        statements: &Statements<'_>,
        stream: impl Fn(&str) -> Stream,
    ) -> Result<Coming, Misfit> {
        let Statements { arrivals, rate, start, duration, requests } = *statements;
        let source = match (arrivals::build(arrivals)?, rate) {
            (Arrivals::Open(process), Some(rate)) => {
                let rate = rates::build(rate, start)?;
                let ends = rate.end().is_some();
                let clock = SimTime::MAX.since(start);
                let end = duration.map_or(clock, |duration| duration.min(clock)).as_secs_f64();
                let (rate, stream) = (Until { rate, end }, stream("arrivals"));
                let open = Open { process, rate, ends, stream, start, leaves_the_clock: false };
                Source::Open(open, Ahead::new())
            }
            (Arrivals::Closed(users, think), None) => {
                closed(users, lengths::build(&think, LengthUse::Time)?, stream("think"), start)
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
        let mut coming =
            Coming { source, start, end: duration, left: requests, next: None, beyond_the_clock: false };
        coming.draw_next();
        Ok(coming)
    }

    /// Whether what comes depends on what has ended.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.source, Source::Closed { .. })
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<SimTime> {
        self.next
    }

    /// The arrival announced has come.
    pub(super) fn take(&mut self) {
        if let Some(left) = &mut self.left {
            // None is left where the request that came has ended the workload.
            *left = left.saturating_sub(1);
        }
        if let Source::Closed { thinking, .. } = &mut self.source {
            thinking.pop();
        }
        self.draw_next();
    }

    /// The user of an ended request thinks, then sends the next one; when that is, in a closed loop.
    pub(super) fn ended(&mut self, at: SimTime) -> Option<SimTime> {
        let Source::Closed { think, stream, thinking } = &mut self.source else { return None };
        let back = SimDuration::from_secs_f64(think.draw(stream).value);
        let back = back.and_then(|thought| at.checked_add(thought));
        // A thought beyond the clock never ends: that user never comes back.
        thinking.extend(back.map(Reverse));
        self.draw_next();
        back
    }

    /// Nothing more comes.
    pub(super) fn stop(&mut self) {
        self.left = Some(0);
        self.next = None;
    }

    /// Whether an arrival lay beyond the simulation's clock, which ended the workload.
    #[inline]
    pub(super) fn beyond_the_clock(&self) -> bool {
        self.beyond_the_clock
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
        match &mut self.source {
            Source::Closed { thinking, .. } => thinking.peek().map(|Reverse(back)| *back),
            Source::Open(open, ahead) => {
                let time = ahead.next(|block| open.draw(block));
                self.beyond_the_clock |= time.is_none() && self.end.is_none() && open.leaves_the_clock;
                time
            }
        }
    }
}

/// Users that begin by thinking, so that they do not all come at once.
fn closed(users: u64, think: Box<dyn Distribution>, mut stream: Stream, start: SimTime) -> Source {
    let mut thinking = BinaryHeap::with_capacity(users as usize);
    for _ in 0..users {
        // A thought beyond the clock never ends: that user never comes.
        let thought = SimDuration::from_secs_f64(think.draw(&mut stream).value);
        thinking.extend(thought.and_then(|thought| start.checked_add(thought)).map(Reverse));
    }
    Source::Closed { think, stream, thinking }
}
