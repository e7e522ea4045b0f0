//! From a slot to the finish: prefill, first token, the end of decode.

use super::Phases;
use super::executor::{Executor, Ticket};
use super::progress::{Progress, Stage, State};
use crate::engine::dispatch::Context;
use crate::engine::event::Event;
use crate::engine::sink::Sink;
use crate::policy::eviction::Touch;
use crate::units::SimTime;

impl<X: Executor> Phases<X> {
    /// Waiting requests take free slots, on every GPU that changed in this round or before in this instant; then it is
    /// known when each has its next end.
    #[inline]
    pub(super) fn start_waiting<S: Sink>(&mut self, context: &mut Context<'_, Progress, S>) {
        self.changed.sort();
        for position in 0..self.changed.len() {
            let gpu = self.changed.at(position);
            while self.gpus[gpu as usize].can_start() {
                let Some((key, ticket)) = self.gpus[gpu as usize].queue.pop(&context.requests) else { break };
                context.scheduler.started(gpu, key);
                self.start_prefill(gpu, ticket, context);
            }
            self.agenda.set(gpu as usize, self.gpus[gpu as usize].executor.next_end());
        }
    }

    #[inline]
    fn start_prefill<S: Sink>(&mut self, gpu: u32, ticket: Ticket, context: &mut Context<'_, Progress, S>) {
        let request = context.requests.get_mut(ticket.slot);
        request.own.state = State::Prefill;
        request.journey.started = Some(context.now);
        let prompt = request.prompt();
        self.gpus[gpu as usize].levels.queued -= 1;
        self.begin(Stage::Prefill, gpu, prompt, ticket, context.now);
        self.renew(ticket.slot, Touch::PrefillStart, context);
        context.emit(ticket.slot, Event::PrefillStarted { gpu });
    }

    #[inline]
    pub(super) fn begin(&mut self, stage: Stage, gpu: u32, tokens: u32, ticket: Ticket, now: SimTime) {
        let entry = &mut self.gpus[gpu as usize];
        *entry.executing(stage) += 1;
        entry.executor.begin(stage, tokens, ticket, now);
        self.touch(gpu);
    }

    #[inline]
    pub(super) fn end_prefill<S: Sink>(
        &mut self,
        gpu: u32,
        slot: u32,
        context: &mut Context<'_, Progress, S>,
    ) {
        let request = context.requests.get_mut(slot);
        request.own.state = State::Prefilled;
        self.prefilled.push(Ticket { number: request.journey.number, slot });
        self.touch(gpu);
        context.prefill_finished(slot, gpu);
    }

    #[inline]
    pub(super) fn finish<S: Sink>(&mut self, gpu: u32, slot: u32, context: &mut Context<'_, Progress, S>) {
        context.requests.get_mut(slot).own.state = State::Decoded;
        context.finished(slot, gpu);
        self.leave(slot, true, context);
    }
}
