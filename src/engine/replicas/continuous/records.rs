//! When the replicas are looked at for the most that all held together.
//!
//! Blocks are taken in the middle of leaps, and to add up all replicas wherever their sum could be a record would cost as
//! much as there are replicas, at nearly every instant. So what a leap takes is listed when it is over, and all of them
//! are looked at, for what their leaps have taken so far, only once in many times as many changes as there are replicas.
//! Between two instants what is held only rises: the most that was held after any change is the most before any instant.
//! A replica alone holds most when a leap ends, and needs no list.

use super::admission::Admission;
use super::changes::{Blocks, Changes};
use super::fleet::Fleet;
use super::most_held::MostHeld;
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
    }

    /// Whether there are enough changes to look at all replicas.
    #[inline]
    fn are_due(&self, n_changes: usize) -> bool {
        n_changes >= self.enough
    }

    /// A replica has come to hold more blocks or fewer, its leaps left out.
    #[inline]
    pub(super) fn list(&mut self, changes: &mut Option<Changes>, at: SimTime, blocks: i64, block_bytes: u64) {
        match changes {
            Some(changes) => changes.push(at, blocks, block_bytes),
            None => self.changed = at,
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
        if self.records.are_due(self.outbox.changes.as_ref().map_or(0, Changes::size)) {
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
        for state in &mut self.replicas {
            state.replica.list_taken(now, &mut self.outbox);
        }
        match &mut self.outbox.changes {
            Some(changes) => self.records.most_held.add_up(now, changes),
            None => self.begin_collecting(now),
        }
    }

    fn begin_collecting(&mut self, now: SimTime) {
        let mut held = Blocks::default();
        for state in &mut self.replicas {
            state.replica.take_unlisted();
            held.add(Blocks::new(state.replica.held_before(now) as i64, state.block_bytes));
        }
        self.outbox.changes = Some(Changes::default());
        self.records.begin(self.replicas.len(), now, held);
    }

    /// The only replica held that many blocks just before `now`.
    pub(super) fn reach_alone(&mut self, blocks: u64, now: SimTime) {
        if now > self.settings.warmup {
            self.records.most_held.reach(Blocks::new(blocks as i64, self.replicas[0].block_bytes));
        }
    }

    /// The run is over: reports the most that was held before this instant.
    pub(super) fn report_record<S: Sink>(&mut self, context: &mut Context<'_, Admission, S>) {
        if self.outbox.changes.is_some() {
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
        let is_settled = self.outbox.changes.as_ref().is_some_and(|changes| changes.size() == 0);
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
            let mut changes = Changes::default();
            assert!(records.are_due(changes.size()), "nothing is known before measuring begins");
            records.begin(n_replicas, SimTime::ZERO, Blocks::default());
            let (mut n_changes, mut n_looks) = (0, 0);
            for _ in 1..100 {
                // All of them rise, so that every instant has a record.
                for _ in 0..n_replicas {
                    let now = SimTime::from_ps(n_changes as u64 + 1);
                    if records.are_due(changes.size()) {
                        records.most_held.add_up(now, &mut changes);
                        n_looks += n_replicas;
                    }
                    changes.push(now, 1, 1);
                    n_changes += 1;
                }
            }
            assert!(n_looks <= n_changes / CHANGES_OF_EACH, "{n_looks} looks in {n_changes} changes");
        }
    }
}
