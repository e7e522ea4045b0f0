//! Chains of blocks that can be found: a radix tree over contents, its edges runs of blocks.
//!
//! A segment is a run of blocks that the same requests hold; it is split where contents part or a holding ends, and
//! trimmed from its end. Segments that begin a chain or continue the same one are told apart by their first block,
//! under which they are looked up. Invariants: a request that holds a segment holds all before it, so an idle segment is only
//! continued by idle ones; a segment's pieces add up to its blocks, those that cannot be found excepted, which have none.

use std::collections::BTreeMap;

use super::Found;
use super::content::{Content, Piece, Reader, push};
use super::recency::Recency;

/// Where a segment is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentId(u32);

#[derive(Debug)]
struct Segment {
    /// What it continues; `None` where a chain begins.
    before: Option<SegmentId>,
    /// Segments that continue it.
    n_after: u32,
    /// Requests that hold it.
    n_holders: u32,
    blocks: u64,
    pieces: Vec<Piece>,
}

/// All segments of a replica.
#[derive(Debug)]
pub(super) struct Chains {
    block_size: u64,
    segments: Vec<Segment>,
    vacant: Vec<u32>,
    /// By what a segment continues and by the pieces of its first block.
    by_first_block: BTreeMap<Box<[u64]>, SegmentId>,
    recency: Recency,
    held: u64,
    idle: u64,
    /// Spares an allocation a look-up.
    key: Vec<u64>,
}

impl Chains {
    pub(super) fn new(block_size: u64) -> Chains {
        Chains {
            block_size,
            segments: Vec::new(),
            vacant: Vec::new(),
            by_first_block: BTreeMap::new(),
            recency: Recency::new(),
            held: 0,
            idle: 0,
            key: Vec::new(),
        }
    }

    /// Blocks that requests hold; what invariants are checked against.
    #[cfg(any(test, debug_assertions))]
    pub(super) fn held(&self) -> u64 {
        self.held
    }

    /// Blocks that no request holds.
    pub(super) fn idle(&self) -> u64 {
        self.idle
    }

    /// How many of the first `limit` blocks of a content there are.
    pub(super) fn find(&mut self, content: &Content<'_>, limit: u64) -> Found {
        let mut found = Found::default();
        let mut reader = content.reader();
        let mut at = None;
        while let Some((segment, agreed)) = self.next(at, &reader, limit - found.blocks) {
            found.blocks += agreed;
            if self.of(segment).n_holders == 0 {
                found.idle += agreed;
            }
            if agreed < self.of(segment).blocks {
                break;
            }
            reader.skip(agreed * self.block_size);
            at = Some(segment);
        }
        found
    }

    /// Holds what there is of blocks `have .. limit` of a content, after a segment that is held already. Gives the last
    /// segment held and the blocks up to its end.
    pub(super) fn hold(
        &mut self,
        mut at: Option<SegmentId>,
        have: u64,
        content: &Content<'_>,
        limit: u64,
    ) -> (Option<SegmentId>, u64) {
        let mut reader = content.reader();
        reader.skip(have * self.block_size);
        let mut blocks = have;
        while let Some((segment, agreed)) = self.next(at, &reader, limit - blocks) {
            let segment =
                if agreed < self.of(segment).blocks { self.split(segment, agreed) } else { segment };
            self.hold_one(segment);
            reader.skip(agreed * self.block_size);
            blocks += agreed;
            at = Some(segment);
        }
        (at, blocks)
    }

    /// Adds blocks `have .. blocks` of a content after a segment, none of which are there; the last segment is held.
    pub(super) fn append(
        &mut self,
        at: Option<SegmentId>,
        have: u64,
        content: &Content<'_>,
        blocks: u64,
    ) -> SegmentId {
        let mut reader = content.reader();
        reader.skip(have * self.block_size);
        let n = blocks - have;
        self.held += n;
        if let Some(last) = at
            && (self.of(last).n_holders, self.of(last).n_after) == (1, 0)
        {
            let segment = &mut self.segments[last.0 as usize];
            segment.blocks += n;
            reader.take(n * self.block_size, &mut segment.pieces);
            return last;
        }
        let mut pieces = Vec::new();
        reader.take(n * self.block_size, &mut pieces);
        if let Some(before) = at {
            self.segments[before.0 as usize].n_after += 1;
        }
        let segment = self.insert(Segment { before: at, n_after: 0, n_holders: 1, blocks: n, pieces });
        self.name(segment);
        segment
    }

