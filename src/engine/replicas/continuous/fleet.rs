//! All replicas together: which of them end and start steps in an instant, and what each is known to hold.

use super::admission::Admission;
use super::held::Unreported;
use super::pools::Pools;
use super::prefixes::SharedPrefixes;
use super::records::Records;
use super::replica::{Occupancy, Outbox, Replica};
use super::settings::Settings;
use crate::engine::agenda::Agenda;
use crate::engine::dispatch::Context;
use crate::engine::event::{Growth, Levels, Observation};
use crate::engine::replica_set::ReplicaSet;
use crate::engine::sink::{Interests, Sink};
use crate::model::Scenario;
use crate::units::{Bytes, SimTime};

/// Up to this number of replicas a processor's caches hold most of what is kept of them.
const MOST_AT_HAND: usize = 500;

/// The replicas, and when each has its next event.
pub(super) struct Fleet<R> {
    pub(super) settings: Settings,
    pub(super) replicas: Vec<ReplicaState<R>>,
    agenda: Agenda,
    /// Those whose steps are over in this round.
    due: Vec<u32>,
    /// Replicas on which something happened in this instant.
    changed: ReplicaSet,
    pub(super) outbox: Outbox,
    /// The most that all held together.
    pub(super) records: Records,
    /// What replicas have of prompts, where the router compares that.
    pub(super) prefixes: Option<SharedPrefixes>,
    /// Whether the warm-up is over: what was before counts neither for growth nor for records.
    pub(super) measures: bool,
}

/// A replica and what is kept of it beside.
pub(super) struct ReplicaState<R> {
    pub(super) replica: R,
    /// Bytes of a block.
    pub(super) block_bytes: u64,
    /// What was reported last.
    reported: Levels,
}

impl<R: Replica> Fleet<R> {
    /// Idle replicas.
    pub(super) fn new(scenario: &Scenario, settings: Settings, interests: Interests) -> Fleet<R> {
        let n = scenario.cluster.n_replicas();
        let in_order = crate::policy::scheduling::is_first_come_first_served(&scenario.policy.scheduling);
        let router = crate::policy::routing::build(&scenario.policy.routing, 1);
        let prefixes = router.compares_prefixes().then(|| SharedPrefixes::new(settings.block_size()));
        let replicas = (0..n).map(|index| {
            let mut setup = settings.setup(index, in_order);
            if let Some(prefixes) = &prefixes {
                setup.blocks.enter_in(prefixes.index(), index as u32);
            }
            ReplicaState {
                replica: R::new(setup),
                block_bytes: settings.block_bytes(index),
                reported: Levels::default(),
            }
        });
        Fleet {
            replicas: replicas.collect(),
            prefixes,
            measures: settings.warmup == SimTime::ZERO,
            settings,
            agenda: Agenda::new(n),
            due: Vec::new(),
            changed: ReplicaSet::new(n),
            outbox: Outbox { gaps: interests.gaps.then(Vec::new), ..Outbox::default() },
            records: Records::new(interests.records, n),
        }
    }

    /// A replica.
    #[inline]
    pub(super) fn replica(&mut self, index: u32) -> &mut R {
        &mut self.replicas[index as usize].replica
    }

    /// A replica's turn comes.
    #[inline]
    pub(super) fn fetch(&self, index: u32) {
        if self.replicas.len() > MOST_AT_HAND {
            self.replicas[index as usize].replica.fetch();
        }
    }

    /// When a step ends next, as far as the agenda is up to date.
    #[inline]
    pub(super) fn next_time(&self) -> SimTime {
        self.agenda.next_time()
    }

    /// Notes that something happened on a replica in this instant.
    #[inline]
    pub(super) fn touch(&mut self, index: u32) {
        self.changed.insert(index);
    }

    /// Ends the steps that are over.
    #[inline]
    pub(super) fn end_steps<S: Sink>(
        &mut self,
        pools: &mut Option<Pools>,
        context: &mut Context<'_, Admission, S>,
    ) {
        self.agenda.list_due(context.now, &mut self.due);
        for position in 0..self.due.len() {
            let index = self.due[position];
            self.fetch(index);
            // Its entry in the agenda is renewed when its next step starts.
            self.touch(index);
            self.replicas[index as usize].replica.end(context.now, &mut self.outbox);
            self.publish(index, pools.as_mut(), context);
            if let Some(pools) = pools {
                pools.renew(index, context);
            }
        }
        self.due.clear();
    }

