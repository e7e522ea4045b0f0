//! What is always true, checked after every instant in debug builds and at the end of every run in all builds.

use std::collections::BTreeSet;

use super::executor::Executor;
use super::{Simulation, Unplaced};
use crate::engine::event::Levels;
use crate::engine::sink::Sink;
use crate::engine::state::{Stage, State};
use crate::units::Bytes;

/// Systems up to this size are checked whole after every instant of a short run, larger ones and those of a long run
/// once in a number of instants.
#[cfg(debug_assertions)]
const SMALL: usize = 64;
#[cfg(debug_assertions)]
const SHORT: u64 = 10_000;
#[cfg(debug_assertions)]
const BETWEEN_IF_SMALL: u64 = 16;
#[cfg(debug_assertions)]
const BETWEEN: u64 = 1024;

impl<X: Executor, S: Sink> Simulation<'_, X, S> {
    /// Checks the whole system, at a rate a debug build can afford.
    #[cfg(debug_assertions)]
    pub(super) fn check_often(&mut self) {
        self.n_instants += 1;
        let is_small = self.requests.len() + self.gpus.len() <= SMALL;
        let between = match (is_small, self.n_instants) {
            (true, ..=SHORT) => 1,
            (true, _) => BETWEEN_IF_SMALL,
            (false, _) => BETWEEN,
        };
        if self.n_instants.is_multiple_of(between) {
            self.check();
        }
    }

    /// Panics with a sentence when the books do not balance: a mistake of the engine, never of a scenario.
    pub(super) fn check(&self) {
        let n_system = self.requests.len() as u64;
        assert_eq!(self.n_arrived, self.n_left + n_system, "every request that arrived has left or is here");
        let books = self.books();
        for (gpu, expected) in books.gpus.iter().enumerate() {
            self.check_gpu(gpu, expected);
        }
        if n_system == 0 {
            assert!(
                books.gpus.iter().all(|gpu| gpu.levels.held == Bytes::ZERO),
                "an empty system holds nothing"
            );
        }
        self.check_global_queue(books.n_unplaced);
        if let Some(handoffs) = &self.handoffs {
            assert_eq!(
                handoffs.transfers.len(),
                books.n_moving,
                "every transfer belongs to a request that moves"
            );
            handoffs.transfers.check(&handoffs.topology, self.now);
        }
        let next_end = self.gpus.iter().map(|gpu| gpu.executor.next_end()).min();
        assert_eq!(Some(self.agenda.next_time()), next_end, "the agenda has the next end");
        assert!(self.agenda.next_time() > self.now, "what is over has ended");
    }

    /// What must be on every GPU, from the requests alone.
    fn books(&self) -> Books {
        let mut books = Books { gpus: Vec::new(), n_unplaced: 0, n_moving: 0 };
        books.gpus.resize_with(self.gpus.len(), Expected::default);
        for (slot, request) in self.requests.iter() {
            let Some(holding) = request.here else {
                assert_eq!(request.state, State::Unplaced, "only unplaced requests hold nothing");
                books.n_unplaced += 1;
                continue;
            };
            let level = &mut books.gpus[holding.gpu as usize].levels;
            match request.state {
                State::Unplaced => panic!("an unplaced request holds memory"),
                State::Queued => level.queued += 1,
                State::Prefill => level.prefill += 1,
                State::Decode => level.decode += 1,
                State::Transferring => level.transferring += 1,
                State::Prefilled | State::Decoded => panic!("what has ended goes on within the instant"),
            }
            if let Some(there) = request.there {
                assert_eq!(request.state, State::Transferring, "only a moving cache is in two places");
                books.gpus[there.gpu as usize].levels.transferring += 1;
                books.n_moving += 1;
            }
            for holding in request.here.iter().chain(&request.there) {
                let gpu = &mut books.gpus[holding.gpu as usize];
                gpu.levels.held += holding.bytes;
                gpu.expected_work += request.expected_work;
                if self.settings.evicts {
                    gpu.residents.insert((request.touched, slot));
                }
            }
        }
        books
    }

    fn check_gpu(&self, index: usize, expected: &Expected) {
        let gpu = &self.gpus[index];
        let Levels { queued, prefill, decode, held, .. } = expected.levels;
        assert_eq!(gpu.levels, expected.levels, "GPU {index} counts what its residents hold");
        assert!(held <= gpu.capacity, "GPU {index} holds more than its memory");
        assert!(gpu.active() <= gpu.max_concurrent, "GPU {index} has more active than slots");
        assert!(queued == 0 || !gpu.has_slot(), "GPU {index} has a slot for one that waits");
        let present = queued + gpu.active();
        let limit = self.settings.max_queue;
        assert!(limit.is_none_or(|limit| present <= limit), "GPU {index} has more than `max_queue`");
        let waiting = gpu.queue.n_waiting(&self.requests);
        assert_eq!(waiting, queued as usize, "whoever waits on GPU {index} is in its queue");
        assert_eq!(gpu.executor.n_in(Stage::Prefill), prefill as usize, "GPU {index} computes its prompts");
        assert_eq!(gpu.executor.n_in(Stage::Decode), decode as usize, "GPU {index} computes its outputs");
        let view = self.loads.view();
        assert_eq!(view.held[index], present, "policies see what GPU {index} holds");
        assert_eq!(view.expected_work[index], expected.expected_work, "and the work that is expected of it");
        assert_eq!(gpu.residents, expected.residents, "the victims of GPU {index} are its residents");
    }

    fn check_global_queue(&self, n_unplaced: usize) {
        assert_eq!(self.unplaced.len(), n_unplaced, "the global queue holds the unplaced requests");
        let limit = self.settings.max_global_queue;
        assert!(limit.is_none_or(|limit| n_unplaced <= limit as usize), "more than `max_global_queue`");
        let number = |entry: &Unplaced| self.requests.get(entry.slot).journey.number;
        assert!(self.unplaced.iter().is_sorted_by_key(number), "the global queue is in the order of arrival");
    }
}

/// What follows from the requests in the system.
struct Books {
    gpus: Vec<Expected>,
    n_unplaced: usize,
    n_moving: usize,
}

/// For one GPU.
#[derive(Default)]
struct Expected {
    levels: Levels,
    expected_work: u64,
    /// In the order in which they would be evicted; nobody where there is no eviction.
    residents: BTreeSet<(u64, u32)>,
}
