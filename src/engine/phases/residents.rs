//! Who holds memory on a GPU, in the order in which they would be evicted; kept only under `memory_pressure evict`.
//!
//! Eviction is all or nothing: first it is known that it can make room, then victims go, one by one, until there is.
//! The requester is never among them. An evicted request is through: it does not come back.

use super::Simulation;
use super::executor::Executor;
use crate::engine::event::Event;
use crate::engine::sink::Sink;
use crate::engine::state::Holding;
use crate::policy::eviction::Touch;
use crate::units::Bytes;

impl<X: Executor, S: Sink> Simulation<'_, X, S> {
    /// Notes that something happened to a resident, which may move it behind all others.
    #[inline]
    pub(super) fn renew(&mut self, slot: u32, touch: Touch) {
        if self.settings.evicts && self.evictor.renews(touch) {
            self.move_behind(slot);
        }
    }

    fn move_behind(&mut self, slot: u32) {
        self.n_touches += 1;
        let request = self.requests.get_mut(slot);
        let before = std::mem::replace(&mut request.touched, self.n_touches);
        for holding in request.here.iter().chain(&request.there) {
            let residents = &mut self.gpus[holding.gpu as usize].residents;
            residents.remove(&(before, slot));
            residents.insert((self.n_touches, slot));
        }
    }

    /// Enters a request that now holds memory on a GPU.
    #[inline]
    pub(super) fn settle_in(&mut self, gpu: u32, slot: u32) {
        if self.settings.evicts {
            let touched = self.requests.get(slot).touched;
            self.gpus[gpu as usize].residents.insert((touched, slot));
        }
    }

    /// Strikes out a request that no longer holds memory on a GPU.
    #[inline]
    pub(super) fn forget(&mut self, holding: Holding, touched: u64, slot: u32) {
        if self.settings.evicts {
            self.gpus[holding.gpu as usize].residents.remove(&(touched, slot));
        }
    }

    /// Evicts residents of a GPU until so much is free; `false`, and nobody is evicted, where that is not allowed or
    /// cannot succeed.
    pub(super) fn make_room(&mut self, gpu: u32, bytes: Bytes, requester: u32) -> bool {
        if !self.settings.evicts {
            return false;
        }
        let own = self.requests.get(requester).here.filter(|holding| holding.gpu == gpu);
        let own = own.map_or(Bytes::ZERO, |holding| holding.bytes);
        if bytes > self.gpus[gpu as usize].capacity - own {
            return false;
        }
        while !self.gpus[gpu as usize].has_memory(bytes) {
            let residents = &self.gpus[gpu as usize].residents;
            let victim = residents.iter().map(|&(_, slot)| slot).find(|&slot| slot != requester);
            let victim = victim.expect("whoever holds memory is a resident");
            self.tell(victim, Event::Evicted { gpu });
            self.leave(victim, false);
        }
        true
    }
}
