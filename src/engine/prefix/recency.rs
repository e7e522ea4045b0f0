//! Idle segments from the least recently used to the most: a list linked through the segments' numbers.
//!
//! Invariant: a segment comes after all that continue it, so the first is always a leaf.

/// The list.
#[derive(Debug)]
pub(super) struct Recency {
    /// Both ends of the list, then one for each segment.
    links: Vec<Link>,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    before: u32,
    after: u32,
}

/// The place of both ends.
const ENDS: u32 = 0;

impl Recency {
    pub(super) fn new() -> Recency {
        Recency { links: vec![Link { before: ENDS, after: ENDS }] }
    }

    /// The least recently used.
    pub(super) fn first(&self) -> Option<u32> {
        let first = self.links[ENDS as usize].after;
        (first != ENDS).then(|| first - 1)
    }

    /// It is the most recently used now; it must not be in the list.
    pub(super) fn push(&mut self, segment: u32) {
        let place = segment + 1;
        if self.links.len() <= place as usize {
            self.links.resize(place as usize + 1, Link { before: ENDS, after: ENDS });
        }
        let last = self.links[ENDS as usize].before;
        self.links[place as usize] = Link { before: last, after: ENDS };
        self.links[last as usize].after = place;
        self.links[ENDS as usize].before = place;
    }

    /// It is in use; it must be in the list.
    pub(super) fn remove(&mut self, segment: u32) {
        let Link { before, after } = self.links[segment as usize + 1];
        self.links[before as usize].after = after;
        self.links[after as usize].before = before;
    }
}