    /// Starts steps on the replicas on which something happened.
    #[inline]
    pub(super) fn start_steps<S: Sink>(
        &mut self,
        after_starts: bool,
        pools: &mut Option<Pools>,
        context: &mut Context<'_, Admission, S>,
    ) {
        self.changed.sort();
        for position in 0..self.changed.len() {
            let index = self.changed.at(position);
            let replica = &mut self.replicas[index as usize].replica;
            replica.start(context.now, after_starts, &mut self.outbox);
            self.agenda.set(index, replica.next_time());
            self.publish(index, pools.as_mut(), context);
            if let Some(pools) = pools {
                pools.renew(index, context);
            }
        }
    }

    /// Reports what replicas hold from now on.
    #[inline]
    pub(super) fn report<S: Sink>(&mut self, pools: Option<&Pools>, context: &mut Context<'_, Admission, S>) {
        let mut peak = 0;
        for index in self.changed.iter() {
            peak = self.replicas[index as usize].report_growth(index, self.measures, context);
        }
        if peak > 0 && self.records.are_of_one {
            self.reach_alone(peak, context.now);
        }
        for index in self.changed.iter() {
            let state = &mut self.replicas[index as usize];
            let change = state.replica.take_unlisted();
            if change != 0 {
                self.records.list(&mut self.outbox.changes, context.now, change, state.block_bytes);
            }
            let mut levels = state.levels(self.settings.reports_growth());
            if let Some(pools) = pools {
                levels.queued += pools.n_waiting(index);
                levels.transferring = pools.n_transferring(index);
            }
            context.report_levels(index, &levels, &mut state.reported);
            #[cfg(debug_assertions)]
            state.replica.check();
        }
        self.changed.clear();
    }

    /// The run is over; the steps that have ended.
    pub(super) fn stop<S: Sink>(&mut self, context: &mut Context<'_, Admission, S>) -> u64 {
        self.report_record(context);
        for index in 0..self.replicas.len() {
            self.replicas[index].replica.stop(context.now, &mut self.outbox);
            self.publish_gaps(index as u32, context);
            self.replicas[index].report_growth(index as u32, self.measures, context);
        }
        self.replicas.iter().map(|state| state.replica.n_steps()).sum()
    }

    /// Panics with a sentence where the books of a replica do not balance.
    pub(super) fn check<S: Sink>(&self, pools: Option<&Pools>, context: &Context<'_, Admission, S>) {
        for (index, state) in self.replicas.iter().enumerate() {
            state.replica.check();
            let index = index as u32;
            let occupancy = state.replica.occupancy();
            let mut present = occupancy.waiting + occupancy.prompts + occupancy.decodes;
            let mut limit = context.max_queue;
            if let Some(pools) = pools {
                present += pools.n_waiting(index) + pools.n_transferring(index);
                limit = limit.filter(|_| !pools.requeues(index));
            }
            let held = context.signals.held(index);
            assert_eq!(held, present, "replica {index} holds its waiting and its running requests");
            assert!(limit.is_none_or(|limit| present <= limit), "replica {index} has more than `max_queue`");
            assert!(present > 0 || occupancy.blocks == 0, "an empty replica holds nothing");
        }
    }
}

impl<R: Replica> ReplicaState<R> {
    /// Reports what blocks the replica took, and for how long it had them, beyond the levels reported; the most that it
    /// held before a step ended.
    #[inline]
    fn report_growth<S: Sink>(
        &mut self,
        index: u32,
        measures: bool,
        context: &mut Context<'_, Admission, S>,
    ) -> u64 {
        let Unreported { peak, area } = self.replica.take_unreported();
        if area > 0 && measures {
            let growth = Growth { blocks: peak, block_ticks: area, block_bytes: self.block_bytes };
            context.observe(Observation::Growth { gpu: index, growth });
        }
        peak
    }

    /// `reports_growth`: with what was taken since the batch changed.
    #[inline]
    fn levels(&self, reports_growth: bool) -> Levels {
        let Occupancy { waiting, prompts, decodes, blocks, grown } = self.replica.occupancy();
        Levels {
            queued: waiting,
            prefill: prompts,
            decode: decodes,
            transferring: 0,
            held: Bytes::new(blocks.saturating_mul(self.block_bytes)),
            blocks,
            grown: if reports_growth { grown } else { 0 },
            block_bytes: self.block_bytes,
        }
    }
}
