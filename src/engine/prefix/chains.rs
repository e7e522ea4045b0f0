//! Chains of blocks that can be found: a radix tree over contents, its edges runs of blocks.
//!
//! A segment is a run of blocks that the same requests hold; it is split where contents part or a holding ends, and
//! trimmed from its end. Segments that begin a chain or continue the same one are told apart by their first block,
//! under which they are looked up. Invariants: a request that holds a segment holds all before it, so an idle segment is only
//! continued by idle ones; a segment's pieces add up to its blocks, those that cannot be found excepted, which have none.

use std::cell::RefCell;
use std::rc::Rc;

use super::Found;
use super::content::{Content, Piece, Reader, first_of, take_first, take_off};
use super::first_blocks::{self, FirstBlocks, NONE};
use super::index::{End, Index};
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
    /// Under which it is found.
    hash: u32,
    blocks: u64,
    pieces: Vec<Piece>,
    /// Its end in the index; `None` without one, and where it cannot be found.
    end: Option<End>,
}

/// What is kept up to date of a replica for all to look at.
#[derive(Debug)]
struct Indexed {
    index: Rc<RefCell<Index>>,
    replica: u32,
}

/// All segments of a replica.
#[derive(Debug)]
pub(super) struct Chains {
    block_size: u64,
    segments: Vec<Segment>,
    vacant: Vec<u32>,
    by_first_block: FirstBlocks,
    recency: Recency,
    held: u64,
    idle: u64,
    indexed: Option<Indexed>,
}

impl Chains {
    pub(super) fn new(block_size: u64) -> Chains {
        Chains {
            block_size,
            segments: Vec::new(),
            vacant: Vec::new(),
            by_first_block: FirstBlocks::new(),
            recency: Recency::new(),
            held: 0,
            idle: 0,
            indexed: None,
        }
    }

