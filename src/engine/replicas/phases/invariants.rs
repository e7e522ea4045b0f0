//! What is always true of GPUs: they hold what their requests hold.

use std::collections::BTreeSet;

use super::Phases;
use super::executor::Executor;
use super::progress::{Progress, Stage, State};
use crate::engine::dispatch::{Charge, Context};
use crate::engine::event::Levels;
use crate::engine::sink::Sink;
use crate::units::Bytes;

impl<X: Executor> Phases<X> {
    /// Panics with a sentence where the books do not balance; gives the number of requests that GPUs hold.
    pub(super) fn check_books<S: Sink>(&self, context: &Context<'_, Progress, S>) -> u64 {
        let books = self.books(context);
        for (gpu, expected) in books.gpus.iter().enumerate() {
            self.check_gpu(gpu, expected, context);
        }
        if context.requests.len() == 0 {
            assert!(
                books.gpus.iter().all(|gpu| gpu.levels.held == Bytes::ZERO),
                "an empty system holds nothing"
            );
        }
        if let Some(handoffs) = &self.handoffs {
            assert_eq!(
                handoffs.transfers.len(),
                books.n_moving,
                "every transfer belongs to a request that moves"
            );
            handoffs.transfers.check(&handoffs.topology, context.now);
        }
        let next_end = self.gpus.iter().map(|gpu| gpu.executor.next_end()).min();
        assert_eq!(Some(self.agenda.next_time()), next_end, "the agenda has the next end");
        assert!(self.agenda.next_time() > context.now, "what is over has ended");
        books.n_held
    }

    /// What must be on every GPU, from the requests alone.
    fn books<S>(&self, context: &Context<'_, Progress, S>) -> Books {
        let mut books = Books { gpus: Vec::new(), n_held: 0, n_moving: 0 };
        books.gpus.resize_with(self.gpus.len(), Expected::default);
        for (slot, request) in context.requests.iter() {
            let Some(holding) = request.here() else {
                assert_eq!(request.own.state, State::Unplaced, "only unplaced requests hold nothing");
                continue;
            };
            books.n_held += 1;
            let level = &mut books.gpus[holding.gpu as usize].levels;
            match request.own.state {
                State::Unplaced => panic!("an unplaced request holds memory"),
                State::Queued => level.queued += 1,
                State::Prefill => level.prefill += 1,
                State::Decode => level.decode += 1,
                State::Transferring => level.transferring += 1,
                State::Prefilled | State::Decoded => panic!("what has ended goes on within the instant"),
            }
            let there = request.there(&self.settings);
            if let Some(there) = there {
                books.gpus[there.gpu as usize].levels.transferring += 1;
                books.n_moving += 1;
            }
            for holding in std::iter::once(holding).chain(there) {
                let gpu = &mut books.gpus[holding.gpu as usize];
                gpu.levels.held += holding.bytes;
                gpu.charge.expected_work += request.charge.expected_work;
                if self.settings.evicts {
                    gpu.residents.insert((request.own.touched, slot));
                }
            }
        }
        books
    }

    fn check_gpu<S: Sink>(&self, index: usize, expected: &Expected, context: &Context<'_, Progress, S>) {
        let gpu = &self.gpus[index];
        let Levels { queued, prefill, decode, held, .. } = expected.levels;
        assert_eq!(gpu.levels, expected.levels, "GPU {index} counts what its residents hold");
        assert!(held <= gpu.capacity, "GPU {index} holds more than its memory");
        assert!(gpu.active() <= gpu.max_concurrent, "GPU {index} has more active than slots");
        assert!(queued == 0 || !gpu.has_slot(), "GPU {index} has a slot for a queued request");
        let present = queued + gpu.active();
        let limit = context.max_queue;
        assert!(limit.is_none_or(|limit| present <= limit), "GPU {index} has more than `max_queue`");
        let waiting = gpu.queue.n_waiting(&context.requests);
        assert_eq!(waiting, queued as usize, "queued requests of GPU {index} are in its queue");
        assert_eq!(gpu.executor.n_in(Stage::Prefill), prefill as usize, "GPU {index} computes its prompts");
        assert_eq!(gpu.executor.n_in(Stage::Decode), decode as usize, "GPU {index} computes its outputs");
        let signals = &context.signals;
        assert_eq!(signals.held(index as u32), present, "policies see what GPU {index} holds");
        assert_eq!(
            signals.expected_work(index as u32),
            expected.charge.expected_work,
            "and the work that is expected of it"
        );
        assert_eq!(gpu.residents, expected.residents, "the victims of GPU {index} are its residents");
    }
}

/// What follows from the requests in the system.
struct Books {
    gpus: Vec<Expected>,
    n_held: u64,
    n_moving: usize,
}

/// For one GPU.
#[derive(Default)]
struct Expected {
    levels: Levels,
    charge: Charge,
    /// In the order in which they would be evicted; empty where there is no eviction.
    residents: BTreeSet<(u64, u32)>,
}
