//! Which replicas hold which blocks: one radix tree over the contents of all caches, so that those that hold the beginning
//! of a request are found without a look at any of them.
//!
//! A node is a run of blocks without a branch, and each of its holders has the first so many of them. Caches enter
//! blocks when they publish them and withdraw them when they evict them, so a replica never holds more than is
//! said here; it may hold less until it has evicted what has been taken from it. Invariants: a replica that
//! holds blocks of a node holds all of those before it; a node without holders is continued or referred to.

use super::content::{Content, Piece, Reader, after_first, first_of, take_first, take_off};
use super::first_blocks::{self, FirstBlocks, NONE};

/// The tree.
#[derive(Debug)]
pub(crate) struct Index {
    block_size: u64,
    nodes: Vec<Node>,
    vacant: Vec<u32>,
    by_first_block: FirstBlocks,
}

#[derive(Debug)]
struct Node {
    /// The node that it continues, or [`NONE`].
    before: u32,
    /// Nodes that continue it.
    n_after: u32,
    /// Ends that refer to it.
    n_ends: u32,
    hash: u32,
    /// Blocks before it.
    start: u64,
    blocks: u64,
    pieces: Vec<Piece>,
    /// By rising replica.
    holders: Vec<Holder>,
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    replica: u32,
    /// Leading blocks of the node that it has, at least one.
    blocks: u64,
}

/// Where a run of blocks ends that a replica holds: a node that it ends in, or one that has been split off the end
/// of that since.
#[derive(Debug)]
pub(super) struct End(u32);

/// A node on the path of a content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    node: u32,
    /// Leading blocks that the content has in common with the path, to here.
    blocks: u64,
}

impl Index {
    /// Of caches that hold nothing, with blocks of that many tokens.
    pub(crate) fn new(block_size: u32) -> Index {
        Index {
            block_size: u64::from(block_size),
            nodes: Vec::new(),
            vacant: Vec::new(),
            by_first_block: FirstBlocks::new(),
        }
    }

    /// The nodes with holders that the first blocks of a content lie on, in order. Only full blocks count, and one
    /// token at least is left to compute.
    pub(crate) fn find(&self, content: &Content<'_>, path: &mut Vec<Step>) {
        path.clear();
        let limit = content.tokens().saturating_sub(1) / self.block_size;
        let mut reader = content.reader();
        let (mut at, mut blocks) = (NONE, 0);
        while blocks < limit
            && let Some((node, agreed)) = self.next(at, &mut reader, limit - blocks)
            && !self.of(node).holders.is_empty()
        {
            blocks += agreed;
            path.push(Step { node, blocks });
            if agreed < self.of(node).blocks {
                return;
            }
            at = node;
        }
    }

    /// The replicas that hold blocks of a node on a path, each with how many leading blocks it has of the content that the
    /// path was found for: more than those on any node before, and some of those on nodes after it even more.
    pub(crate) fn holders(&self, step: Step) -> impl Iterator<Item = (u32, u64)> {
        let node = self.of(step.node);
        node.holders.iter().map(move |holder| (holder.replica, (node.start + holder.blocks).min(step.blocks)))
    }

    /// A replica that holds the blocks of a content up to `end` now holds the first `blocks` of it. The reader is at the
    /// first new one.
    pub(super) fn enter(
        &mut self,
        replica: u32,
        end: Option<&End>,
        mut reader: Reader<'_>,
        have: u64,
        blocks: u64,
    ) -> End {
        let mut have = have;
        let mut at = end.map_or(NONE, |end| self.node_of(end, have));
        loop {
            if at != NONE {
                let agreed = self.agree_within(at, have, &mut reader, blocks - have);
                have += agreed;
                if have < blocks && have < self.end_of(at) {
                    at = self.part(at, have);
                }
                let node = self.of_mut(at);
                node.hold(replica, have - node.start);
                if have == blocks {
                    break;
                }
                if node.n_after == 0 {
                    node.blocks += blocks - have;
                    node.hold(replica, node.blocks);
                    reader.take((blocks - have) * self.block_size, &mut self.nodes[at as usize].pieces);
                    break;
                }
            }
            match self.child(at, &reader) {
                Some(node) => at = node,
                None => {
                    at = self.add(replica, at, reader, have, blocks);
                    break;
                }
            }
        }
        self.of_mut(at).n_ends += 1;
        End(at)
    }

