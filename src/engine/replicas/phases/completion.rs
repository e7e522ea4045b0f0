//! What is over in an instant, collected and brought into order before any of it is carried out.

use super::Phases;
use super::executor::{Ended, Executor};
use super::progress::{Progress, Stage, State};
use crate::engine::dispatch::Context;
use crate::engine::sink::Sink;
use crate::engine::transfers::Mover;

/// Something that is over in the present instant. Sorts in the order in which it is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Completion {
    /// The GPU it ends on; a transfer's destination.
    gpu: u32,
    /// The request.
    number: u64,
    /// Where the request is kept.
    slot: u32,
    /// What ends.
    work: Work,
}

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    /// A stage on the GPU.
    Stage(Stage),
    /// The way of a cache to the GPU.
    Handoff,
}

impl<X: Executor> Phases<X> {
    /// Carries out what is over on GPUs and on the way to them.
    #[inline]
    pub(super) fn complete<S: Sink>(&mut self, context: &mut Context<'_, Progress, S>) {
        self.collect(context);
        if self.completions.len() > 1 {
            self.completions.sort_unstable();
        }
        for position in 0..self.completions.len() {
            self.carry_out(self.completions[position], context);
        }
        self.completions.clear();
    }

    /// Notes what is over on each GPU and on its way to one. The agenda is renewed once, at the end of the round: a GPU
    /// on which something ended has changed.
    #[inline]
    fn collect<S: Sink>(&mut self, context: &Context<'_, Progress, S>) {
        let mut from = 0;
        while let Some(gpu) = self.agenda.due(from, context.now) {
            while let Some(Ended { ticket, stage }) = self.gpus[gpu].executor.take_ended(context.now) {
                let (number, slot) = (ticket.number, ticket.slot);
                self.completions.push(Completion { gpu: gpu as u32, number, slot, work: Work::Stage(stage) });
            }
            self.changed.insert(gpu as u32);
            from = gpu + 1;
        }
        if let Some(handoffs) = &mut self.handoffs {
            while let Some(Mover { to, number, slot }) =
                handoffs.transfers.take_arrived(&handoffs.topology, context.now)
            {
                self.completions.push(Completion { gpu: to, number, slot, work: Work::Handoff });
            }
        }
    }

    /// Unless the request has been taken away within this instant.
    #[inline]
    fn carry_out<S: Sink>(&mut self, completion: Completion, context: &mut Context<'_, Progress, S>) {
        let Completion { gpu, number, slot, work } = completion;
        let expected = match work {
            Work::Stage(Stage::Prefill) => State::Prefill,
            Work::Stage(Stage::Decode) => State::Decode,
            Work::Handoff => State::Transferring,
        };
        if context.requests.find(slot, number).is_none_or(|request| request.own.state != expected) {
            return;
        }
        match work {
            Work::Stage(Stage::Prefill) => self.end_prefill(gpu, slot, context),
            Work::Stage(Stage::Decode) => self.finish(gpu, slot, context),
            Work::Handoff => self.end_handoff(slot, context),
        }
    }
}
