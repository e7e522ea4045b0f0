//! When the replicas are looked at for the most that all held together.
//!
//! Blocks are taken in the middle of leaps, and to add up all replicas wherever their sum could be a record would cost as
//! much as there are replicas, at nearly every instant. So what a leap takes is listed when it is over, and all of them
//! are looked at, for what their leaps have taken so far, only once in many times as many changes as there are replicas.
//! Between two instants what is held only rises: the most that was held after any change is the most before any instant.
//! A replica alone holds most when a leap ends, and needs no list.

use super::admission::Admission;
use super::fleet::Fleet;
use super::most_held::{Blocks, MostHeld};
use super::replica::Replica;
use crate::engine::dispatch::Context;
use crate::engine::event::Observation;
use crate::engine::sink::Sink;
use crate::units::SimTime;

/// Changes that are collected before all replicas are looked at: for each replica, and beside.
const CHANGES_OF_EACH: usize = 32;
const CHANGES_BESIDE: usize = if cfg!(debug_assertions) { 10 } else { 1000 };

/// The most that replicas held together since measuring began.
#[derive(Debug, Default)]
pub(super) struct Records {
    most_held: MostHeld,
    /// Changes at which all replicas are looked at next.
    enough: usize,
    /// Whether measuring has begun, where anyone asks for records of several replicas.
    collects: bool,
    /// Whether anyone asks for records of a replica alone.
    pub(super) are_of_one: bool,
    /// When that last came to hold more or less, its leaps left out.
    changed: SimTime,
    /// What the changes must come to, added up at every instant.
    #[cfg(debug_assertions)]
    by_scan: Blocks,
    #[cfg(debug_assertions)]
    scanned: Option<SimTime>,
}

impl Records {
    /// `are_wanted`: whether anyone asks for records.
    pub(super) fn new(are_wanted: bool, n_replicas: usize) -> Records {
        let enough = if are_wanted && n_replicas > 1 { 0 } else { usize::MAX };
        Records { enough, are_of_one: are_wanted && n_replicas == 1, ..Records::default() }
    }

    /// Begins with what that many replicas hold just before `now`.
    fn begin(&mut self, n_replicas: usize, now: SimTime, held: Blocks) {
        self.most_held.begin(now, held);
        self.enough = CHANGES_OF_EACH * n_replicas + CHANGES_BESIDE;
        self.collects = true;
    }

    /// Whether there are enough changes to look at all replicas.
    #[inline]
    fn are_due(&self) -> bool {
        self.most_held.n_changes() >= self.enough
    }

    /// A replica has `new` blocks from `at` on where it had `old`.
    #[inline]
    pub(super) fn replace(&mut self, at: SimTime, old: u64, new: u64, block_bytes: u64) {
        if self.collects {
            self.most_held.change(at, new as i64 - old as i64, block_bytes);
        } else {
            self.changed = at;
        }
    }
}

impl<R: Replica> Fleet<R> {
    /// Before anything happens in an instant: looks at what all hold where it is time to. Nothing counts of what was held
    /// before the warm-up ended, which is where measuring begins if it has not.
    #[inline]
    pub(super) fn follow_records<S: Sink>(&mut self, context: &Context<'_, Admission, S>) {
        if !self.measures && !self.begin_measuring(context.now) {
            return;
        }
        #[cfg(debug_assertions)]
        self.scan(context.now);
        if self.records.are_due() {
            self.look_at_all(context.now);
            #[cfg(debug_assertions)]
            self.check_records(context.now);
        }
    }

    /// Whether something that is measured has been held before `now`.
    fn begin_measuring(&mut self, now: SimTime) -> bool {
        let warmup = self.settings.warmup;
        if now >= warmup {
            self.measures = true;
            self.replicas.iter_mut().for_each(|state| state.replica.measure_from(warmup));
        }
        now > warmup
    }

    /// Lists what leaps have taken before `now` and adds up all changes.
    fn look_at_all(&mut self, now: SimTime) {
        for index in 0..self.replicas.len() {
            self.replicas[index].replica.list_taken(now, &mut self.outbox);
            self.list_taken(index as u32);
        }
        if self.records.collects {
            self.records.most_held.add_up(now);
        } else {
            self.begin_collecting(now);
        }
    }