    /// Another run ends where this one does, or before that.
    pub(super) fn copy(&mut self, end: &End) -> End {
        self.of_mut(end.0).n_ends += 1;
        End(end.0)
    }

    /// A replica no longer holds the last blocks of a run, which nothing continues that it holds.
    pub(super) fn withdraw(&mut self, replica: u32, end: &End, blocks: u64) {
        let mut left = blocks;
        let mut at = end.0;
        while left > 0 {
            let node = self.of_mut(at);
            at = node.before;
            // Nodes split off since the run ended here are not held by it.
            let Ok(place) = node.place_of(replica) else { continue };
            let holder = &mut node.holders[place];
            let n = left.min(holder.blocks);
            left -= n;
            holder.blocks -= n;
            if holder.blocks == 0 {
                node.holders.remove(place);
            }
        }
    }

    /// Nothing ends there any more.
    pub(super) fn forget(&mut self, end: &End) {
        self.of_mut(end.0).n_ends -= 1;
        let mut at = end.0;
        while at != NONE {
            let node = self.of(at);
            if !node.holders.is_empty() || node.n_after > 0 || node.n_ends > 0 {
                return;
            }
            let (hash, before) = (node.hash, node.before);
            self.by_first_block.remove(hash, at);
            self.of_mut(at).pieces = Vec::new();
            self.vacant.push(at);
            if before != NONE {
                self.of_mut(before).n_after -= 1;
            }
            at = before;
        }
    }

    /// The node that the last of `blocks` blocks lies on.
    fn node_of(&self, end: &End, blocks: u64) -> u32 {
        let mut at = end.0;
        while self.of(at).start >= blocks {
            at = self.of(at).before;
        }
        at
    }

    /// The node that continues one with the next block of a content, and how many of at most `limit` blocks agree; the reader
    /// passes over them.
    fn next(&self, at: u32, reader: &mut Reader<'_>, limit: u64) -> Option<(u32, u64)> {
        let node = self.child(at, reader)?;
        let pieces = &self.of(node).pieces;
        let agreed = reader.agree(pieces.iter().copied(), limit.saturating_mul(self.block_size));
        Some((node, agreed / self.block_size))
    }

    fn child(&self, at: u32, reader: &Reader<'_>) -> Option<u32> {
        let hash = first_blocks::hash(at, reader.pieces(self.block_size));
        self.by_first_block.find(hash, |node| {
            let node = self.of(node);
            let first = first_of(&node.pieces, self.block_size);
            node.before == at && { *reader }.agree(first, self.block_size) == self.block_size
        })
    }

    /// How many blocks of a node from `have` on, counted from the beginning of the chain, agree with what a reader reads
    /// next, at most `limit`; the reader passes over them.
    fn agree_within(&self, at: u32, have: u64, reader: &mut Reader<'_>, limit: u64) -> u64 {
        let node = self.of(at);
        if have == node.start + node.blocks {
            return 0;
        }
        let rest = after_first(&node.pieces, (have - node.start) * self.block_size);
        let mut ahead = *reader;
        let agreed = ahead.agree(rest, limit * self.block_size) / self.block_size;
        reader.skip(agreed * self.block_size);
        agreed
    }

    fn end_of(&self, at: u32) -> u64 {
        self.of(at).start + self.of(at).blocks
    }

