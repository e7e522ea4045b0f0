//! What a replica's turn will read, asked for at once.
//!
//! Among many replicas one is out of the processor's caches when its turn comes, and what is kept of it fills a score of
//! their lines. The code would come to them one after another and wait for each. Here a field of every line is read and
//! nothing waits for what it says, so that all are on their way together: first those of the replica itself, then what they
//! lead to. Invariant: nothing follows from what is read.

use std::hint::black_box;

use super::Leaper;

impl Leaper {
    /// Reads a field of every line that landing, or the start of a leap, will read.
    #[inline]
    pub(super) fn glance(&self) {
        let own = [self.clock as u64, self.context, self.grown.blocks, self.listed.blocks, self.block_bytes];
        let counts = [self.n_decodes, self.chunks.prompt_tokens, self.n_leaving, self.limits.max_requests];
        let lengths = [self.paused.len(), self.measured.len(), self.resumed.len(), self.waiting.len()];
        black_box((own, counts, lengths, self.held.glance(), self.blocks.glance(), self.ring.len()));
        let measured = self.measured.first().copied();
        black_box((self.ring.glance(), self.waiting.glance(), measured));
        let (ends, lasts) = self.leap.as_ref().map_or((0, 0), |leap| (leap.n_steps, leap.series.term(0)));
        let completing = self.completing.first().map_or(0, |id| self.members.glance_at(*id));
        black_box((lasts, completing, self.members.glance(self.n_steps + ends)));
    }
}