    /// Enters what can be found in an index from now on.
    pub(super) fn enter_in(&mut self, index: Rc<RefCell<Index>>, replica: u32) {
        debug_assert!(self.segments.is_empty(), "an index knows of a replica from its beginning");
        self.indexed = Some(Indexed { index, replica });
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
    pub(super) fn find(&self, content: &Content<'_>, limit: u64) -> Found {
        let mut found = Found::default();
        let mut reader = content.reader();
        while found.blocks < limit
            && let Some((id, agreed)) = self.next(found.last, &mut reader, limit - found.blocks)
        {
            let segment = self.of(id);
            found.last = Some(id);
            found.blocks += agreed;
            if segment.n_holders == 0 {
                found.idle += agreed;
            }
            if agreed < segment.blocks {
                found.of_last = Some(agreed);
                break;
            }
        }
        found
    }

    /// Holds what was found, since when nothing has changed. Gives the last segment held.
    pub(super) fn hold(&mut self, found: &Found) -> Option<SegmentId> {
        let last = found.last?;
        let last = found.of_last.map_or(last, |blocks| self.split(last, blocks));
        let mut next = Some(last);
        while let Some(segment) = next {
            self.hold_one(segment);
            next = self.of(segment).before;
        }
        Some(last)
    }

    /// Holds blocks `have .. blocks` of a content, after a segment that is held already: those that are there, and new ones.
    /// Gives the last segment held and how many of the blocks there were before.
    pub(super) fn extend(
        &mut self,
        mut at: Option<SegmentId>,
        have: u64,
        content: &Content<'_>,
        blocks: u64,
    ) -> (Option<SegmentId>, u64) {
        let mut reader = content.reader();
        reader.skip(have * self.block_size);
        let mut found = have;
        let mut parts = false;
        while !parts
            && found < blocks
            && let Some((segment, agreed)) = self.next(at, &mut reader, blocks - found)
        {
            parts = agreed < self.of(segment).blocks;
            let segment = if parts { self.split(segment, agreed) } else { segment };
            self.hold_one(segment);
            found += agreed;
            at = Some(segment);
        }
        if found < blocks {
            // Where contents parted within a block, some of it has been read.
            if parts {
                reader = content.reader();
                reader.skip(found * self.block_size);
            }
            at = Some(self.append(at, found, reader, blocks));
        }
        (at, found - have)
    }

    /// Adds blocks `have .. blocks` after a segment, none of which are there; the last segment is held.
    fn append(&mut self, at: Option<SegmentId>, have: u64, mut reader: Reader<'_>, blocks: u64) -> SegmentId {
        let n = blocks - have;
        self.held += n;
        let end = self.enter(at, have, reader, blocks);
        if let Some(last) = at
            && (self.of(last).n_holders, self.of(last).n_after) == (1, 0)
        {
            let segment = &mut self.segments[last.0 as usize];
            segment.blocks += n;
            reader.take(n * self.block_size, &mut segment.pieces);
            let before = std::mem::replace(&mut segment.end, end);
            self.forget(before);
            return last;
        }
        let mut pieces = Vec::new();
        reader.take(n * self.block_size, &mut pieces);
        if let Some(before) = at {
            self.segments[before.0 as usize].n_after += 1;
        }
        let segment = Segment { before: at, n_after: 0, n_holders: 1, hash: 0, blocks: n, pieces, end };
        let segment = self.insert(segment);
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
        let (pieces, end) = (Vec::new(), None);
        let id =
            self.insert(Segment { before: None, n_after: 0, n_holders: 0, hash: 0, blocks, pieces, end });
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

    /// The segment that continues `at` with the next block of a content, and how many of at most `limit` blocks agree. The
    /// reader passes over them, and over what agrees of a further one.
    #[inline]
    fn next(&self, at: Option<SegmentId>, reader: &mut Reader<'_>, limit: u64) -> Option<(SegmentId, u64)> {
        let hash = first_blocks::hash(number_of(at), reader.pieces(self.block_size));
        let limit = limit.saturating_mul(self.block_size);
        let mut agreed = 0;
        let found = self.by_first_block.find(hash, |number| {
            let segment = &self.segments[number as usize];
            let mut ahead = *reader;
            agreed = ahead.agree(segment.pieces.iter().copied(), limit) / self.block_size;
            let is_it = segment.before == at && agreed > 0;
            if is_it {
                *reader = ahead;
            }
            is_it
        });
        Some((SegmentId(found?), agreed))
    }

    /// Makes the first `blocks` of a segment one of its own, and gives that; the rest keeps its number.
    fn split(&mut self, rest: SegmentId, blocks: u64) -> SegmentId {
        self.unname(rest);
        let segment = &mut self.segments[rest.0 as usize];
        let pieces = take_first(&mut segment.pieces, blocks * self.block_size);
        segment.blocks -= blocks;
        let (before, n_holders, hash) = (segment.before, segment.n_holders, segment.hash);
        let end = match (&self.indexed, &segment.end) {
            (Some(indexed), Some(end)) => Some(indexed.index.borrow_mut().copy(end)),
            _ => None,
        };
        let first = self.insert(Segment { before, n_after: 1, n_holders, hash, blocks, pieces, end });
        self.segments[rest.0 as usize].before = Some(first);
        if n_holders == 0 {
            // It is held at once; until then it comes after what continues it.
            self.recency.push(first.0);
        }
        self.by_first_block.insert(hash, first.0);
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
        self.withdraw(id, self.of(id).blocks);
        let segment = &mut self.segments[id.0 as usize];
        segment.blocks = 0;
        segment.pieces = Vec::new();
        let end = segment.end.take();
        if let Some(before) = segment.before {
            self.segments[before.0 as usize].n_after -= 1;
        }
        self.forget(end);
        self.vacant.push(id.0);
    }

    fn trim(&mut self, id: SegmentId, blocks: u64) {
        self.withdraw(id, blocks);
        let segment = &mut self.segments[id.0 as usize];
        segment.blocks -= blocks;
        if !segment.pieces.is_empty() {
            take_off(&mut segment.pieces, blocks * self.block_size);
        }
    }

    /// Enters blocks `have .. blocks` after a segment in the index, where there is one.
    fn enter(&self, at: Option<SegmentId>, have: u64, reader: Reader<'_>, blocks: u64) -> Option<End> {
        let Indexed { index, replica } = self.indexed.as_ref()?;
        let end = at.and_then(|last| self.of(last).end.as_ref());
        Some(index.borrow_mut().enter(*replica, end, reader, have, blocks))
    }

    /// Withdraws the last blocks of a segment from it.
    fn withdraw(&self, id: SegmentId, blocks: u64) {
        if let (Some(Indexed { index, replica }), Some(end)) = (&self.indexed, &self.of(id).end) {
            index.borrow_mut().withdraw(*replica, end, blocks);
        }
    }

    fn forget(&self, end: Option<End>) {
        if let (Some(Indexed { index, .. }), Some(end)) = (&self.indexed, end) {
            index.borrow_mut().forget(&end);
        }
    }

    fn insert(&mut self, segment: Segment) -> SegmentId {
        if let Some(place) = self.vacant.pop() {
            self.segments[place as usize] = segment;
            return SegmentId(place);
        }
        let place = u32::try_from(self.segments.len()).ok().filter(|place| *place != NONE);
        self.segments.push(segment);
        SegmentId(place.expect("fewer than 2^32 - 1 segments are kept"))
    }

    /// Lets a segment be found.
    fn name(&mut self, id: SegmentId) {
        let segment = self.of(id);
        let first = first_of(&segment.pieces, self.block_size);
        let hash = first_blocks::hash(number_of(segment.before), first);
        self.segments[id.0 as usize].hash = hash;
        self.by_first_block.insert(hash, id.0);
    }

    /// The opposite; nothing happens to those that cannot be found.
    fn unname(&mut self, id: SegmentId) {
        let segment = &self.segments[id.0 as usize];
        if !segment.pieces.is_empty() {
            self.by_first_block.remove(segment.hash, id.0);
        }
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

/// The number that what continues a segment is found by.
fn number_of(at: Option<SegmentId>) -> u32 {
    at.map_or(NONE, |segment| segment.0)
}