    /// Lets a node end after a block, counted from the beginning of the chain; gives the node that does. The rest keeps its
    /// number, unless no replica holds any of it.
    fn part(&mut self, at: u32, have: u64) -> u32 {
        let block_size = self.block_size;
        let node = self.of_mut(at);
        let blocks = have - node.start;
        if node.n_after == 0 && node.holders.iter().all(|holder| holder.blocks <= blocks) {
            take_off(&mut node.pieces, (node.blocks - blocks) * block_size);
            node.blocks = blocks;
            return at;
        }
        let pieces = take_first(&mut node.pieces, blocks * block_size);
        let cut = |holder: &Holder| Holder { blocks: holder.blocks.min(blocks), ..*holder };
        let holders = node.holders.iter().map(cut).collect();
        node.holders.retain_mut(|holder| {
            holder.blocks = holder.blocks.saturating_sub(blocks);
            holder.blocks > 0
        });
        let (before, start, hash) = (node.before, node.start, node.hash);
        node.start += blocks;
        node.blocks -= blocks;
        let first = Node { before, n_after: 1, n_ends: 0, hash, start, blocks, pieces, holders };
        let first = self.insert(first);
        self.by_first_block.remove(hash, at);
        self.by_first_block.insert(hash, first);
        self.of_mut(at).before = first;
        self.name(at);
        first
    }

    /// Adds a node with the blocks of a content from `start` to `end`.
    fn add(&mut self, replica: u32, before: u32, mut reader: Reader<'_>, start: u64, end: u64) -> u32 {
        let blocks = end - start;
        let mut pieces = Vec::new();
        reader.take(blocks * self.block_size, &mut pieces);
        if before != NONE {
            self.of_mut(before).n_after += 1;
        }
        let holders = vec![Holder { replica, blocks }];
        let node = Node { before, n_after: 0, n_ends: 0, hash: 0, start, blocks, pieces, holders };
        let node = self.insert(node);
        self.name(node);
        node
    }

    /// Lets a node be found.
    fn name(&mut self, at: u32) {
        let node = self.of(at);
        let hash = first_blocks::hash(node.before, first_of(&node.pieces, self.block_size));
        self.of_mut(at).hash = hash;
        self.by_first_block.insert(hash, at);
    }

    fn insert(&mut self, node: Node) -> u32 {
        if let Some(place) = self.vacant.pop() {
            self.nodes[place as usize] = node;
            return place;
        }
        let place = u32::try_from(self.nodes.len()).ok().filter(|place| *place != NONE);
        self.nodes.push(node);
        place.expect("fewer than 2^32 - 1 runs of blocks are known")
    }

    /// Whether nothing is known of any replica.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.len() == self.vacant.len()
    }

    /// Panics unless the tree is one.
    #[cfg(test)]
    pub(super) fn check(&self) {
        let is_there = |at: &u32| !self.vacant.contains(at);
        for at in (0..self.nodes.len() as u32).filter(is_there) {
            let node = self.of(at);
            let tokens: u64 = node.pieces.iter().map(|piece| piece.tokens).sum();
            assert_eq!(tokens, node.blocks * self.block_size, "pieces add up to blocks");
            assert!(node.holders.is_sorted_by_key(|holder| holder.replica), "holders rise");
            let after = (0..self.nodes.len() as u32).filter(is_there);
            let n_after = after.filter(|after| self.of(*after).before == at).count();
            assert_eq!(n_after as u32, node.n_after, "nodes that continue one are counted");
            let is_needed = n_after > 0 || node.n_ends > 0;
            assert!(is_needed, "a node that nothing refers to does not exist");
            for holder in &node.holders {
                assert!((1..=node.blocks).contains(&holder.blocks), "a holder has some of its blocks");
                let Some(before) = (node.before != NONE).then(|| self.of(node.before)) else { continue };
                let place = before.place_of(holder.replica).expect("holders of a node hold the one before");
                assert_eq!(before.holders[place].blocks, before.blocks, "all of it");
            }
        }
    }

    fn of(&self, at: u32) -> &Node {
        &self.nodes[at as usize]
    }

    fn of_mut(&mut self, at: u32) -> &mut Node {
        &mut self.nodes[at as usize]
    }
}

impl Node {
    fn place_of(&self, replica: u32) -> Result<usize, usize> {
        self.holders.binary_search_by_key(&replica, |holder| holder.replica)
    }

    /// A replica holds that number of blocks, if any.
    fn hold(&mut self, replica: u32, blocks: u64) {
        match self.place_of(replica) {
            Ok(place) => self.holders[place].blocks = blocks,
            Err(place) if blocks > 0 => self.holders.insert(place, Holder { replica, blocks }),
            Err(_) => {}
        }
    }
}
