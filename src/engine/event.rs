//! What a run consists of for a sink: requests and their transitions, levels of replicas, and what is seldom asked for.

use super::gaps::Gaps;
use super::ticks::TICK_BITS;
use crate::units::{Bytes, SimTime, Tokens};
use crate::workload::Request;

/// A request with its times so far.
///
/// One lies in memory for each request in flight and is looked at whenever something happens to it: times and replicas
/// that it may not have yet take no more room than those it has.
#[derive(Clone, Debug)]
pub struct Journey {
    /// As it arrived.
    pub request: Request,
    /// Its number in order of arrival, over all workloads.
    pub number: u64,
    started: Moment,
    first_token: Moment,
    handoff_started: Moment,
    /// `None` where it has left none, as without `pool`.
    elsewhere: Option<Box<Legs>>,
    /// [`NOWHERE`] before admission.
    gpu: u32,
    /// Leading tokens of its prompt that were in the prefix cache when it first executed.
    pub cached: Tokens,
    /// GPUs tried after the first, since it arrived or came to the head of the global queue.
    pub retries: u32,
}

/// When something happened, which is never at the end of the clock.
#[derive(Clone, Copy, Debug)]
struct Moment(SimTime);

/// What has not happened yet.
const NOT_YET: Moment = Moment(SimTime::MAX);

impl Moment {
    #[inline]
    fn get(self) -> Option<SimTime> {
        (self.0 != SimTime::MAX).then_some(self.0)
    }
}

/// No replica has this index.
const NOWHERE: u32 = u32::MAX;

/// Replicas it has left, with the output tokens it generated there.
#[derive(Clone, Debug, Default)]
struct Legs(Vec<(u32, u32)>);

impl Journey {
    /// Of a request that has just arrived.
    #[must_use]
    #[inline]
    pub fn new(request: Request, number: u64) -> Journey {
        Journey {
            request,
            number,
            started: NOT_YET,
            first_token: NOT_YET,
            handoff_started: NOT_YET,
            elsewhere: None,
            gpu: NOWHERE,
            cached: Tokens::new(0),
            retries: 0,
        }
    }

    /// The replica that holds it, or held it last; `None` before admission.
    #[must_use]
    #[inline]
    pub fn gpu(&self) -> Option<u32> {
        (self.gpu != NOWHERE).then_some(self.gpu)
    }

    /// When it first executed.
    #[must_use]
    #[inline]
    pub fn started(&self) -> Option<SimTime> {
        self.started.get()
    }

    /// When its first token was there.
    #[must_use]
    #[inline]
    pub fn first_token(&self) -> Option<SimTime> {
        self.first_token.get()
    }

    /// When its cache began to move, the last time that it did.
    #[must_use]
    #[inline]
    pub fn handoff_started(&self) -> Option<SimTime> {
        self.handoff_started.get()
    }

    /// Replicas it has left after they had generated output, with how many tokens each; none without `pool`.
    #[must_use]
    #[inline]
    pub fn elsewhere(&self) -> &[(u32, u32)] {
        self.elsewhere.as_ref().map_or(&[], |legs| &legs.0)
    }

    /// A replica holds it from now on.
    #[inline]
    pub fn go_to(&mut self, gpu: u32) {
        self.gpu = gpu;
    }

    /// It executes, for the first time where it has not before.
    #[inline]
    pub fn start(&mut self, at: SimTime) {
        if self.started.get().is_none() {
            self.started = Moment(at);
        }
    }

    /// Its prompt is computed: its first token is there, unless it was before.
    #[inline]
    pub fn finish_prefill(&mut self, at: SimTime) {
        if self.first_token.get().is_none() {
            self.first_token = Moment(at);
        }
    }

    /// Its cache begins to move.
    #[inline]
    pub fn start_handoff(&mut self, at: SimTime) {
        self.handoff_started = Moment(at);
    }

    /// It leaves a replica after that has generated so many output tokens.
    pub fn leave(&mut self, gpu: u32, tokens: u32) {
        self.elsewhere.get_or_insert_default().0.push((gpu, tokens));
    }

    /// It leaves a replica with so many output tokens in all.
    pub(super) fn leave_with(&mut self, gpu: u32, generated: u32) {
        let before: u32 = self.elsewhere().iter().map(|(_, tokens)| tokens).sum();
        self.leave(gpu, generated - before);
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
    /// It was preempted and waits again, to be prefilled with what it had generated (`batching continuous`).
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
    /// Blocks that decodes have taken since, where a sink has an interest in [`growth`](super::Interests::growth).
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

/// Blocks that decodes of a GPU have taken while their batch kept its members, so that no level was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// The most blocks held at once, all included.
    pub blocks: u64,
    /// Blocks beyond the levels reported, each times how long it was held: in blocks times 2^-[`Growth::TICK_BITS`] ps.
    pub block_ticks: u128,
    /// Bytes of a block.
    pub block_bytes: u64,
}

impl Growth {
    /// Binary digits of a tick below a picosecond.
    pub const TICK_BITS: u32 = TICK_BITS;
}

/// What is reported only to sinks with an interest in it: see [`Interests`](super::Interests).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observation {
    /// A GPU's decodes took blocks that no level has reported: what has passed since the last growth reported. Comes
    /// before the levels of an instant, and at the end of the run. Nothing that passed before `warmup` is in it.
    Growth {
        /// The replica.
        gpu: u32,
        /// The blocks.
        growth: Growth,
    },
    /// Gaps between tokens of measured requests: reported when the steps they lie in are over, and at the end of the run.
    Gaps {
        /// The replica.
        gpu: u32,
        /// The gaps.
        gaps: Gaps,
    },
    /// The most that all GPUs together held just before an instant since `warmup`, when the run is over.
    Record {
        /// KV blocks.
        blocks: u64,
        /// Bytes, which may have been held in another instant.
        bytes: Bytes,
    },
}
