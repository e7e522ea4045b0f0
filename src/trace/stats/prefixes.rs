//! How much of the prompts was seen before: what a prefix cache could save.
//!
//! A block is a stretch of a prompt's content that has tokens. A request hits with the blocks at its beginning that are known, up to
//! the first that is not. With no limit every block stays known; under a limit one cache over all requests forgets
//! the least recently used one ([`super::recency`]).

use serde::Serialize;

use super::recency::Recency;
use crate::workload::Stretch;

/// Capacities of the curve, in blocks.
pub const CAPACITIES: [u64; 5] = [1_000, 3_000, 10_000, 30_000, 100_000];

/// What could be reused.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reuse {
    /// Tokens of a whole block.
    pub block_tokens: u32,
    /// Blocks of all prompts.
    pub blocks: u64,
    /// Different ones.
    pub distinct: u64,
    /// Blocks hit over all blocks, without a limit.
    pub block_hit_ratio: f64,
    /// Their tokens over all prompt tokens.
    pub token_hit_ratio: f64,
    /// The mean over requests of the share of their blocks that hit.
    pub mean_request_hit: f64,
    /// The share of requests with any hit.
    pub requests_with_hit: f64,
    /// Blocks hit over all blocks, in a cache of that size.
    pub lru: Vec<Held>,
}

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Held {
    /// Blocks the cache holds.
    pub blocks: u64,
    /// Blocks hit over all blocks.
    pub hit_ratio: f64,
}

/// Looks at prompts one by one.
pub(super) struct Reusing {
    recency: Recency,
    requests: u64,
    requests_hit: u64,
    shares: f64,
    block_tokens: u32,
    blocks: u64,
    blocks_hit: u64,
    tokens: u64,
    tokens_hit: u64,
    /// Capacities with the blocks they hit.
    hits_at: Vec<(u64, u64)>,
}

impl Reusing {
    /// With a curve over these capacities.
    pub(super) fn new(capacities: &[u64]) -> Reusing {
        Reusing {
            recency: Recency::default(),
            requests: 0,
            requests_hit: 0,
            shares: 0.0,
            block_tokens: 0,
            blocks: 0,
            blocks_hit: 0,
            tokens: 0,
            tokens_hit: 0,
            hits_at: capacities.iter().map(|capacity| (*capacity, 0)).collect(),
        }
    }

    pub(super) fn add(&mut self, content: &[Stretch]) {
        let mut hit = 0;
        // A block further down is held only where those before it are.
        let mut deepest = 0;
        let blocks = || content.iter().filter(|stretch| stretch.tokens > 0);
        for stretch in blocks() {
            let Some(depth) = self.recency.depth(stretch.text) else { break };
            deepest = depth.max(deepest);
            hit += 1;
            self.tokens_hit += u64::from(stretch.tokens);
            for (capacity, hits) in &mut self.hits_at {
                *hits += u64::from(deepest <= *capacity);
            }
        }
        // Last to first, so that the beginning is the most recent and the last to go.
        let mut n_blocks = 0;
        for stretch in blocks().rev() {
            n_blocks += 1;
            self.recency.touch(stretch.text);
            self.block_tokens = stretch.tokens.max(self.block_tokens);
            self.tokens += u64::from(stretch.tokens);
        }
        self.requests += 1;
        self.requests_hit += u64::from(hit > 0);
        self.blocks += n_blocks;
        self.blocks_hit += hit;
        self.shares += hit as f64 / n_blocks.max(1) as f64;
    }

    /// `None` where no prompt has blocks.
    pub(super) fn finish(self) -> Option<Reuse> {
        let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
        (self.blocks > 0).then(|| Reuse {
            block_tokens: self.block_tokens,
            blocks: self.blocks,
            distinct: self.recency.distinct(),
            block_hit_ratio: share(self.blocks_hit, self.blocks),
            token_hit_ratio: share(self.tokens_hit, self.tokens),
            mean_request_hit: self.shares / self.requests as f64,
            requests_with_hit: share(self.requests_hit, self.requests),
            lru: self
                .hits_at
                .iter()
                .map(|(capacity, hits)| Held { blocks: *capacity, hit_ratio: share(*hits, self.blocks) })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    fn content(texts: &[u64]) -> Vec<Stretch> {
        texts.iter().map(|text| Stretch { text: *text, tokens: 16 }).collect()
    }

    #[test]
    fn a_hit_ends_at_the_first_unknown_block() {
        let mut reusing = Reusing::new(&CAPACITIES);
        for texts in [&[0, 1, 2][..], &[0, 1, 9, 2], &[7]] {
            reusing.add(&content(texts));
        }
        let reuse = reusing.finish().expect("blocks");
        assert_eq!((reuse.block_tokens, reuse.blocks, reuse.distinct), (16, 8, 5));
        assert_eq!((reuse.block_hit_ratio, reuse.token_hit_ratio), (0.25, 0.25));
        assert!((reuse.mean_request_hit - 0.5 / 3.0).abs() < 1e-12);
        assert!((reuse.requests_with_hit - 1.0 / 3.0).abs() < 1e-12);
        assert!(reuse.lru.iter().all(|held| held.hit_ratio == 0.25));
        assert_eq!(Reusing::new(&CAPACITIES).finish(), None);
    }

    /// Blocks hit by a cache that holds `capacity` blocks, simulated as a list.
    fn simulated(requests: &[Vec<u64>], capacity: usize) -> u64 {
        let mut held: Vec<u64> = Vec::new();
        let mut hits = 0;
        for request in requests {
            hits += request.iter().take_while(|block| held.contains(block)).count() as u64;
            for block in request.iter().rev() {
                held.retain(|other| other != block);
                held.push(*block);
                let surplus = held.len().saturating_sub(capacity);
                held.drain(..surplus);
            }
        }
        hits
    }

    #[test]
    fn the_curve_is_what_caches_of_each_size_hit() {
        let mut stream = Streams::new(11).stream("chains");
        // Chains down a tree in which each block has three successors.
        let requests: Vec<Vec<u64>> = (0..400)
            .map(|_| {
                let length = 1 + stream.below(6);
                let mut block = 0;
                (0..length)
                    .map(|_| {
                        let this = block;
                        block = 3 * block + 1 + stream.below(3);
                        this
                    })
                    .collect()
            })
            .collect();
        let capacities = [1, 2, 3, 5, 8, 20, 50, 1000];
        let mut reusing = Reusing::new(&capacities);
        requests.iter().for_each(|texts| reusing.add(&content(texts)));
        let expected: Vec<(u64, u64)> =
            capacities.map(|capacity| (capacity, simulated(&requests, capacity as usize))).to_vec();
        assert_eq!(reusing.hits_at, expected);
        assert!(expected[0].1 > 0 && expected.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{expected:?}");
    }
}
