//! Slots: which of those waiting on a GPU start their prefill.

use super::Phases;
use super::executor::Executor;
use super::progress::{Progress, Stage, State};
use crate::engine::dispatch::Context;
use crate::engine::event::Event;
use crate::engine::sink::Sink;
use crate::policy::eviction::Touch;

impl<X: Executor> Phases<X> {
    /// Waiting requests take free slots, on every GPU that changed in this round or before in this instant; then it is
    /// known when each has its next end.
    #[inline]
    pub(super) fn start_waiting<S: Sink>(&mut self, context: &mut Context<'_, Progress, S>) {
        self.changed.sort();
        for position in 0..self.changed.len() {
            let index = self.changed.at(position);
            while self.gpus[index as usize].can_start() && self.start_next(index, context) {}
            self.agenda.set(index, self.gpus[index as usize].executor.next_end());
        }
    }

    /// Starts the next of those waiting; whether there was one.
    #[inline]
    fn start_next<S: Sink>(&mut self, index: u32, context: &mut Context<'_, Progress, S>) -> bool {
        let gpu = &mut self.gpus[index as usize];
        let Some((key, ticket)) = gpu.queue.pop(&context.requests) else { return false };
        context.started(index, key);
        let now = context.now;
        let prompt = context.change(ticket.slot, Event::PrefillStarted { gpu: index }, |request| {
            request.own.state = State::Prefill;
            request.journey.start(now);
            request.prompt()
        });
        gpu.levels.queued -= 1;
        gpu.begin(Stage::Prefill, prompt, ticket, now);
        self.touch_again(index);
        self.renew(ticket.slot, Touch::PrefillStart, context);
        true
    }
}
