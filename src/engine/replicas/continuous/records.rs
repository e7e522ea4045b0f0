//! What all replicas hold together, where it could be more than ever.

use super::admission::Admission;
use super::fleet::Fleet;
use super::replica::Replica;
use crate::engine::dispatch::Context;
use crate::engine::event::Observation;
use crate::engine::sink::Sink;
use crate::units::{Bytes, SimTime};

/// Blocks of all replicas.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClusterBlocks {
    blocks: u64,
    bytes: u128,
}

impl ClusterBlocks {
    /// One replica's part goes from `old` to `new` blocks.
    pub(super) fn replace(&mut self, old: u64, new: u64, block_bytes: u64) {
        let bytes = |blocks: u64| u128::from(blocks) * u128::from(block_bytes);
        self.blocks = self.blocks - old + new;
        self.bytes = self.bytes - bytes(old) + bytes(new);
    }

    /// A replica holds `blocks` less.
    fn less(self, blocks: u64, block_bytes: u64) -> ClusterBlocks {
        ClusterBlocks {
            blocks: self.blocks - blocks,
            bytes: self.bytes - u128::from(blocks) * u128::from(block_bytes),
        }
    }

    fn bytes(&self) -> Bytes {
        Bytes::new(u64::try_from(self.bytes).unwrap_or(u64::MAX))
    }
}

impl<R: Replica> Fleet<R> {
    /// Reports what was held in all before this instant, where it could be more than ever: nothing of what was before the
    /// warm-up ended, which is where measuring begins if it has not. Only what ends lowers it, so no record is missed.
    #[inline]
    pub(super) fn report_record<S: Sink>(&mut self, context: &mut Context<'_, Admission, S>) {
        if !self.measures && !self.begin_measuring(context.now) {
            return;
        }
        let most = self.will_hold;
        if self.watches_records && context.would_be_a_record(most.blocks, most.bytes()) {
            self.look_for_record(context);
        }
    }

    /// Whether something that is measured has been held before `now`.
    fn begin_measuring(&mut self, now: SimTime) -> bool {
        let warmup = self.settings.warmup;
        if now >= warmup {
            self.measures = true;
            self.replicas.iter_mut().for_each(|state| state.replica.measure_from(warmup));
        }
        now > warmup
    }

    fn look_for_record<S: Sink>(&self, context: &mut Context<'_, Admission, S>) {
        let mut most = self.will_hold;
        for state in &self.replicas {
            let less = state.will_hold - state.replica.held_before(context.now);
            most = most.less(less, state.block_bytes);
            if less > 0 && !context.would_be_a_record(most.blocks, most.bytes()) {
                return;
            }
        }
        context.observe(Observation::Record { blocks: most.blocks, bytes: most.bytes() });
    }
}
