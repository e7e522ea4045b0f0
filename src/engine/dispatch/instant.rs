//! The loop over instants, and the total order of events within one, stated once.
//!
//! By time; within one instant in rounds of
//!
//! 1. **ends** — stages, steps and transfers that are over, by GPU index (a transfer's destination), then request
//!    number, and what goes on because of them, in the same order;
//! 2. **the global queue** — freed capacity goes to those that have waited longest; then what has waited too long is
//!    rejected;
//! 3. **arrivals** — in the order of the workloads, which is that of request numbers;
//! 4. **starts** — waiting requests take free slots, or steps start, by GPU index, then in scheduling order.
//!
//! Work of no length ends in the instant it starts, in another round. Ties never follow from a container's insides:
//! what a round ends is collected and sorted before any of it is carried out.

use super::{Dispatcher, Replicas};
use crate::engine::agenda::NEVER;
use crate::engine::end::{End, MAX_RETURNS_AT_ONCE};
use crate::engine::sink::Sink;
use crate::units::SimTime;

impl<R: Replicas, S: Sink> Dispatcher<'_, R, S> {
    /// Plays instant after instant until nothing is left, or the run is given up.
    pub(super) fn run(mut self) -> End {
        let mut given_up = false;
        let mut within = self.next_within();
        while let Some(next) = self.next_instant(within).filter(|_| !self.is_livelocked()) {
            if !self.context.sink.wants_more() {
                given_up = true;
                break;
            }
            assert!(next >= self.context.now, "time never goes back");
            if next > self.context.now {
                self.advance(next);
                self.context.counts.returns = 0;
            }
            within = self.play_instant();
        }
        let is_livelocked = self.is_livelocked();
        if !is_livelocked {
            self.check();
        }
        let at = self.limits.until.unwrap_or(self.context.now);
        if at > self.context.now {
            self.advance(at);
            self.replicas.enter_instant(&mut self.context);
        }
        let steps = self.replicas.stop(&mut self.context);
        let unfinished = self.context.requests.len() as u64;
        End { at, unfinished, events: self.context.counts.events, steps, is_livelocked, given_up }
    }

    /// When something ends or arrives next, which may be within the present instant.
    #[inline]
    fn next_within(&self) -> SimTime {
        self.replicas.next_time().min(self.next_arrival())
    }

    /// When anything happens next, given when something ends or arrives; `None` when nothing will, or only after `until`.
    #[inline]
    fn next_instant(&self, within: SimTime) -> Option<SimTime> {
        let next = within.min(self.next_entry()).min(self.next_time_out());
        let beyond = self.limits.until.is_some_and(|until| next > until);
        (next != NEVER && !beyond).then_some(next)
    }

    #[inline]
    fn advance(&mut self, to: SimTime) {
        self.context.sink.advance(to);
        self.context.now = to;
    }

    /// Everything that happens now, in rounds; gives when something ends or arrives next.
    #[inline]
    fn play_instant(&mut self) -> SimTime {
        self.replicas.enter_instant(&mut self.context);
        let within = loop {
            self.replicas.end(&mut self.context);
            self.serve_global_queue();
            self.time_out();
            self.take_arrivals();
            self.serve_global_queue();
            self.replicas.start(&mut self.context);
            let within = self.next_within();
            if within > self.context.now || self.is_livelocked() {
                break within;
            }
        };
        self.report();
        within
    }

    /// Whether requests that take no time bring each other in without end.
    #[inline]
    pub(super) fn is_livelocked(&self) -> bool {
        self.context.counts.returns > MAX_RETURNS_AT_ONCE
    }

    /// Reports to the sink what holds from now on.
    #[inline]
    fn report(&mut self) {
        self.replicas.report(&mut self.context);
        let context = &mut self.context;
        let depth = context.global_queue.waiting.len() as u32;
        if depth != context.global_queue.reported {
            context.global_queue.reported = depth;
            context.sink.global_queue(context.now, depth);
        }
        #[cfg(debug_assertions)]
        if !self.is_livelocked() {
            self.check_often();
        }
    }
}
