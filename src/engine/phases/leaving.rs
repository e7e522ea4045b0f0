//! How requests end, and the one routine that gives back what they held.

use super::Simulation;
use super::executor::{Executor, Ticket};
use crate::engine::event::{Event, RejectReason};
use crate::engine::sink::Sink;
use crate::engine::state::{Holding, InFlight, Stage, State};
use crate::engine::transfers::Mover;

impl<X: Executor, S: Sink> Simulation<'_, X, S> {
    pub(super) fn reject(&mut self, slot: u32, reason: RejectReason) {
        self.tell(slot, Event::Rejected { reason });
        self.leave(slot, false);
    }

    /// Takes a request out of the system and tells the traffic, which may wait for it.
    pub(super) fn leave(&mut self, slot: u32, finished: bool) {
        let request = self.requests.remove(slot);
        self.n_left += 1;
        self.release(slot, &request);
        let returns = self.traffic.ended(&request.journey.request, self.now, finished);
        self.n_returns += u32::from(returns);
    }

    /// Gives back every slot and byte; whoever waits is offered them within this instant.
    fn release(&mut self, slot: u32, request: &InFlight) {
        let Some(holding) = request.here else { return };
        let ticket = Ticket { number: request.journey.number, slot };
        let entry = &mut self.gpus[holding.gpu as usize];
        match request.state {
            State::Unplaced => unreachable!("an unplaced request holds nothing"),
            State::Queued => entry.levels.queued -= 1,
            State::Prefill => {
                entry.levels.prefill -= 1;
                entry.executor.cancel(Stage::Prefill, ticket, self.now);
            }
            State::Prefilled => entry.levels.prefill -= 1,
            State::Transferring => self.stop_handoff(request, ticket),
            State::Decode => {
                entry.levels.decode -= 1;
                entry.executor.cancel(Stage::Decode, ticket, self.now);
            }
            State::Decoded => entry.levels.decode -= 1,
        }
        self.free(holding, slot, request);
        if let Some(there) = request.there {
            self.free(there, slot, request);
        }
    }

    fn free(&mut self, holding: Holding, slot: u32, request: &InFlight) {
        self.forget(holding, request.touched, slot);
        self.give_back(holding, request.expected_work);
    }

    /// Frees the slots at both ends of a handoff and stops the transfer, unless it has just ended.
    fn stop_handoff(&mut self, request: &InFlight, ticket: Ticket) {
        for holding in [request.here, request.there].into_iter().flatten() {
            self.gpus[holding.gpu as usize].levels.transferring -= 1;
        }
        let to = request.there.expect("a moving cache has a destination").gpu;
        let handoffs = self.handoffs.as_mut().expect("caches move where they can");
        let mover = Mover { to, number: ticket.number, slot: ticket.slot };
        handoffs.transfers.cancel(mover, &handoffs.topology, self.now);
    }

    /// Frees the memory of one holding.
    #[inline]
    pub(super) fn give_back(&mut self, holding: Holding, expected_work: u64) {
        self.gpus[holding.gpu as usize].levels.held -= holding.bytes;
        self.loads.leave(holding.gpu, expected_work);
        self.router.load_changed(holding.gpu, self.loads.view());
        self.touch(holding.gpu);
        if !self.unplaced.is_empty() {
            self.released.push(holding.gpu);
        }
    }
}
