//! `timing shared`: processor sharing by a virtual clock.
//!
//! A server's rate is shared equally by those it serves. The virtual clock counts the service each of them has
//! received: while `n` are served it advances by `floor(dt * 2^32 / n)` in `dt` picoseconds, in units of
//! 2^-32 ps of work at full rate. A request that enters with work `w` is done when the clock reaches the mark
//! `clock + w`; its completion is the first picosecond at which that is so. Entering and leaving costs O(log n):
//! no other request is rescheduled.
//!
//! `decode_per_request` bounds what one request gets: with so few that equal shares would be more, the clock advances by
//! `floor(dt * 2^32 * ceiling)`, `ceiling` being that bound as a share of the rate, and part of the rate is idle.
//!
//! Assumption: equal shares, no interference between prefill and decode. Error: flooring serves at most 2^-32 ps a
//! change of membership too little, never too much, so the service given never exceeds the time elapsed.

use std::collections::VecDeque;

use super::executor::{Ceiling, Costs, Ended, Executor, Ticket, Work};
use super::progress::Stage;
use super::soonest::{Share, Soonest};
use crate::engine::agenda::NEVER;
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
        let decode = Server::new(costs.decode_sharing_cap, costs.decode_ceiling());
        Shared { costs, prefill: Server::new(u32::MAX, None), decode }
    }

    #[inline]
    fn costs(&self) -> &Costs {
        &self.costs
    }

    fn begin(&mut self, stage: Stage, tokens: u32, ticket: Ticket, now: SimTime) {
        let (server, work) = match stage {
            Stage::Prefill => (&mut self.prefill, self.costs.prefill_work(tokens)),
            Stage::Decode => (&mut self.decode, self.costs.decode_work(tokens)),
        };
        server.enter(work, ticket, now);
    }

    #[inline]
    fn next_end(&self) -> SimTime {
        self.prefill.next_end.min(self.decode.next_end)
    }

    #[inline]
    fn take_ended(&mut self, now: SimTime) -> Option<Ended> {
        let (server, stage) = match now {
            _ if now >= self.prefill.next_end => (&mut self.prefill, Stage::Prefill),
            _ if now >= self.decode.next_end => (&mut self.decode, Stage::Decode),
            _ => return None,
        };
        Some(Ended { ticket: server.take_ended(now), stage })
    }

    fn n_in(&self, stage: Stage) -> usize {
        match stage {
            Stage::Prefill => self.prefill.len(),
            Stage::Decode => self.decode.len(),
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
    /// Those served.
    served: Soonest,
    /// Work of those without a place.
    waiting: VecDeque<(Work, Ticket)>,
    places: u32,
    /// The first picosecond at which the clock reaches the lowest mark.
    next_end: SimTime,
    /// How many get no more than the ceiling each; none without one.
    n_below_ceiling: u64,
    /// The most a request gets.
    ceiling: Option<Ceiling>,
}

impl Server {
    fn new(places: u32, ceiling: Option<Ceiling>) -> Server {
        Server {
            clock: 0,
            updated: SimTime::ZERO,
            served: Soonest::default(),
            waiting: VecDeque::new(),
            places,
            ceiling,
            n_below_ceiling: ceiling.map_or(0, |ceiling| ceiling.n_below()),
            next_end: NEVER,
        }
    }

    fn len(&self) -> usize {
        debug_assert!(
            self.served.len() <= self.places as usize,
            "a rate is shared by no more than may share it"
        );
        debug_assert!(
            self.waiting.is_empty() || self.served.len() == self.places as usize,
            "no place is left empty"
        );
        self.served.len() + self.waiting.len()
    }

    #[inline]
    fn enter(&mut self, work: Work, ticket: Ticket, now: SimTime) {
        if self.served.len() < self.places as usize {
            self.advance(now);
            self.serve(work, ticket);
            self.foresee();
        } else {
            self.waiting.push_back((work, ticket));
        }
    }

    #[inline]
    fn serve(&mut self, work: Work, ticket: Ticket) {
        self.served.insert(Share { mark: self.clock.saturating_add(work), ticket });
    }

    /// The one that is over at `now`, which is no earlier than `next_end`.
    ///
    /// The clock moves only when membership changes: flooring errors come from nothing else.
    fn take_ended(&mut self, now: SimTime) -> Ticket {
        self.advance(now);
        let Share { mark, ticket } = self.served.pop().expect("only what is served ends");
        debug_assert!(mark <= self.clock, "a request ends when the clock has reached its mark");
        if !self.waiting.is_empty() {
            self.fill_places();
        }
        self.foresee();
        ticket
    }

    fn remove(&mut self, ticket: Ticket, now: SimTime) {
        self.advance(now);
        self.served.remove(ticket);
        self.waiting.retain(|(_, other)| *other != ticket);
        self.fill_places();
        self.foresee();
    }

    /// Gives free places to those waiting; the clock must be up to date.
    fn fill_places(&mut self) {
        while self.served.len() < self.places as usize {
            let Some((work, ticket)) = self.waiting.pop_front() else { break };
            self.serve(work, ticket);
        }
    }

    /// Sets the next completion: `ceil((mark - clock) * n / 2^32)` after the last change, or at the ceiling
    /// `ceil((mark - clock) / 2^32 / ceiling)`.
    #[inline]
    fn foresee(&mut self) {
        let Some(Share { mark, .. }) = self.served.next() else {
            self.next_end = NEVER;
            return;
        };
        let remaining = mark.saturating_sub(self.clock);
        let wait = if self.served.len() as u64 <= self.n_below_ceiling {
            self.ceiling.map_or(u64::MAX, |ceiling| ceiling.time_of(remaining))
        } else if remaining >> 96 == 0 {
            // Below 2^96 times fewer than 2^32 fits; so does the rounding.
            let work = remaining * self.served.len() as Work;
            u64::try_from((work + 0xffff_ffff) >> 32).unwrap_or(u64::MAX)
        } else {
            u64::MAX
        };
        self.next_end = SimTime::from_ps(self.updated.as_ps().saturating_add(wait));
    }

    #[inline]
    fn advance(&mut self, now: SimTime) {
        if now == self.updated {
            return;
        }
        let elapsed = now.since(self.updated).as_ps();
        self.updated = now;
        let n_served = self.served.len() as u64;
        match n_served {
            0 => {}
            n if n <= self.n_below_ceiling => {
                self.clock += self.ceiling.map_or(0, |ceiling| ceiling.work_in(elapsed));
            }
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
        run_below(None, places, entries)
    }

    /// The same where a request gets at most so much of the rate.
    fn run_below(ceiling: Option<Ceiling>, places: u32, entries: &[(u64, u64, u64)]) -> Vec<(u64, u64)> {
        let mut server = Server::new(places, ceiling);
        let mut entries = entries.iter().peekable();
        let mut ends = Vec::new();
        loop {
            let next_end = server.next_end;
            let next_entry = entries.peek().map_or(NEVER, |entry| SimTime::from_ps(entry.0));
            let now = next_end.min(next_entry);
            if now == NEVER {
                return ends;
            }
            while now >= server.next_end {
                ends.push((now.as_ps(), server.take_ended(now).number));
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
        let mut server = Server::new(u32::MAX, None);
        server.enter(alone(100), ticket(1), SimTime::ZERO);
        server.enter(alone(100), ticket(2), SimTime::ZERO);
        server.remove(ticket(2), SimTime::from_ps(100));
        assert_eq!(server.next_end, SimTime::from_ps(150));
    }

    #[test]
    fn few_requests_get_no_more_than_the_ceiling_each() {
        // A third of the rate at most, which no power of two divides: the times are whole all the same.
        let third = Some(Ceiling::of(1, 3));
        assert_eq!(run_below(third, u32::MAX, &[(5, 100, 1)]), [(305, 1)]);
        assert_eq!(run_below(third, u32::MAX, &[(0, 100, 1), (150, 100, 2)]), [(300, 1), (450, 2)]);
        // Four have a quarter each until 400; then the last has 50 left, at a third.
        let four = [(0, 100, 1), (0, 100, 2), (0, 100, 3), (0, 150, 4)];
        assert_eq!(run_below(third, u32::MAX, &four), [(400, 1), (400, 2), (400, 3), (550, 4)]);
        // Two places: the others wait, though a third would not slow the two down.
        assert_eq!(run_below(third, 2, &four[1..]), [(300, 2), (300, 3), (750, 4)]);
    }

    #[test]
    fn ceilings_keep_64_bits_at_any_size() {
        for (part, whole, n) in
            [(1, 3, 3), (2, 7, 3), (999, 1000, 1), (1 << 32, 1 << 82, 1 << 50), (1, 40, 40)]
        {
            let ceiling = Ceiling::of(part, whole);
            assert!(ceiling.mantissa >> 63 == 1 && (64..=128).contains(&ceiling.exponent), "{ceiling:?}");
            let share = ceiling.mantissa as f64 * libm::exp2(-f64::from(ceiling.exponent));
            assert!((share * whole as f64 / part as f64 - 1.0).abs() < 1e-15, "{ceiling:?}");
            assert!(ceiling.n_below() == n || ceiling.n_below() + 1 == n, "{ceiling:?}");
        }
    }

    #[test]
    fn a_completion_is_the_first_picosecond_that_reaches_the_mark() {
        // Three share 10 ps of work each: 30 ps; the floors of thirds must not end any of them early or a picosecond late.
        assert_eq!(run(u32::MAX, &[(0, 10, 1), (0, 10, 2), (0, 10, 3)]), [(30, 1), (30, 2), (30, 3)]);
    }
}
