//! What the engine tells the outside: transitions of requests and levels of GPUs.

use super::steps::Gaps;
use crate::units::{Bytes, SimTime, Tokens};
use crate::workload::Request;

/// A request with its times so far.
#[derive(Clone, Debug)]
pub struct Journey {
    /// As it arrived.
    pub request: Request,
    /// Its number in order of arrival, over all workloads.
    pub number: u64,
    /// The replica that holds it, or held it last; `None` before admission.
    pub gpu: Option<u32>,
    /// When it first executed.
    pub started: Option<SimTime>,
    /// When its first token was there.
    pub first_token: Option<SimTime>,
    /// When its cache began to move.
    pub handoff_started: Option<SimTime>,
    /// Leading tokens of its prompt that were in the prefix cache when it first executed.
    pub cached: Tokens,
    /// GPUs tried after the first, since it arrived or came to the head of the global queue.
    pub retries: u32,
    /// Replicas it has left after they had generated output, with how many tokens each; none without `pool`.
    pub elsewhere: Vec<(u32, u32)>,
}

impl Journey {
    /// Notes that it leaves a replica with so many output tokens in all.
    pub(super) fn leave_with(&mut self, gpu: u32, generated: u32) {
        let before: u32 = self.elsewhere.iter().map(|(_, tokens)| tokens).sum();
        self.elsewhere.push((gpu, generated - before));
    }
}

/// Why a request was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectReason {
    /// Larger than any GPU even when empty.
    NeverFits,
    /// Its output did not fit when decode was to start.
    NoMemoryForOutput,
    /// The global queue was full.
    QueueFull,
    /// It waited in the global queue for longer than `queue_timeout`.
    TimedOut,
}

impl RejectReason {
    /// As in the event log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            RejectReason::NeverFits => "never_fits",
            RejectReason::NoMemoryForOutput => "no_memory_for_output",
            RejectReason::QueueFull => "queue_full",
            RejectReason::TimedOut => "timed_out",
        }
    }
}

/// A transition of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It arrived.
    Arrived,
    /// It waits for any GPU.
    QueuedGlobally,
    /// The GPU tried before had no room; `gpu` is tried next.
    Retried {
        /// The replica tried next.
        gpu: u32,
    },
    /// It waits on a GPU, its reservation held.
    Admitted {
        /// The replica.
        gpu: u32,
    },
    /// Its prompt is computed from here on.
    PrefillStarted {
        /// The replica.
        gpu: u32,
    },
    /// Its prompt is done: the first token is there.
    PrefillFinished {
        /// The replica.
        gpu: u32,
    },
    /// Its cache begins to move.
    HandoffStarted {
        /// From this replica.
        from: u32,
        /// To this one.
        to: u32,
        /// How much.
        bytes: Bytes,
    },
    /// Its cache has moved.
    HandoffFinished {
        /// From this replica.
        from: u32,
        /// To this one.
        to: u32,
    },
    /// Its output is generated from here on.
    DecodeStarted {
        /// The replica.
        gpu: u32,
    },
    /// It gave way and waits again, to be prefilled anew with what it had generated (`batching continuous`).
    Preempted {
        /// The replica.
        gpu: u32,
    },
    /// It is done.
    Finished {
        /// The replica.
        gpu: u32,
    },
    /// It was turned away.
    Rejected {
        /// Why.
        reason: RejectReason,
    },
    /// Its memory was taken for another.
    Evicted {
        /// The replica.
        gpu: u32,
    },
}

/// What a GPU holds, once an instant has settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// Admitted and waiting for a slot.
    pub queued: u32,
    /// Prefills executing.
    pub prefill: u32,
    /// Holding a slot in decode, executing or waiting for a place in the batch.
    pub decode: u32,
    /// Slots held by caches that move from or to this GPU.
    pub transferring: u32,
    /// Bytes reserved. With `batching continuous` those of the blocks held when the batch last changed.
    pub held: Bytes,
    /// KV blocks held when the batch last changed; 0 with `batching phases`.
    pub blocks: u64,
    /// Blocks that decodes have taken since, where [`Sink::wants_growth`].
    pub grown: u64,
    /// Bytes of a block; 0 with `batching phases`.
    pub block_bytes: u64,
}

impl Levels {
    /// Bytes reserved with what decodes have taken since the batch changed.
    #[must_use]
    pub fn held_now(&self) -> Bytes {
        Bytes::new(self.held.get().saturating_add(self.grown.saturating_mul(self.block_bytes)))
    }

    /// KV blocks held with what decodes have taken since the batch changed.
    #[must_use]
    pub fn blocks_now(&self) -> u64 {
        self.blocks + self.grown
    }
}

/// Blocks that decodes of a GPU have taken while their batch kept its members, so that no level was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// The most blocks held at once, all included.
    pub blocks: u64,
    /// Blocks beyond the levels told, each times how long it was held: in blocks times 2^-[`Growth::TICK_BITS`] ps.
    pub block_ticks: u128,
    /// Bytes of a block.
    pub block_bytes: u64,
}

impl Growth {
    /// Binary digits of a tick below a picosecond.
    pub const TICK_BITS: u32 = super::steps::TICK_BITS;
}

/// Listens to a run. Everything defaults to not listening, at no cost.
pub trait Sink {
    /// The clock is about to move to `to`: what was last told holds up to here.
    fn advance(&mut self, _to: SimTime) {}

