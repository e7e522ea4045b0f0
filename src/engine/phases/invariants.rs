//! What is always true, checked after every instant in debug builds and at the end of every run in all builds.

use super::Simulation;
use super::executor::Executor;
use crate::engine::sink::{Levels, Sink};
use crate::engine::state::State;
use crate::units::Bytes;

/// Systems up to this size are checked whole after every instant; larger ones once in [`INSTANTS_BETWEEN`].
#[cfg(debug_assertions)]
const SMALL: usize = 64;
#[cfg(debug_assertions)]
const INSTANTS_BETWEEN: u64 = 1024;

impl<X: Executor, S: Sink> Simulation<'_, X, S> {
    /// Checks the whole system, at a rate a debug build can afford.
    #[cfg(debug_assertions)]
    pub(super) fn check_often(&mut self) {
        self.n_instants += 1;
        if self.requests.len() + self.gpus.len() <= SMALL || self.n_instants.is_multiple_of(INSTANTS_BETWEEN)
        {
            self.check();
        }
    }

    /// Panics with a sentence when the books do not balance: a mistake of the engine, never of a scenario.
    pub(super) fn check(&self) {
        let n_system = self.requests.len() as u64;
        assert_eq!(self.n_arrived, self.n_left + n_system, "every request that arrived has left or is here");
        let mut levels = vec![Levels::default(); self.gpus.len()];
        let mut n_unplaced = 0;
        let mut n_moving = 0;
        for (_, request) in self.requests.iter() {
            let Some(holding) = request.here else {
                assert_eq!(request.state, State::Unplaced, "only unplaced requests hold nothing");
                n_unplaced += 1;
                continue;
            };
            let level = &mut levels[holding.gpu as usize];
            level.held += holding.bytes;
            match request.state {
                State::Unplaced => panic!("an unplaced request holds memory"),
                State::Queued => level.queued += 1,
                State::Prefill | State::Prefilled => level.prefill += 1,
                State::Decode | State::Decoded => level.decode += 1,
                State::Transferring => level.transferring += 1,
            }
            if let Some(there) = request.there {
                assert_eq!(request.state, State::Transferring, "only a moving cache is in two places");
                levels[there.gpu as usize].transferring += 1;
                levels[there.gpu as usize].held += there.bytes;
                n_moving += 1;
            }
        }
        assert_eq!(self.unplaced.len(), n_unplaced, "the global queue holds the unplaced requests");
        let transfers = self.handoffs.as_ref().map_or(0, |handoffs| handoffs.transfers.len());
        assert_eq!(transfers, n_moving, "every transfer belongs to a request that moves");
        for (index, (gpu, sum)) in self.gpus.iter().zip(&levels).enumerate() {
            assert_eq!(gpu.levels, *sum, "GPU {index} counts what its residents hold");
            assert!(gpu.levels.held <= gpu.capacity, "GPU {index} holds more than its memory");
            assert!(gpu.active() <= gpu.max_concurrent, "GPU {index} has more active than slots");
            let held = sum.queued + gpu.active();
            assert_eq!(self.loads.view().held[index], held, "policies see what GPU {index} holds");
        }
        if n_system == 0 {
            assert!(levels.iter().all(|level| level.held == Bytes::ZERO), "an empty system holds nothing");
        }
        if self.settings.evicts {
            self.check_victims();
        }
    }

    /// Whoever could be evicted from a GPU is who holds memory there, and nobody else.
    fn check_victims(&self) {
        let mut n_residents = vec![0; self.gpus.len()];
        for (slot, request) in self.requests.iter() {
            for holding in request.here.iter().chain(&request.there) {
                let residents = &self.gpus[holding.gpu as usize].residents;
                assert!(residents.contains(&(request.touched, slot)), "whoever holds memory is a resident");
                n_residents[holding.gpu as usize] += 1;
            }
        }
        for (index, (gpu, n)) in self.gpus.iter().zip(n_residents).enumerate() {
            assert_eq!(gpu.residents.len(), n, "GPU {index} lists nobody who is not there");
        }
    }
}