    fn begin_collecting(&mut self, now: SimTime) {
        let mut held = Blocks::default();
        for state in &mut self.replicas {
            state.held = state.replica.held_before(now);
            held.add(Blocks::new(state.held as i64, state.block_bytes));
        }
        self.outbox.taken = Some(Vec::new());
        self.records.begin(self.replicas.len(), now, held);
    }

    /// The only replica held that many blocks just before `now`.
    pub(super) fn reach_alone(&mut self, blocks: u64, now: SimTime) {
        if now > self.settings.warmup {
            self.records.most_held.reach(Blocks::new(blocks as i64, self.replicas[0].block_bytes));
        }
    }

    /// Takes over what a replica has listed.
    #[inline]
    pub(super) fn list_taken(&mut self, index: u32) {
        let Some(taken) = self.outbox.taken.as_mut().filter(|taken| !taken.is_empty()) else { return };
        let state = &mut self.replicas[index as usize];
        for &(at, blocks) in &*taken {
            self.records.replace(at, state.held, state.held + blocks, state.block_bytes);
            state.held += blocks;
        }
        taken.clear();
    }

    /// The run is over: reports the most that was held before this instant.
    pub(super) fn report_record<S: Sink>(&mut self, context: &mut Context<'_, Admission, S>) {
        if self.records.collects {
            self.look_at_all(context.now);
        } else if !self.records.are_of_one || !self.measures {
            return;
        } else if self.records.changed < context.now {
            // Where it has just changed, a leap has ended before, or it was idle.
            self.reach_alone(self.replicas[0].replica.held_before(context.now), context.now);
        }
        #[cfg(debug_assertions)]
        self.check_most();
        let most = self.records.most_held.most();
        context.observe(Observation::Record { blocks: most.number(), bytes: most.bytes() });
    }
}

#[cfg(debug_assertions)]
impl<R: Replica> Fleet<R> {
    /// Fleets up to this size are added up at every instant.
    const FEW: usize = 100;

    fn held_before(&self, now: SimTime) -> Blocks {
        let mut held = Blocks::default();
        for state in &self.replicas {
            held.add(Blocks::new(state.replica.held_before(now) as i64, state.block_bytes));
        }
        held
    }

    fn scan(&mut self, now: SimTime) {
        if self.replicas.len() <= Fleet::<R>::FEW && self.records.scanned < Some(now) {
            let held = self.held_before(now);
            self.records.by_scan.reach(held);
            self.records.scanned = Some(now);
        }
    }

    fn check_records(&self, now: SimTime) {
        // In an instant that is entered again something may have changed already.
        let is_settled = self.records.most_held.n_changes() == 0;
        let held = self.records.most_held.held();
        assert!(!is_settled || held == self.held_before(now), "changes come to what is held");
        self.check_most();
    }

    fn check_most(&self) {
        if self.replicas.len() <= Fleet::<R>::FEW {
            assert_eq!(self.records.most_held.most(), self.records.by_scan, "no record is missed or made up");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_are_looked_at_less_often_than_they_change() {
        for n_replicas in [10, 10_000_usize] {
            let mut records = Records::new(true, n_replicas);
            assert!(records.are_due(), "nothing is known before measuring begins");
            records.begin(n_replicas, SimTime::ZERO, Blocks::default());
            let (mut n_changes, mut n_looks) = (0, 0);
            for round in 1..100 {
                // All of them rise, so that every instant has a record.
                for _ in 0..n_replicas {
                    let now = SimTime::from_ps(n_changes as u64 + 1);
                    if records.are_due() {
                        records.most_held.add_up(now);
                        n_looks += n_replicas;
                    }
                    records.replace(now, round - 1, round, 1);
                    n_changes += 1;
                }
            }
            assert!(n_looks <= n_changes / CHANGES_OF_EACH, "{n_looks} looks in {n_changes} changes");
        }
    }
}
