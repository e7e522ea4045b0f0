//! What one step takes, in integers: what a batch is made of, what it costs, and how that grows.
//!
//! A timing says two things about a batch: its cost, and how much the cost grows with one more token of context. The
//! second is what makes leaping exact: while a batch keeps its members only contexts grow, so compute and memory are
//! both linear in the step's number. Invariant: every coefficient is rounded once, when the scenario is compiled;
//! from there on costs are sums of integers, and sums of steps are associative.

mod linear;
mod roofline;
mod series;

pub(in crate::engine) use linear::Linear;
pub(in crate::engine) use roofline::Roofline;
pub(in crate::engine) use series::{Moments, Series};

use std::ops::{Add, AddAssign, Mul};

use crate::engine::ticks::Ticks;

/// What one step computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Batch {
    /// Requests that get one token.
    pub(in crate::engine) decodes: u32,
    /// Requests that get a chunk of their prompt.
    pub(in crate::engine) chunks: u32,
    /// Prompt tokens over all chunks.
    pub(in crate::engine) prompt_tokens: u32,
    /// Tokens sampled: decodes and prompts completed by this step.
    pub(in crate::engine) sampled: u32,
    /// Over decodes, the tokens each attends to, its own included: what it reads from the cache.
    pub(in crate::engine) decode_context: u64,
    /// Over chunks, the tokens read from the cache: everything up to the chunk's end.
    pub(in crate::engine) chunk_context: u64,
    /// Over the tokens of chunks, the positions each attends to, its own included.
    pub(in crate::engine) chunk_pairs: u64,
}

impl Batch {
    /// Requests in the step.
    pub(in crate::engine) fn requests(&self) -> u32 {
        self.decodes + self.chunks
    }

    /// Adds a decode that attends to `context` tokens.
    pub(in crate::engine) fn add_decode(&mut self, context: u32) {
        self.decodes += 1;
        self.sampled += 1;
        self.decode_context += u64::from(context);
    }

    /// Adds the tokens `start..end` of a prompt; `completes` where they are its last.
    pub(in crate::engine) fn add_chunk(&mut self, start: u32, end: u32, completes: bool) {
        self.chunks += 1;
        self.prompt_tokens += end - start;
        self.sampled += u32::from(completes);
        self.chunk_context += u64::from(end);
        self.chunk_pairs += pairs_up_to(end) - pairs_up_to(start);
    }
}

/// Positions that the first `n` tokens attend to in all: 1 + 2 + … + n.
fn pairs_up_to(n: u32) -> u64 {
    u64::from(n) * (u64::from(n) + 1) / 2
}

/// The cost of a step, or of a part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct StepCost {
    /// What neither compute nor memory overlaps: overheads, messages between GPUs.
    pub(in crate::engine) rest: Ticks,
    /// What the arithmetic units take.
    pub(in crate::engine) compute: Ticks,
    /// What the memory takes, at the same time.
    pub(in crate::engine) memory: Ticks,
}

impl StepCost {
    /// How long the step lasts.
    pub(in crate::engine) fn total(&self) -> Ticks {
        self.rest + self.compute.max(self.memory)
    }
}

impl Add for StepCost {
    type Output = StepCost;

    fn add(self, other: StepCost) -> StepCost {
        StepCost {
            rest: self.rest + other.rest,
            compute: self.compute + other.compute,
            memory: self.memory + other.memory,
        }
    }
}

impl AddAssign for StepCost {
    fn add_assign(&mut self, other: StepCost) {
        *self = *self + other;
    }
}

impl Mul<u64> for StepCost {
    type Output = StepCost;

    fn mul(self, n: u64) -> StepCost {
        let n = Ticks::from(n);
        StepCost { rest: self.rest * n, compute: self.compute * n, memory: self.memory * n }
    }
}

/// What one more token of each kind of context adds to the cost of a step that keeps its members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Growth {
    /// With `Batch::decode_context`.
    pub(in crate::engine) decode_context: StepCost,
    /// With `Batch::chunk_context`.
    pub(in crate::engine) chunk_context: StepCost,
    /// With `Batch::chunk_pairs`.
    pub(in crate::engine) chunk_pairs: StepCost,
}

/// How long steps take on one replica; every step at least a picosecond.
pub(in crate::engine) trait StepTiming {
    /// The cost of a step.
    fn cost(&self, batch: &Batch) -> StepCost;

    /// How that grows: for batches alike in all but the three contexts,
    /// `cost(b) = cost(a) + Σ growth × (context of b − context of a)`, exactly.
    fn growth(&self) -> Growth;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_costs_the_same_pairs_in_chunks_as_at_once() {
        let (mut whole, mut parts) = (Batch::default(), Batch::default());
        whole.add_chunk(0, 5, true);
        parts.add_chunk(0, 2, false);
        parts.add_chunk(2, 5, true);
        // 1 + 2 + 3 + 4 + 5.
        assert_eq!((whole.chunk_pairs, parts.chunk_pairs), (15, 15));
        assert_eq!((whole.sampled, parts.sampled), (1, 1));
        // Each chunk reads everything up to its end.
        assert_eq!((whole.chunk_context, parts.chunk_context), (5, 2 + 5));
    }
}
