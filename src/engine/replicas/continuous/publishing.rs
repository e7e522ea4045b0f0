//! What replicas report, carried out: transitions, and requests that leave or go on elsewhere.
//!
//! A replica does not know the simulation. It puts what happens into an outbox, which is published after every call.

use super::admission::Admission;
use super::fleet::Fleet;
use super::pools::Pools;
use super::replica::{Replica, Report, Transition};
use crate::engine::dispatch::Context;
use crate::engine::event::{Event, Observation};
use crate::engine::sink::Sink;
use crate::units::Tokens;

impl<R: Replica> Fleet<R> {
    /// Carries out what a replica has reported.
    #[inline]
    pub(super) fn publish<S: Sink>(
        &mut self,
        replica: u32,
        pools: Option<&mut Pools>,
        context: &mut Context<'_, Admission, S>,
    ) {
        if !self.outbox.reports.is_empty() {
            self.carry_out(replica, pools, context);
        }
        if self.outbox.gaps.is_some() {
            self.publish_gaps(replica, context);
        }
    }

    #[inline]
    fn carry_out<S: Sink>(
        &mut self,
        replica: u32,
        mut pools: Option<&mut Pools>,
        context: &mut Context<'_, Admission, S>,
    ) {
        match pools.as_deref_mut() {
            Some(pools) => self.outbox.jobs.drain(..).for_each(|job| pools.left(replica, job)),
            None => assert!(self.outbox.jobs.is_empty(), "only pools have legs"),
        }
        for position in 0..self.outbox.reports.len() {
            let Report { number: _, transition, slot } = self.outbox.reports[position];
            match transition {
                Transition::Started { cached } => started(slot, replica, cached, context),
                Transition::Prefilled => self.prefilled(slot, replica, context),
                // It is on the list of those to be handed over.
                Transition::Parked => {}
                Transition::Resumed => context.emit(slot, Event::DecodeStarted { gpu: replica }),
                Transition::Finished => finished(slot, replica, pools.as_deref_mut(), context),
                Transition::Preempted => context.emit(slot, Event::Preempted { gpu: replica }),
            }
        }
        self.outbox.reports.clear();
    }

    pub(super) fn publish_gaps<S: Sink>(&mut self, replica: u32, context: &mut Context<'_, Admission, S>) {
        for gaps in self.outbox.gaps.iter_mut().flat_map(|gaps| gaps.drain(..)) {
            context.observe(Observation::Gaps { gpu: replica, gaps });
        }
    }

    #[inline]
    fn prefilled<S: Sink>(&mut self, slot: u32, gpu: u32, context: &mut Context<'_, Admission, S>) {
        let goes_on = context.requests.get(slot).output() > 1 && !self.settings.has_pools;
        context.prefill_finished(slot, gpu);
        if goes_on {
            context.emit(slot, Event::DecodeStarted { gpu });
        }
    }
}

#[inline]
fn started<S: Sink>(slot: u32, gpu: u32, cached: u32, context: &mut Context<'_, Admission, S>) {
    let request = context.requests.get_mut(slot);
    if request.journey.started().is_none() {
        request.journey.start(context.now);
        request.journey.cached = Tokens::new(cached);
    }
    let key = request.own.key;
    context.started(gpu, key);
    context.emit(slot, Event::PrefillStarted { gpu });
}

/// Its replica has taken its blocks back already.
#[inline]
fn finished<S: Sink>(
    slot: u32,
    gpu: u32,
    pools: Option<&mut Pools>,
    context: &mut Context<'_, Admission, S>,
) {
    context.finished(slot, gpu);
    let charge = context.requests.get(slot).charge;
    context.give_back(gpu, charge);
    if let Some(pools) = pools {
        pools.forget(slot);
    }
    context.end(slot, true);
}
