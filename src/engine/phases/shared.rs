//! `timing shared`: processor sharing by a virtual clock.
//!
//! A server's rate is shared equally by those it serves. The virtual clock counts the service each of them has
//! received: while `n` are served it advances by `floor(dt * 2^32 / n)` in `dt` picoseconds, in units of
//! 2^-32 ps of work at full rate. A request that enters with work `w` is done when the clock reaches the mark
//! `clock + w`; its completion is the first picosecond at which that is so. Entering and leaving costs O(log n):
//! nobody else is rescheduled.
//!
//! Assumption: equal shares, no interference between prefill and decode. Error: flooring serves at most 2^-32 ps a
//! change of membership too little, never too much, so the service given never exceeds the time elapsed.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::executor::{Costs, Ended, Executor, Ticket, Work};
use crate::engine::agenda::NEVER;
use crate::engine::state::Stage;
use crate::units::SimTime;

/// Both phases of one GPU.
#[derive(Debug)]
pub(super) struct Shared {
    costs: Costs,
    prefill: Server,
    decode: Server,
}

impl Executor for Shared {
    fn new(costs: Costs) -> Shared {
        Shared { costs, prefill: Server::new(u32::MAX), decode: Server::new(costs.decode_sharing_cap) }
    }

    fn begin(&mut self, stage: Stage, tokens: u32, ticket: Ticket, now: SimTime) {
        match stage {
            Stage::Prefill => self.prefill.enter(self.costs.prefill_work(tokens), ticket, now),
            Stage::Decode => self.decode.enter(self.costs.decode_work(tokens), ticket, now),
        }
    }

    fn next_end(&self) -> SimTime {
        self.prefill.next_end.min(self.decode.next_end)
    }

    fn take_ended(&mut self, now: SimTime, ended: &mut Vec<Ended>) {
        while let Some(ticket) = self.prefill.take_ended(now) {
            ended.push(Ended { ticket, stage: Stage::Prefill });
        }
        while let Some(ticket) = self.decode.take_ended(now) {
            ended.push(Ended { ticket, stage: Stage::Decode });
        }
    }

    fn cancel(&mut self, stage: Stage, ticket: Ticket, now: SimTime) {
        match stage {
            Stage::Prefill => self.prefill.remove(ticket, now),
            Stage::Decode => self.decode.remove(ticket, now),
        }
    }
}

/// A rate shared equally by at most `places` at once; the rest wait, first come first served.
#[derive(Debug)]
struct Server {
    /// Work each served request has received, had it been here from the start.
    clock: Work,
    /// When `clock` was brought up to date.
    updated: SimTime,
    /// Marks of those served, the next to finish on top.
    served: BinaryHeap<Reverse<(Work, Ticket)>>,
    /// Work of those without a place.
    waiting: VecDeque<(Work, Ticket)>,
    places: u32,
    /// The first picosecond at which the clock reaches the lowest mark.
    next_end: SimTime,
}

impl Server {
    fn new(places: u32) -> Server {
        Server {
            clock: 0,
            updated: SimTime::ZERO,
            served: BinaryHeap::new(),
            waiting: VecDeque::new(),
            places,
            next_end: NEVER,
        }
    }

    fn enter(&mut self, work: Work, ticket: Ticket, now: SimTime) {
        if self.served.len() < self.places as usize {
            self.advance(now);
            self.served.push(Reverse((self.clock.saturating_add(work), ticket)));
            self.foresee();
        } else {
            self.waiting.push_back((work, ticket));
        }
    }

    /// One that is over at `now`. The clock moves only when membership changes: flooring errors come from nothing else.
    fn take_ended(&mut self, now: SimTime) -> Option<Ticket> {
        if now < self.next_end {
            return None;
        }
        self.advance(now);
        let Reverse((mark, ticket)) = self.served.pop()?;
        debug_assert!(mark <= self.clock, "a request ends when the clock has reached its mark");
        self.fill_places();
        Some(ticket)
    }

    fn remove(&mut self, ticket: Ticket, now: SimTime) {
        self.advance(now);
        self.served.retain(|Reverse((_, other))| *other != ticket);
        self.waiting.retain(|(_, other)| *other != ticket);
        self.fill_places();
    }

