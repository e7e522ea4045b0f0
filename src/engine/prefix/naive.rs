//! The same memory block by block, as slowly and as plainly as it can be said: the oracle of this module.
//!
//! A block is known by all tokens up to its end. Invariant: a cached block is there with everything before it.

/// Tokens by text and position.
pub(super) type Token = (u64, u64);

/// Everything up to the end of a block.
type Prefix = Vec<Token>;

struct Cached {
    prefix: Prefix,
    holders: u32,
    /// When it was left last.
    left_at: u64,
}

pub(super) struct Naive {
    block_size: usize,
    unused: u64,
    cached: Vec<Cached>,
    clock: u64,
    n_nameless: u64,
}

impl Naive {
    pub(super) fn new(size: u64, block_size: u32) -> Naive {
        Naive { block_size: block_size as usize, unused: size, cached: Vec::new(), clock: 0, n_nameless: 0 }
    }

    pub(super) fn free(&self) -> u64 {
        self.unused + self.cached.iter().filter(|block| block.holders == 0).count() as u64
    }

    pub(super) fn unused(&self) -> u64 {
        self.unused
    }

    fn prefix(&self, tokens: &[Token], blocks: usize) -> Prefix {
        tokens[..blocks * self.block_size].to_vec()
    }

    fn position(&self, tokens: &[Token], blocks: usize) -> Option<usize> {
        let prefix = self.prefix(tokens, blocks);
        self.cached.iter().position(|block| block.prefix == prefix)
    }

    /// Leading blocks, and those of them that no request holds.
    pub(super) fn look_up(&self, tokens: &[Token]) -> (u64, u64) {
        let limit = tokens.len().saturating_sub(1) / self.block_size;
        let found: Vec<usize> = (1..=limit).map_while(|blocks| self.position(tokens, blocks)).collect();
        let idle = found.iter().filter(|place| self.cached[**place].holders == 0).count();
        (found.len() as u64, idle as u64)
    }

    /// Everything cached of a content, even beyond what a look-up may use.
    pub(super) fn depth(&self, tokens: &[Token]) -> u64 {
        let limit = tokens.len() / self.block_size;
        (1..=limit).take_while(|blocks| self.position(tokens, *blocks).is_some()).count() as u64
    }

    pub(super) fn hold(&mut self, tokens: &[Token], blocks: u64) {
        for blocks in 1..=blocks as usize {
            let place = self.position(tokens, blocks).expect("what is held is cached");
            self.cached[place].holders += 1;
        }
    }

    /// Evicts at once, one block at a time.
    pub(super) fn take(&mut self, blocks: u64) {
        for _ in 0..blocks {
            if self.unused == 0 {
                let victim = self.least_recently_used_leaf();
                self.cached.remove(victim);
                self.unused += 1;
            }
            self.unused -= 1;
        }
    }

    fn least_recently_used_leaf(&self) -> usize {
        let continued = |prefix: &Prefix| {
            let longer =
                |other: &Cached| other.prefix.len() > prefix.len() && other.prefix.starts_with(prefix);
            self.cached.iter().any(longer)
        };
        let leaves = (0..self.cached.len())
            .filter(|place| self.cached[*place].holders == 0 && !continued(&self.cached[*place].prefix));
        leaves.min_by_key(|place| self.cached[*place].left_at).expect("only what is free is taken")
    }

    /// Blocks `have .. blocks` of a request become shared; gives how many were there already.
    pub(super) fn publish(&mut self, tokens: &[Token], have: u64, blocks: u64) -> u64 {
        let mut n_copies = 0;
        for blocks in have as usize + 1..=blocks as usize {
            match self.position(tokens, blocks) {
                Some(place) => {
                    self.cached[place].holders += 1;
                    self.unused += 1;
                    n_copies += 1;
                }
                None => {
                    let prefix = self.prefix(tokens, blocks);
                    self.cached.push(Cached { prefix, holders: 1, left_at: 0 });
                }
            }
        }
        n_copies
    }

    /// The chain's last block is left first.
    pub(super) fn leave(&mut self, tokens: &[Token], blocks: u64) {
        for blocks in (1..=blocks as usize).rev() {
            let place = self.position(tokens, blocks).expect("what is held is cached");
            self.clock += 1;
            self.cached[place].holders -= 1;
            self.cached[place].left_at = self.clock;
        }
    }

    pub(super) fn give_back(&mut self, blocks: u64) {
        self.unused += blocks;
    }

    /// Blocks of a content that no other request will ever have.
    pub(super) fn leave_nameless(&mut self, blocks: u64) {
        self.n_nameless += 1;
        let text = u64::MAX - self.n_nameless;
        let tokens: Vec<Token> = (0..blocks * self.block_size as u64).map(|at| (text, at)).collect();
        self.publish(&tokens, 0, blocks);
        self.leave(&tokens, blocks);
    }
}