    /// A request changed state.
    fn event(&mut self, _at: SimTime, _event: Event, _journey: &Journey) {}

    /// A GPU's levels changed and hold from `at` on.
    fn levels(&mut self, _at: SimTime, _gpu: u32, _levels: &Levels) {}

    /// The length of the global queue changed and holds from `at` on.
    fn global_queue(&mut self, _at: SimTime, _depth: u32) {}

    /// A GPU's decodes took blocks that no level has told: what has passed since this was last told of it. Told before
    /// the levels of an instant, and at the end of the run.
    fn grew(&mut self, _gpu: u32, _growth: &Growth) {}

    /// Whether [`Levels::grown`] is read; asked once, before a run. Then every block that is taken is told when it is,
    /// which costs as much as taking each step.
    fn wants_growth(&self) -> bool {
        false
    }

    /// Whether all GPUs together could hold more than ever at some time if they held that much; asked before anything
    /// ends (`batching continuous`).
    fn may_be_a_record(&self, _blocks: u64, _bytes: Bytes) -> bool {
        false
    }

    /// What all GPUs together held just before the present instant, where it may be a record.
    fn record(&mut self, _blocks: u64, _bytes: Bytes) {}

    /// Whether the run is to go on; asked before each instant.
    fn wants_more(&self) -> bool {
        true
    }

    /// Whether [`Sink::gaps`] is listened to; asked once, before a run. Otherwise gaps are not even counted.
    fn wants_gaps(&self) -> bool {
        false
    }

    /// Gaps between tokens of measured requests on a replica: told when the steps they lie in are over, and at the
    /// end of the run.
    fn gaps(&mut self, _gpu: u32, _gaps: &Gaps) {}
}

impl Sink for () {}

impl<A: Sink, B: Sink> Sink for (A, B) {
    fn advance(&mut self, to: SimTime) {
        self.0.advance(to);
        self.1.advance(to);
    }

    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        self.0.event(at, event, journey);
        self.1.event(at, event, journey);
    }

    fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        self.0.levels(at, gpu, levels);
        self.1.levels(at, gpu, levels);
    }

    fn global_queue(&mut self, at: SimTime, depth: u32) {
        self.0.global_queue(at, depth);
        self.1.global_queue(at, depth);
    }

    fn wants_more(&self) -> bool {
        self.0.wants_more() && self.1.wants_more()
    }

    fn wants_gaps(&self) -> bool {
        self.0.wants_gaps() || self.1.wants_gaps()
    }

    fn gaps(&mut self, gpu: u32, gaps: &Gaps) {
        self.0.gaps(gpu, gaps);
        self.1.gaps(gpu, gaps);
    }

    fn grew(&mut self, gpu: u32, growth: &Growth) {
        self.0.grew(gpu, growth);
        self.1.grew(gpu, growth);
    }

    fn wants_growth(&self) -> bool {
        self.0.wants_growth() || self.1.wants_growth()
    }

    fn may_be_a_record(&self, blocks: u64, bytes: Bytes) -> bool {
        self.0.may_be_a_record(blocks, bytes) || self.1.may_be_a_record(blocks, bytes)
    }

    fn record(&mut self, blocks: u64, bytes: Bytes) {
        self.0.record(blocks, bytes);
        self.1.record(blocks, bytes);
    }
}

impl<S: Sink> Sink for &mut S {
    fn advance(&mut self, to: SimTime) {
        (**self).advance(to);
    }

    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        (**self).event(at, event, journey);
    }

    fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        (**self).levels(at, gpu, levels);
    }

    fn global_queue(&mut self, at: SimTime, depth: u32) {
        (**self).global_queue(at, depth);
    }

    fn wants_more(&self) -> bool {
        (**self).wants_more()
    }

    fn wants_gaps(&self) -> bool {
        (**self).wants_gaps()
    }

    fn gaps(&mut self, gpu: u32, gaps: &Gaps) {
        (**self).gaps(gpu, gaps);
    }

    fn grew(&mut self, gpu: u32, growth: &Growth) {
        (**self).grew(gpu, growth);
    }

    fn wants_growth(&self) -> bool {
        (**self).wants_growth()
    }

    fn may_be_a_record(&self, blocks: u64, bytes: Bytes) -> bool {
        (**self).may_be_a_record(blocks, bytes)
    }

    fn record(&mut self, blocks: u64, bytes: Bytes) {
        (**self).record(blocks, bytes);
    }
}

impl<S: Sink> Sink for Option<S> {
    fn advance(&mut self, to: SimTime) {
        if let Some(sink) = self {
            sink.advance(to);
        }
    }

    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        if let Some(sink) = self {
            sink.event(at, event, journey);
        }
    }

    fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        if let Some(sink) = self {
            sink.levels(at, gpu, levels);
        }
    }

    fn global_queue(&mut self, at: SimTime, depth: u32) {
        if let Some(sink) = self {
            sink.global_queue(at, depth);
        }
    }

    fn wants_more(&self) -> bool {
        self.as_ref().is_none_or(Sink::wants_more)
    }

    fn wants_gaps(&self) -> bool {
        self.as_ref().is_some_and(Sink::wants_gaps)
    }

    fn gaps(&mut self, gpu: u32, gaps: &Gaps) {
        if let Some(sink) = self {
            sink.gaps(gpu, gaps);
        }
    }
}