    /// Gives free places to those waiting; the clock must be up to date.
    fn fill_places(&mut self) {
        while self.served.len() < self.places as usize {
            let Some((work, ticket)) = self.waiting.pop_front() else { break };
            self.served.push(Reverse((self.clock.saturating_add(work), ticket)));
        }
        self.foresee();
    }

    /// Sets the next completion: `ceil((mark - clock) * n / 2^32)` after the last change.
    fn foresee(&mut self) {
        let Some(Reverse((mark, _))) = self.served.peek() else {
            self.next_end = NEVER;
            return;
        };
        let remaining = mark.saturating_sub(self.clock).saturating_mul(self.served.len() as Work);
        let wait = u64::try_from(remaining.div_ceil(1 << 32)).unwrap_or(u64::MAX);
        self.next_end = SimTime::from_ps(self.updated.as_ps().saturating_add(wait));
    }

    fn advance(&mut self, now: SimTime) {
        if now == self.updated {
            return;
        }
        let elapsed = now.since(self.updated).as_ps();
        self.updated = now;
        let n_served = self.served.len() as u64;
        match n_served {
            0 => {}
            1 => self.clock += Work::from(elapsed) << 32,
            // floor(elapsed * 2^32 / n) in two 64-bit divisions, the remainder being below n < 2^32.
            n => {
                self.clock += Work::from(elapsed / n) << 32;
                self.clock += Work::from(((elapsed % n) << 32) / n);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(number: u64) -> Ticket {
        Ticket { number, slot: number as u32 }
    }

    /// Work that takes `ps` picoseconds alone.
    fn alone(ps: u64) -> Work {
        Work::from(ps) << 32
    }

    /// Runs a server to its end; each entry is (time, work in ps, number), each result (time, number).
    fn run(places: u32, entries: &[(u64, u64, u64)]) -> Vec<(u64, u64)> {
        let mut server = Server::new(places);
        let mut entries = entries.iter().peekable();
        let mut ends = Vec::new();
        loop {
            let next_end = server.next_end;
            let next_entry = entries.peek().map_or(NEVER, |entry| SimTime::from_ps(entry.0));
            let now = next_end.min(next_entry);
            if now == NEVER {
                return ends;
            }
            while let Some(ticket) = server.take_ended(now) {
                ends.push((now.as_ps(), ticket.number));
            }
            while let Some(&(_, work, number)) = entries.next_if(|entry| entry.0 == now.as_ps()) {
                server.enter(alone(work), ticket(number), now);
            }
        }
    }

    #[test]
    fn one_request_takes_its_work() {
        assert_eq!(run(u32::MAX, &[(5, 100, 1)]), [(105, 1)]);
    }

    #[test]
    fn two_share_the_rate_while_they_overlap() {
        // 1 runs alone for 50, then both at half rate: 1 needs another 100, 2 has 50 left when 1 ends.
        assert_eq!(run(u32::MAX, &[(0, 100, 1), (50, 100, 2)]), [(150, 1), (200, 2)]);
    }

    #[test]
    fn those_above_the_cap_wait_for_a_place() {
        assert_eq!(run(2, &[(0, 100, 1), (0, 100, 2), (0, 100, 3)]), [(200, 1), (200, 2), (300, 3)]);
    }

    #[test]
    fn work_of_nothing_ends_at_once() {
        assert_eq!(run(1, &[(7, 0, 1)]), [(7, 1)]);
    }

    #[test]
    fn a_removed_request_gives_its_share_back() {
        let mut server = Server::new(u32::MAX);
        server.enter(alone(100), ticket(1), SimTime::ZERO);
        server.enter(alone(100), ticket(2), SimTime::ZERO);
        server.remove(ticket(2), SimTime::from_ps(100));
        assert_eq!(server.next_end, SimTime::from_ps(150));
    }

    #[test]
    fn a_completion_is_the_first_picosecond_that_reaches_the_mark() {
        // Three share 10 ps of work each: 30 ps; the floors of thirds must not end anybody early or a picosecond late.
        assert_eq!(run(u32::MAX, &[(0, 10, 1), (0, 10, 2), (0, 10, 3)]), [(30, 1), (30, 2), (30, 3)]);
    }
}
