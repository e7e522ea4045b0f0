//! From a slot to the finish: prefill, first token, the end of decode.

use super::Simulation;
use super::executor::{Executor, Ticket};
use crate::engine::event::Event;
use crate::engine::order::{End, What};
use crate::engine::sink::Sink;
use crate::engine::state::{Stage, State};
use crate::policy::eviction::Touch;

impl<X: Executor, S: Sink> Simulation<'_, X, S> {
    /// Waiting requests take free slots, on every GPU that changed in this round or before in this instant; then it is
    /// known when each has its next end.
    #[inline]
    pub(super) fn start_waiting(&mut self) {
        if self.changed.len() > 1 {
            self.changed.sort_unstable();
        }
        for position in 0..self.changed.len() {
            let gpu = self.changed[position];
            while self.gpus[gpu as usize].can_start() {
                let Some((key, ticket)) = self.gpus[gpu as usize].queue.pop(&self.requests) else { break };
                self.scheduler.started(gpu, key);
                self.start_prefill(gpu, ticket);
            }
            self.agenda.set(gpu as usize, self.gpus[gpu as usize].executor.next_end());
        }
    }

    fn start_prefill(&mut self, gpu: u32, ticket: Ticket) {
        let request = self.requests.get_mut(ticket.slot);
        request.state = State::Prefill;
        request.journey.started = Some(self.now);
        let prompt = request.prompt();
        self.gpus[gpu as usize].levels.queued -= 1;
        self.begin(Stage::Prefill, gpu, prompt, ticket);
        self.renew(ticket.slot, Touch::PrefillStart);
        self.tell(ticket.slot, Event::PrefillStarted { gpu });
    }

    #[inline]
    pub(super) fn begin(&mut self, stage: Stage, gpu: u32, tokens: u32, ticket: Ticket) {
        let entry = &mut self.gpus[gpu as usize];
        *entry.executing(stage) += 1;
        entry.executor.begin(stage, tokens, ticket, self.now);
        self.touch(gpu);
    }

    /// Carries out what is over, unless the request has been taken away within this instant.
    pub(super) fn carry_out(&mut self, end: End) {
        let expected = match end.what {
            What::Stage(Stage::Prefill) => State::Prefill,
            What::Stage(Stage::Decode) => State::Decode,
            What::Handoff => State::Transferring,
        };
        if self.requests.find(end.slot, end.number).is_none_or(|request| request.state != expected) {
            return;
        }
        match end.what {
            What::Stage(Stage::Prefill) => self.end_prefill(end.gpu, end.slot),
            What::Stage(Stage::Decode) => self.finish(end.gpu, end.slot),
            What::Handoff => self.end_handoff(end.slot),
        }
    }

    fn end_prefill(&mut self, gpu: u32, slot: u32) {
        let request = self.requests.get_mut(slot);
        request.state = State::Prefilled;
        request.journey.first_token = Some(self.now);
        self.prefilled.push(Ticket { number: request.journey.number, slot });
        self.touch(gpu);
        self.tell(slot, Event::PrefillFinished { gpu });
    }

    fn finish(&mut self, gpu: u32, slot: u32) {
        let request = self.requests.get_mut(slot);
        request.state = State::Decoded;
        let (workload, output) = (request.journey.request.workload, request.output());
        self.outlook.learn(workload, output);
        self.tell(slot, Event::Finished { gpu });
        self.leave(slot, true);
    }
}