    /// Blocks of the chain up to a segment that one request alone holds.
    pub(super) fn alone(&self, last: Option<SegmentId>) -> u64 {
        let mut blocks = 0;
        let mut next = last;
        // A request that holds a segment holds all before it: the first that is shared ends this.
        while let Some(segment) = next.map(|id| self.of(id)).filter(|segment| segment.n_holders == 1) {
            blocks += segment.blocks;
            next = segment.before;
        }
        blocks
    }

    /// A request no longer holds the chain up to a segment: its head was used last.
    pub(super) fn leave(&mut self, last: Option<SegmentId>) {
        let mut next = last;
        while let Some(id) = next {
            let segment = &mut self.segments[id.0 as usize];
            next = segment.before;
            segment.n_holders -= 1;
            if segment.n_holders == 0 {
                self.held -= segment.blocks;
                self.idle += segment.blocks;
                self.recency.push(id.0);
            }
        }
    }

    /// Keeps blocks that cannot be found.
    pub(super) fn leave_nameless(&mut self, blocks: u64) {
        let segment = Segment { before: None, n_after: 0, n_holders: 0, blocks, pieces: Vec::new() };
        let id = self.insert(segment);
        self.idle += blocks;
        self.recency.push(id.0);
    }

    /// Forgets idle blocks, the least recently used leaf first.
    pub(super) fn evict(&mut self, blocks: u64) {
        let mut left = blocks;
        self.idle -= blocks;
        while left > 0 {
            let id = SegmentId(self.recency.first().expect("what is evicted is idle"));
            let segment = self.of(id);
            debug_assert_eq!((segment.n_holders, segment.n_after), (0, 0), "the first is an idle leaf");
            let n = left.min(segment.blocks);
            left -= n;
            if n == segment.blocks { self.remove(id) } else { self.trim(id, n) }
        }
    }

    /// The segment that continues `at` with the next block of a content, and how many of at most `limit` blocks agree.
    fn next(&mut self, at: Option<SegmentId>, reader: &Reader<'_>, limit: u64) -> Option<(SegmentId, u64)> {
        if limit == 0 {
            return None;
        }
        let mut key = std::mem::take(&mut self.key);
        let mut pieces = *reader;
        write_key(&mut key, at, self.block_size, |limit| pieces.next(limit));
        let found = self.by_first_block.get(key.as_slice()).copied();
        self.key = key;
        let id = found?;
        let segment = self.of(id);
        let agreed = agreement(&segment.pieces, *reader, limit.saturating_mul(self.block_size));
        Some((id, agreed / self.block_size))
    }

    /// Makes the first `blocks` of a segment one of its own, and gives that; the rest keeps its number.
    fn split(&mut self, rest: SegmentId, blocks: u64) -> SegmentId {
        self.unname(rest);
        let segment = &mut self.segments[rest.0 as usize];
        let pieces = take_first(&mut segment.pieces, blocks * self.block_size);
        segment.blocks -= blocks;
        let (before, n_holders) = (segment.before, segment.n_holders);
        let first = self.insert(Segment { before, n_after: 1, n_holders, blocks, pieces });
        self.segments[rest.0 as usize].before = Some(first);
        if n_holders == 0 {
            // It is held at once; until then it comes after what continues it.
            self.recency.push(first.0);
        }
        self.name(first);
        self.name(rest);
        first
    }

    fn hold_one(&mut self, id: SegmentId) {
        let segment = &mut self.segments[id.0 as usize];
        segment.n_holders += 1;
        if segment.n_holders == 1 {
            self.idle -= segment.blocks;
            self.held += segment.blocks;
            self.recency.remove(id.0);
        }
    }

    fn remove(&mut self, id: SegmentId) {
        self.recency.remove(id.0);
        self.unname(id);
        let segment = &mut self.segments[id.0 as usize];
        segment.blocks = 0;
        segment.pieces = Vec::new();
        if let Some(before) = segment.before {
            self.segments[before.0 as usize].n_after -= 1;
        }
        self.vacant.push(id.0);
    }

