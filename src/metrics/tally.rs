//! Counts over a set of requests: all of them, those of a workload, those that ended on a GPU.

use crate::engine::Journey;
use crate::units::SimTime;
use crate::workload::Clamped;

/// Counts over a set of requests that arrived after `warmup`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) arrived: u64,
    pub(super) finished: u64,
    pub(super) rejected: u64,
    pub(super) evicted: u64,
    /// Output tokens of the finished.
    pub(super) tokens: u64,
    /// Arrived with a `slo`.
    pub(super) bound: u64,
    /// Finished within every bound of it.
    pub(super) good: u64,
    /// What was looked up in prefix caches.
    pub(super) hits: Hits,
    pub(super) sessions: Sessions,
}

/// Counts of sessions and of turns that never came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sessions {
    /// Whose first turn is in the set.
    pub(super) begun: u64,
    /// Whose last turn is in the set and finished.
    pub(super) finished: u64,
    /// Of which a turn in the set was turned away.
    pub(super) abandoned: u64,
    /// That were to follow those turned away.
    pub(super) abandoned_turns: u64,
}

/// What prefix caches had, over requests that executed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hits {
    pub(super) requests: u64,
    /// Of their prompts.
    pub(super) tokens: u64,
    pub(super) cached_tokens: u64,
    /// Full blocks of their prompts.
    pub(super) blocks: u64,
    pub(super) cached_blocks: u64,
    /// Sum over requests of the share of the prompt that was cached, in 2^-[`Hits::SHARE_BITS`].
    pub(super) shares: u128,
}

impl Hits {
    /// Enough that rounding each share never shows in a mean of them.
    pub(super) const SHARE_BITS: u32 = 64;

    /// One request, with a prompt of which `cached` leading tokens were found in blocks of `block` tokens.
    pub(super) fn of(prompt: u32, cached: u32, block: u32) -> Hits {
        let prompt = u64::from(prompt.max(1));
        let cached = u64::from(cached);
        let block = u64::from(block);
        Hits {
            requests: 1,
            tokens: prompt,
            cached_tokens: cached,
            blocks: prompt / block,
            cached_blocks: cached / block,
            shares: share_of(cached, prompt),
        }
    }

    /// The mean of the shares, as a fraction.
    pub(super) fn mean_share(&self) -> (u128, u128) {
        (self.shares, u128::from(self.requests) << Hits::SHARE_BITS)
    }

    pub(super) fn add(&mut self, other: &Hits) {
        self.requests += other.requests;
        self.tokens += other.tokens;
        self.cached_tokens += other.cached_tokens;
        self.blocks += other.blocks;
        self.cached_blocks += other.cached_blocks;
        self.shares += other.shares;
    }
}

/// `part` over `whole` in 2^-64, to the nearest; both are below 2^32, so that two divisions of 64 bits do.
fn share_of(part: u64, whole: u64) -> u128 {
    let (high, rest) = ((part << 32) / whole, (part << 32) % whole);
    let low = ((rest << 32) + whole / 2) / whole;
    (u128::from(high) << 32) + u128::from(low)
}

impl Tally {
    /// What arrived and has not ended.
    pub(super) fn unfinished(&self) -> u64 {
        self.arrived - self.finished - self.rejected - self.evicted
    }

    /// For requests that are counted where they end: they arrived there.
    pub(super) fn with_ended_as_arrived(self) -> Tally {
        Tally { arrived: self.finished + self.rejected + self.evicted, ..self }
    }

    /// Counts another set, which shares no request with this one, as well.
    pub(super) fn add(&mut self, other: &Tally) {
        self.arrived += other.arrived;
        self.finished += other.finished;
        self.rejected += other.rejected;
        self.evicted += other.evicted;
        self.tokens += other.tokens;
        self.bound += other.bound;
        self.good += other.good;
        self.hits.add(&other.hits);
        let (sessions, others) = (&mut self.sessions, &other.sessions);
        sessions.begun += others.begun;
        sessions.finished += others.finished;
        sessions.abandoned += others.abandoned;
        sessions.abandoned_turns += others.abandoned_turns;
    }
}

/// Where in its session a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In none that is counted: it has none, or that began before `warmup`.
    Outside,
    /// Its first turn and its last.
    Only,
    First,
    Middle,
    Last,
}

impl Place {
    pub(super) fn of(journey: &Journey, warmup: SimTime) -> Place {
        match journey.request.turn() {
            Some(turn) if turn.began >= warmup => match (turn.number, turn.left) {
                (0, 0) => Place::Only,
                (0, _) => Place::First,
                (_, 0) => Place::Last,
                (_, _) => Place::Middle,
            },
            Some(_) | None => Place::Outside,
        }
    }

    pub(super) fn begins(self) -> bool {
        matches!(self, Place::Only | Place::First)
    }

    pub(super) fn ends(self) -> bool {
        matches!(self, Place::Only | Place::Last)
    }
}

impl Sessions {
    /// A turn was answered.
    pub(super) fn count_finished(&mut self, place: Place) {
        self.finished += u64::from(place.ends());
    }

    /// A turn was turned away, which `left` others were to follow.
    pub(super) fn count_lost(&mut self, place: Place, left: u32) {
        self.abandoned += u64::from(place != Place::Outside);
        self.abandoned_turns += u64::from(left);
    }
}

/// Counts of retries, handoffs and preemptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moves {
    pub(super) retry_attempts: u64,
    pub(super) retry_successes: u64,
    pub(super) handoffs: u64,
    pub(super) cross_gpu_decodes: u64,
    pub(super) preemptions: u64,
}

/// Lengths drawn, and those of them that `min` or `max` changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lengths {
    pub(super) drawn: u64,
    pub(super) clamped_prompts: u64,
    pub(super) clamped_outputs: u64,
}

impl Lengths {
    /// Of all workloads together.
    pub(super) fn of(clamped: &[Clamped]) -> Lengths {
        clamped.iter().fold(Lengths::default(), |sum, of| Lengths {
            drawn: sum.drawn + of.drawn,
            clamped_prompts: sum.clamped_prompts + of.prompts,
            clamped_outputs: sum.clamped_outputs + of.outputs,
        })
    }

    /// `None` where none was drawn.
    pub(super) fn share(self, clamped: u64) -> Option<f64> {
        (self.drawn > 0).then(|| clamped as f64 / self.drawn as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_of_shares_is_exact_to_the_last_digit_of_a_float() {
        let mut hits = Hits::default();
        for (prompt, cached) in [(3, 1), (9, 3), (21, 7)] {
            hits.add(&Hits::of(prompt, cached, 1));
        }
        let (part, whole) = hits.mean_share();
        assert!((part as f64 / whole as f64 - 1.0 / 3.0).abs() <= f64::EPSILON);
        assert_eq!(Hits::of(u32::MAX, u32::MAX, 1).mean_share(), (1 << 64, 1 << 64), "all of it is one");
    }
}
