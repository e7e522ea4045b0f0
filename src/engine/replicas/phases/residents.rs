//! The requests that hold memory on a GPU, in the order in which they would be evicted; kept only under `memory_pressure evict`.
//!
//! Eviction is all or nothing: first it is known that it can make room, then victims go, one by one, until there is.
//! The requester is never among them. An evicted request does not come back.

use super::Phases;
use super::executor::Executor;
use super::progress::{Holding, Progress};
use crate::engine::dispatch::Context;
use crate::engine::event::Event;
use crate::engine::sink::Sink;
use crate::policy::eviction::Touch;
use crate::units::Bytes;

impl<X: Executor> Phases<X> {
    /// Notes that something happened to a resident, which may move it to the end of the order.
    #[inline]
    pub(super) fn renew<S: Sink>(&mut self, slot: u32, touch: Touch, context: &mut Context<'_, Progress, S>) {
        if self.settings.evicts && self.evictor.renews(touch) {
            self.move_to_end(slot, context);
        }
    }

    fn move_to_end<S: Sink>(&mut self, slot: u32, context: &mut Context<'_, Progress, S>) {
        self.n_touches += 1;
        let request = context.requests.get_mut(slot);
        let before = std::mem::replace(&mut request.own.touched, self.n_touches);
        for holding in request.here().into_iter().chain(request.there(&self.settings)) {
            let residents = &mut self.gpus[holding.gpu as usize].residents;
            residents.remove(&(before, slot));
            residents.insert((self.n_touches, slot));
        }
    }

    /// Enters a request that now holds memory on a GPU.
    #[inline]
    pub(super) fn settle_in<S>(&mut self, gpu: u32, slot: u32, context: &Context<'_, Progress, S>) {
        if self.settings.evicts {
            let touched = context.requests.get(slot).own.touched;
            self.gpus[gpu as usize].residents.insert((touched, slot));
        }
    }

    /// Removes a request that no longer holds memory on a GPU.
    #[inline]
    pub(super) fn forget(&mut self, holding: Holding, touched: u64, slot: u32) {
        if self.settings.evicts {
            self.gpus[holding.gpu as usize].residents.remove(&(touched, slot));
        }
    }

    /// Evicts residents of a GPU until so much is free; `false`, and none is evicted, where that is not allowed or cannot
    /// succeed.
    pub(super) fn evict_for<S: Sink>(
        &mut self,
        gpu: u32,
        bytes: Bytes,
        requester: u32,
        context: &mut Context<'_, Progress, S>,
    ) -> bool {
        if !self.settings.evicts {
            return false;
        }
        let own = context.requests.get(requester).here().filter(|holding| holding.gpu == gpu);
        let own = own.map_or(Bytes::ZERO, |holding| holding.bytes);
        if bytes > self.gpus[gpu as usize].capacity - own {
            return false;
        }
        while !self.gpus[gpu as usize].has_memory(bytes) {
            let residents = &self.gpus[gpu as usize].residents;
            let victim = residents.iter().map(|&(_, slot)| slot).find(|&slot| slot != requester);
            let victim = victim.expect("a request that holds memory is a resident");
            context.emit(victim, Event::Evicted { gpu });
            self.leave(victim, false, context);
        }
        true
    }
}
