//! What is always true of requests, checked after every instant in debug builds and at the end of every run in all.

use super::global_queue::Waiting;
use super::{Dispatcher, Replicas};
use crate::engine::sink::Sink;

/// Systems up to this size are checked whole after every instant of a short run, larger ones and those of a long run
/// once in a number of instants.
#[cfg(debug_assertions)]
const SMALL: usize = 64;
#[cfg(debug_assertions)]
const SHORT: u64 = 10_000;
#[cfg(debug_assertions)]
const BETWEEN_IF_SMALL: u64 = 16;
#[cfg(debug_assertions)]
const BETWEEN: u64 = 1024;

impl<R: Replicas, S: Sink> Dispatcher<'_, R, S> {
    /// Checks the whole system, at a rate a debug build can afford.
    #[cfg(debug_assertions)]
    pub(super) fn check_often(&mut self) {
        self.context.counts.instants += 1;
        let size = self.context.requests.len() + self.context.signals.n_replicas();
        let between = match (size <= SMALL, self.context.counts.instants) {
            (true, ..=SHORT) => 1,
            (true, _) => BETWEEN_IF_SMALL,
            (false, _) => BETWEEN,
        };
        if self.context.counts.instants.is_multiple_of(between) {
            self.check();
        }
    }

    /// Panics with a sentence when the books do not balance: a mistake of the engine, never of a scenario.
    ///
    /// With every event reported once, arrived = finished + rejected + evicted + unfinished follows.
    pub(super) fn check(&self) {
        let context = &self.context;
        let n_system = context.requests.len() as u64;
        let counts = &context.counts;
        assert_eq!(counts.arrived, counts.left + n_system, "every request that arrived has left or is here");
        let n_held = self.replicas.check(context);
        let n_waiting = context.global_queue.waiting.len() as u64;
        assert_eq!(
            n_system,
            self.entering.len() as u64 + n_waiting + n_held,
            "every request here enters, is in the global queue or held by a replica"
        );
        let limit = self.limits.max_global_queue;
        assert!(limit.is_none_or(|limit| n_waiting <= u64::from(limit)), "more than `max_global_queue`");
        let number = |waiting: &Waiting| context.requests.get(waiting.slot).journey.number;
        assert!(
            context.global_queue.waiting.iter().is_sorted_by_key(number),
            "the global queue is in the order of arrival"
        );
    }
}
