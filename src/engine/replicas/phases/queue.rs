//! Requests waiting on one GPU, in the order of the scheduling policy.
//!
//! Leaving out of turn (an eviction) is cheap: the entry stays and is passed over when its turn comes. The number of
//! those really waiting is the GPU's to count.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::executor::Ticket;
use super::progress::{Progress, State};
use crate::engine::dispatch::Requests;

/// A queue of any length at O(log n) a request, O(1) when first come first served.
#[derive(Debug)]
pub(super) enum WaitingQueue {
    /// All keys are equal.
    InOrder(VecDeque<Ticket>),
    /// By key, then in the order of joining.
    ByKey { heap: BinaryHeap<Reverse<(u64, u64, Ticket)>>, joined: u64 },
}

impl WaitingQueue {
    pub(super) fn new(first_come_first_served: bool) -> WaitingQueue {
        if first_come_first_served {
            WaitingQueue::InOrder(VecDeque::new())
        } else {
            WaitingQueue::ByKey { heap: BinaryHeap::new(), joined: 0 }
        }
    }

    #[inline]
    pub(super) fn push(&mut self, key: u64, ticket: Ticket) {
        match self {
            WaitingQueue::InOrder(queue) => queue.push_back(ticket),
            WaitingQueue::ByKey { heap, joined } => {
                heap.push(Reverse((key, *joined, ticket)));
                *joined += 1;
            }
        }
    }

    /// How many of the entries are really waiting, by looking at each.
    pub(super) fn n_waiting(&self, requests: &Requests<Progress>) -> usize {
        let waits = |ticket: &&Ticket| {
            let found = requests.find(ticket.slot, ticket.number);
            found.is_some_and(|request| request.own.state == State::Queued)
        };
        match self {
            WaitingQueue::InOrder(queue) => queue.iter().filter(waits).count(),
            WaitingQueue::ByKey { heap, .. } => {
                heap.iter().map(|Reverse((_, _, ticket))| ticket).filter(waits).count()
            }
        }
    }

    /// The next that is still waiting, with its key.
    #[inline]
    pub(super) fn pop(&mut self, requests: &Requests<Progress>) -> Option<(u64, Ticket)> {
        loop {
            let (key, ticket) = match self {
                WaitingQueue::InOrder(queue) => (0, queue.pop_front()?),
                WaitingQueue::ByKey { heap, .. } => {
                    let Reverse((key, _, ticket)) = heap.pop()?;
                    (key, ticket)
                }
            };
            let waiting = requests.find(ticket.slot, ticket.number);
            if waiting.is_some_and(|request| request.own.state == State::Queued) {
                return Some((key, ticket));
            }
        }
    }
}