    fn trim(&mut self, id: SegmentId, blocks: u64) {
        let segment = &mut self.segments[id.0 as usize];
        segment.blocks -= blocks;
        let mut left = if segment.pieces.is_empty() { 0 } else { blocks * self.block_size };
        while left > 0 {
            let last = segment.pieces.last_mut().expect("the pieces add up to the blocks");
            let n = left.min(last.tokens);
            left -= n;
            last.tokens -= n;
            if last.tokens == 0 {
                segment.pieces.pop();
            }
        }
    }

    fn insert(&mut self, segment: Segment) -> SegmentId {
        if let Some(place) = self.vacant.pop() {
            self.segments[place as usize] = segment;
            return SegmentId(place);
        }
        let place = u32::try_from(self.segments.len()).expect("fewer than 2^32 segments are kept");
        self.segments.push(segment);
        SegmentId(place)
    }

    /// Lets a segment be found.
    fn name(&mut self, id: SegmentId) {
        let mut key = Vec::new();
        self.write_key_of(id, &mut key);
        let before = self.by_first_block.insert(key.into_boxed_slice(), id);
        debug_assert!(before.is_none(), "segments that continue the same one begin differently");
    }

    /// The opposite; nothing happens to those that cannot be found.
    fn unname(&mut self, id: SegmentId) {
        if !self.of(id).pieces.is_empty() {
            let mut key = std::mem::take(&mut self.key);
            self.write_key_of(id, &mut key);
            self.by_first_block.remove(key.as_slice());
            self.key = key;
        }
    }

    fn write_key_of(&self, id: SegmentId, key: &mut Vec<u64>) {
        let segment = self.of(id);
        let mut pieces = segment.pieces.iter();
        write_key(key, segment.before, self.block_size, |limit| {
            pieces.next().map(|piece| piece.first(piece.tokens.min(limit)))
        });
    }

    fn of(&self, id: SegmentId) -> &Segment {
        &self.segments[id.0 as usize]
    }

    /// Panics unless the counts are those of the segments.
    #[cfg(any(test, debug_assertions))]
    pub(super) fn check(&self) {
        let blocks = |held: bool| -> u64 {
            let segments = self.segments.iter().filter(|segment| (segment.n_holders > 0) == held);
            segments.map(|segment| segment.blocks).sum()
        };
        assert_eq!((blocks(true), blocks(false)), (self.held, self.idle), "held and idle blocks are counted");
        for segment in &self.segments {
            let tokens: u64 = segment.pieces.iter().map(|piece| piece.tokens).sum();
            assert!(tokens == 0 || tokens == segment.blocks * self.block_size, "pieces add up to blocks");
            let before = segment.before.filter(|_| segment.blocks > 0).map(|before| self.of(before));
            assert!(
                before.is_none_or(|before| before.n_holders >= segment.n_holders),
                "holders hold all before"
            );
        }
    }
}

/// What a segment continues and the pieces of its first block, which `next` gives up to a number of tokens.
fn write_key(
    key: &mut Vec<u64>,
    before: Option<SegmentId>,
    block_size: u64,
    mut next: impl FnMut(u64) -> Option<Piece>,
) {
    key.clear();
    key.push(before.map_or(u64::MAX, |before| u64::from(before.0)));
    let mut left = block_size;
    while left > 0 {
        let Some(Piece { text, from, tokens }) = next(left) else { return };
        key.extend([text, from, tokens]);
        left -= tokens;
    }
}

/// How many tokens a content has in common with pieces, at most `limit`.
fn agreement(pieces: &[Piece], mut reader: Reader<'_>, limit: u64) -> u64 {
    let mut agreed = 0;
    for piece in pieces {
        let mut left = *piece;
        while left.tokens > 0 {
            match reader.next(left.tokens.min(limit - agreed)) {
                Some(other) if other.begins_as(&left) => {
                    agreed += other.tokens;
                    left = left.without(other.tokens);
                }
                _ => return agreed,
            }
        }
    }
    agreed
}

/// Moves the first tokens out of a list of pieces.
fn take_first(pieces: &mut Vec<Piece>, tokens: u64) -> Vec<Piece> {
    let mut first = Vec::new();
    let mut left = tokens;
    let mut n_whole = 0;
    for piece in pieces.iter_mut() {
        if piece.tokens > left {
            if left > 0 {
                push(&mut first, piece.first(left));
                *piece = piece.without(left);
            }
            break;
        }
        left -= piece.tokens;
        push(&mut first, *piece);
        n_whole += 1;
    }
    pieces.drain(..n_whole);
    first
}
