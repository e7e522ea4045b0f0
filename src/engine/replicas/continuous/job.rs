//! A request as a replica knows it.

use crate::engine::ticks::Ticks;

/// A request as a replica knows it; while it runs, as it was when it was admitted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    /// Where the simulation keeps it.
    pub(super) slot: u32,
    /// Its number in order of arrival.
    pub(super) number: u64,
    /// Index of its workload.
    pub(super) workload: u16,
    /// Whether it arrived after the warm-up.
    pub(super) measured: bool,
    /// Its workload's.
    pub(super) priority: i32,
    /// Its place in the order of the scheduling policy.
    pub(super) key: u64,
    /// Prompt tokens, at least one: something is always computed.
    pub(super) prompt: u32,
    /// Output tokens when it leaves the replica, at least one: the step that finishes a prompt emits a token.
    pub(super) output: u32,
    /// What of it the replica computes.
    pub(super) leg: Leg,
    /// Output tokens it has.
    pub(super) generated: u32,
    /// When the last of them was there.
    pub(super) last_token: Ticks,
}

/// What of a request a replica computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leg {
    /// All of it.
    Whole,
    /// Its prompt and a token; then its cache waits until it has been handed over.
    Prefill,
    /// The rest: it comes with its cache, whose blocks have been reserved.
    Decode,
}

impl Job {
    /// Tokens in the cache of one that comes with it: the last token sampled is not written yet.
    pub(super) fn n_moved(&self) -> u32 {
        self.prompt + self.generated - 1
    }

    /// Tokens for which blocks are kept before it comes: with the one that is written first.
    pub(super) fn n_kept(&self) -> u64 {
        u64::from(self.n_moved()) + 1
    }

    /// Tokens to compute before it goes on generating: its prompt and, once it has been preempted, what it had.
    pub(super) fn n_to_prefill(&self) -> u32 {
        self.prompt + self.generated
    }

    /// Tokens in the cache when it ends: the last one sampled is not written any more.
    pub(super) fn most_tokens(&self) -> u64 {
        u64::from(self.prompt) + u64::from(self.output) - 1
    }
}
