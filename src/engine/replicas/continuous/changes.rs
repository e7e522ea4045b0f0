//! By how much replicas hold more or less, and when: collected for records, in no particular order.
//!
//! A long leap takes blocks at many of its steps. They are listed as one [`Rise`], which can say when each is taken and is
//! seldom asked. Invariant: what is listed of a replica comes to what it holds.

use super::cost::Series;
use crate::engine::ticks::{Ticks, to_time_ceil};
use crate::units::{Bytes, SimTime};

/// What a rise counts for beside its changes, and of those how many count for one: they are looked at now and then.
const SIZE_OF_RISE: usize = 4;
const CHANGES_FOR_ONE: usize = 8;

/// Blocks of several replicas, or by how many there are more or fewer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Blocks {
    number: i64,
    bytes: i128,
}

impl Blocks {
    /// So many of a size.
    #[inline]
    pub(super) fn new(number: i64, block_bytes: u64) -> Blocks {
        Blocks { number, bytes: i128::from(number) * i128::from(block_bytes) }
    }

    #[inline]
    pub(super) fn add(&mut self, other: Blocks) {
        self.number += other.number;
        self.bytes += other.bytes;
    }

    #[inline]
    pub(super) fn negated(&self) -> Blocks {
        Blocks { number: -self.number, bytes: -self.bytes }
    }

    /// Becomes the larger of each.
    #[inline]
    pub(super) fn reach(&mut self, other: Blocks) {
        self.number = self.number.max(other.number);
        self.bytes = self.bytes.max(other.bytes);
    }

    pub(super) fn exceeds(&self, other: &Blocks) -> bool {
        self.number > other.number || self.bytes > other.bytes
    }

    /// How many there are, none being owed.
    pub(super) fn number(&self) -> u64 {
        self.number.unsigned_abs()
    }

    pub(super) fn bytes(&self) -> Bytes {
        Bytes::new(u64::try_from(self.bytes).unwrap_or(u64::MAX))
    }
}

/// One replica holds more blocks, or fewer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) at: SimTime,
    number: i64,
    block_bytes: u64,
}

impl Change {
    #[inline]
    pub(super) fn blocks(&self) -> Blocks {
        Blocks::new(self.number, self.block_bytes)
    }

    /// Whether it is one to more.
    #[inline]
    pub(super) fn is_rise(&self) -> bool {
        self.number > 0
    }
}

/// Steps of a leap that take blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    /// When the first step of the leap begins.
    pub(super) clock: Ticks,
    pub(super) series: Series,
    /// The first of them, and that after the last.
    pub(super) from: u64,
    pub(super) to: u64,
    /// What they take in all.
    pub(super) blocks: u64,
}

impl Steps {
    /// When one of them begins.
    pub(super) fn begin(&self, step: u64) -> SimTime {
        to_time_ceil(self.clock + self.series.sum(step))
    }
}

/// What many steps take one after another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rise {
    pub(super) begins: SimTime,
    /// When the last step begins.
    pub(super) ends: SimTime,
    block_bytes: u64,
    steps: Steps,
    /// Where the blocks of its first steps are, which those of the others repeat.
    round: (u32, u32),
}

impl Rise {
    #[inline]
    pub(super) fn blocks(&self) -> Blocks {
        Blocks::new(self.steps.blocks as i64, self.block_bytes)
    }
}

/// What has changed since it was last added up.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Known one by one.
    pub(super) single: Vec<Change>,
    pub(super) rises: Vec<Rise>,
    /// What steps of rises take, round by round.
    rounds: Vec<u32>,
    size: usize,
    /// The latest of those known one by one.
    latest: SimTime,
}

impl Changes {
    /// A replica holds more blocks from `at` on, or fewer.
    #[inline]
    pub(super) fn push(&mut self, at: SimTime, number: i64, block_bytes: u64) {
        self.single.push(Change { at, number, block_bytes });
        self.size += 1;
        self.latest = self.latest.max(at);
    }

    /// A replica takes blocks in many steps: those of each, until they repeat, are in `round`.
    pub(super) fn push_rise(&mut self, steps: Steps, round: impl Iterator<Item = u32>, block_bytes: u64) {
        let first = self.rounds.len() as u32;
        self.rounds.extend(round);
        let round = (first, self.rounds.len() as u32);
        let (begins, ends) = (steps.begin(steps.from), steps.begin(steps.to - 1));
        let n_changes = steps.blocks.min(steps.to - steps.from) as usize;
        self.rises.push(Rise { begins, ends, block_bytes, steps, round });
        self.size += SIZE_OF_RISE + n_changes / CHANGES_FOR_ONE;
    }

    /// How much there is, in changes that are known one by one.
    #[inline]
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Lists what a rise consists of; where that begins in the list.
    pub(super) fn take_apart(&mut self, rise: &Rise) -> usize {
        let n_before = self.single.len();
        let Rise { steps, round, block_bytes, .. } = rise;
        let counts = &self.rounds[round.0 as usize..round.1 as usize];
        for (first, &count) in (steps.from..).zip(counts).filter(|(_, count)| **count > 0) {
            for step in (first..steps.to).step_by(counts.len()) {
                let (at, number) = (steps.begin(step), count.into());
                self.single.push(Change { at, number, block_bytes: *block_bytes });
            }
        }
        n_before
    }

    /// Takes out those that come at `now` or later.
    pub(super) fn take_later(&mut self, now: SimTime) -> Vec<Change> {
        if self.latest < now {
            return Vec::new();
        }
        self.single.extract_if(.., |change| change.at >= now).collect()
    }

    /// Begins anew, with changes that are known one by one.
    pub(super) fn restart(&mut self, with: &[Change]) {
        self.single.clear();
        self.single.extend_from_slice(with);
        self.rises.clear();
        self.rounds.clear();
        self.size = with.len();
        self.latest = with.iter().map(|change| change.at).max().unwrap_or_default();
    }
}
