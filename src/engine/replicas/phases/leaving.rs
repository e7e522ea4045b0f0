//! How requests end, and the one routine that gives back what they held.

use super::Phases;
use super::executor::{Executor, Ticket};
use super::progress::{Holding, Progress, Stage, State};
use crate::engine::dispatch::{Charge, Context};
use crate::engine::event::{Event, RejectReason};
use crate::engine::sink::Sink;
use crate::engine::transfers::Mover;
use crate::units::SimTime;

impl<X: Executor> Phases<X> {
    /// Rejects a request that is held.
    pub(super) fn reject<S: Sink>(
        &mut self,
        slot: u32,
        reason: RejectReason,
        context: &mut Context<'_, Progress, S>,
    ) {
        context.emit(slot, Event::Rejected { reason });
        self.leave(slot, false, context);
    }

    /// A request leaves with all that it held.
    #[inline]
    pub(super) fn leave<S: Sink>(
        &mut self,
        slot: u32,
        is_finished: bool,
        context: &mut Context<'_, Progress, S>,
    ) {
        self.release(slot, context);
        context.end(slot, is_finished);
    }

    /// Gives back every slot and byte; waiting requests are offered them within this instant.
    #[inline]
    fn release<S: Sink>(&mut self, slot: u32, context: &mut Context<'_, Progress, S>) {
        let request = context.requests.get(slot);
        let Progress { state, touched, .. } = request.own;
        let charge = request.charge;
        let holding = request.here().expect("a request that is held by a GPU holds memory there");
        let there = request.there(&self.settings);
        let ticket = Ticket { number: request.journey.number, slot };
        let entry = &mut self.gpus[holding.gpu as usize];
        match state {
            State::Unplaced => unreachable!("an unplaced request holds nothing"),
            State::Queued => entry.levels.queued -= 1,
            State::Prefill => {
                entry.levels.prefill -= 1;
                entry.executor.cancel(Stage::Prefill, ticket, context.now);
            }
            State::Prefilled => entry.levels.prefill -= 1,
            State::Transferring => {
                let to = there.expect("a moving cache has a destination").gpu;
                self.stop_handoff(holding.gpu, to, ticket, context.now);
            }
            State::Decode => {
                entry.levels.decode -= 1;
                entry.executor.cancel(Stage::Decode, ticket, context.now);
            }
            State::Decoded => entry.levels.decode -= 1,
        }
        self.forget(holding, touched, slot);
        self.give_back(holding, charge, context);
        if let Some(holding) = there {
            self.forget(holding, touched, slot);
            self.give_back(holding, charge, context);
        }
    }

    /// Frees the slots at both ends of a handoff and stops the transfer, unless it has just ended.
    fn stop_handoff(&mut self, from: u32, to: u32, ticket: Ticket, now: SimTime) {
        for gpu in [from, to] {
            self.gpus[gpu as usize].levels.transferring -= 1;
        }
        let handoffs = self.handoffs.as_mut().expect("caches move where they can");
        let mover = Mover { to, number: ticket.number, slot: ticket.slot };
        handoffs.transfers.cancel(mover, &handoffs.topology, now);
    }

    /// Frees the memory of one holding, and the place that the request had on its GPU.
    #[inline]
    pub(super) fn give_back<S: Sink>(
        &mut self,
        holding: Holding,
        charge: Charge,
        context: &mut Context<'_, Progress, S>,
    ) {
        self.gpus[holding.gpu as usize].levels.held -= holding.bytes;
        context.give_back(holding.gpu, charge);
        self.touch(holding.gpu);
    }
}
