//! How requests end, and the one routine that gives back what they held.

use super::Simulation;
use super::executor::{Executor, Ticket};
use crate::engine::sink::{Event, RejectReason, Sink};
use crate::engine::state::{InFlight, Stage, State};

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
        self.traffic.ended(&request.journey.request, self.now, finished);
    }

    /// Gives back every slot and byte; whoever waits is offered them within this instant.
    fn release(&mut self, slot: u32, request: &InFlight) {
        let Some(holding) = request.here else { return };
        let gpu = holding.gpu;
        let ticket = Ticket { number: request.journey.number, slot };
        let entry = &mut self.gpus[gpu as usize];
        match request.state {
            State::Unplaced => unreachable!("an unplaced request holds nothing"),
            State::Queued => entry.levels.queued -= 1,
            State::Prefill => {
                *entry.executing(Stage::Prefill) -= 1;
                entry.executor.cancel(Stage::Prefill, ticket, self.now);
            }
            State::Prefilled => *entry.executing(Stage::Prefill) -= 1,
            State::Decode => {
                *entry.executing(Stage::Decode) -= 1;
                entry.executor.cancel(Stage::Decode, ticket, self.now);
            }
            State::Decoded => *entry.executing(Stage::Decode) -= 1,
            State::Transferring => unreachable!("caches do not move yet"),
        }
        entry.levels.held -= holding.bytes;
        self.loads.leave(gpu, request.expected_work);
        self.router.load_changed(gpu, self.loads.view());
        self.touch(gpu);
        if !self.unplaced.is_empty() {
            self.released.push(gpu);
        }
    }
}
