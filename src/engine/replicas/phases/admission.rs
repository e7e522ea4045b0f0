//! A request is taken in: it holds its memory and waits for a slot.

use super::Phases;
use super::executor::{Executor, Ticket};
use super::progress::{Progress, State};
use super::settings::Need;
use crate::engine::dispatch::Context;
use crate::engine::sink::Sink;
use crate::policy::eviction::Touch;

impl<X: Executor> Phases<X> {
    #[inline]
    pub(super) fn take_in<S: Sink>(
        &mut self,
        slot: u32,
        key: u64,
        need: Need,
        gpu: u32,
        context: &mut Context<'_, Progress, S>,
    ) {
        let bytes = need.at_admission;
        let request = context.requests.get_mut(slot);
        request.own.state = State::Queued;
        request.own.bytes = bytes;
        let entry = &mut self.gpus[gpu as usize];
        entry.levels.held += bytes;
        entry.levels.queued += 1;
        entry.queue.push(key, Ticket { number: request.journey.number, slot });
        self.settle_in(gpu, slot, context);
        self.touch(gpu);
        self.renew(slot, Touch::Admission, context);
    }

    /// The memory a request needs.
    #[inline]
    pub(super) fn need_of<S>(&self, slot: u32, context: &Context<'_, Progress, S>) -> Need {
        let request = context.requests.get(slot);
        self.settings.need(request.prompt(), request.output())
    }
}
