//! What is over in an instant, collected and brought into order before any of it is carried out.

use super::Phases;
use super::executor::{Ended, Executor, Ticket};
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
    /// Carries out what has been collected.
    #[inline]
    pub(super) fn complete<S: Sink>(&mut self, context: &mut Context<'_, Progress, S>) {
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
    pub(super) fn collect<S: Sink>(&mut self, context: &Context<'_, Progress, S>) {
        self.agenda.list_due(context.now, &mut self.due);
        for &gpu in &self.due {
            let entry = &mut self.gpus[gpu as usize];
            while let Some(Ended { ticket, stage }) = entry.executor.take_ended(context.now) {
                let (number, slot) = (ticket.number, ticket.slot);
                self.completions.push(Completion { gpu, number, slot, work: Work::Stage(stage) });
            }
            self.changed.insert(gpu);
        }
        self.due.clear();
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
        let Some(request) = context.requests.find_mut(slot, number) else { return };
        match (work, &mut request.own.state) {
            (Work::Stage(Stage::Prefill), state @ State::Prefill) => {
                *state = State::Prefilled;
                self.prefilled.push(Ticket { number, slot });
                context.prefill_finished(slot, gpu);
            }
            (Work::Stage(Stage::Decode), state @ State::Decode) => {
                *state = State::Decoded;
                context.finished(slot, gpu);
                self.leave(slot, true, context);
            }
            (Work::Handoff, State::Transferring) => self.end_handoff(slot, context),
            _ => {}
        }
    }
}
