//! What a timing must answer about one GPU: when the work in hand ends.

use super::progress::Stage;
use crate::model::Throughput;
use crate::units::SimTime;

/// Work in 2^-32 ps of a device's full rate.
pub(super) type Work = u128;

/// A request as timings know it; ordered by request number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket {
    /// The request's number.
    pub(super) number: u64,
    /// Where it is kept.
    pub(super) slot: u32,
}

/// A stage of a request that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// Whose.
    pub(super) ticket: Ticket,
    /// Which.
    pub(super) stage: Stage,
}

/// A GPU's coefficients, rounded once from its throughput figures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Costs {
    prefill_token: Work,
    decode_token: Work,
    /// A token of one request that decodes as fast as any may; zero where nothing bounds it.
    token_alone: Work,
    /// Decodes that share the rate at once.
    pub(super) decode_sharing_cap: u32,
}

impl Costs {
    /// 2^-32 ps a token: a rate of 1 tok/s is 4.3e21 and one of 1e9 tok/s still 4.3e12, so the rounding is below
    /// 1e-12 over the whole range that a scenario may state.
    pub(super) fn of(throughput: &Throughput) -> Costs {
        let token = |tokens_per_second: f64| libm::round(1e12 * 4_294_967_296.0 / tokens_per_second) as Work;
        Costs {
            prefill_token: token(throughput.prefill.get()),
            decode_token: token(throughput.decode.get() * throughput.decode_efficiency.get()),
            token_alone: throughput.decode_per_request.map_or(0, |rate| token(rate.get())),
            decode_sharing_cap: throughput.decode_sharing_cap,
        }
    }

    /// A prompt's work.
    #[inline]
    pub(super) fn prefill_work(&self, tokens: u32) -> Work {
        work(tokens, self.prefill_token)
    }

    /// An output's work.
    #[inline]
    pub(super) fn decode_work(&self, tokens: u32) -> Work {
        work(tokens, self.decode_token)
    }

    /// What a request would take alone, in microseconds of the full rates.
    pub(super) fn expected_work(&self, prompt: u32, output: u64) -> u64 {
        let output = output.min(u64::from(u32::MAX)) as u32;
        let picoseconds = (self.prefill_work(prompt) + self.decode_work(output)) >> 32;
        u64::try_from(picoseconds / 1_000_000).unwrap_or(u64::MAX >> 20)
    }

    /// The time an output takes at least, in the units of work.
    #[inline]
    pub(super) fn least_decode(&self, tokens: u32) -> Work {
        work(tokens, self.token_alone)
    }

    /// What one decode gets at most; `None` where it may have the whole rate.
    pub(super) fn decode_ceiling(&self) -> Option<Ceiling> {
        (self.token_alone > self.decode_token).then(|| Ceiling::of(self.decode_token, self.token_alone))
    }
}

/// The share of a rate that one request gets at most: `mantissa` 2^-`exponent`, below one.
///
/// Rounded up in the last of 64 bits: what ends after a whole number of picoseconds ends there, not a picosecond later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ceiling {
    /// At least 2^63.
    pub(super) mantissa: u64,
    /// From 64 on, and at most 128.
    pub(super) exponent: u32,
}

impl Ceiling {
    /// `part` of `whole`, which is more; both positive.
    pub(super) fn of(part: Work, whole: Work) -> Ceiling {
        let (mut mantissa, mut exponent, mut rest) = (0_u64, 0, part);
        while mantissa >> 63 == 0 {
            rest <<= 1;
            mantissa = mantissa << 1 | u64::from(rest >= whole);
            rest -= if rest >= whole { whole } else { 0 };
            exponent += 1;
        }
        Ceiling { mantissa: mantissa.saturating_add(u64::from(rest > 0)), exponent }
    }

    /// Work that a request with this share receives, rounded down. Called only where there is a ceiling, and kept apart so
    /// that runs without one do not pay for it.
    #[cold]
    #[inline(never)]
    pub(super) fn work_in(&self, picoseconds: u64) -> Work {
        (Work::from(picoseconds) * Work::from(self.mantissa)) >> (self.exponent - 32)
    }

    /// The first picosecond at which it has received so much.
    #[cold]
    #[inline(never)]
    pub(super) fn time_of(&self, work: Work) -> u64 {
        let shift = self.exponent - 32;
        // What does not fit takes longer than the clock runs.
        let fits = work.leading_zeros() >= shift;
        let time = if fits { (work << shift).div_ceil(Work::from(self.mantissa)) } else { Work::MAX };
        u64::try_from(time).unwrap_or(u64::MAX)
    }

    /// How many requests together have no more than the rate when each has this share.
    pub(super) fn n_below(&self) -> u64 {
        let whole = if self.exponent < 128 { 1_u128 << self.exponent } else { u128::MAX };
        u64::try_from(whole / u128::from(self.mantissa)).unwrap_or(u64::MAX)
    }
}

/// The work of a number of tokens; saturates, beyond what any clock reaches.
#[inline]
fn work(tokens: u32, token: Work) -> Work {
    // Where a token takes less than 2^96 the product fits, and needs no check of 128 bits.
    if token >> 96 == 0 { Work::from(tokens) * token } else { Work::from(tokens).saturating_mul(token) }
}

/// One GPU's work under some timing.
pub(super) trait Executor {
    /// An idle GPU.
    fn new(costs: Costs) -> Self;

    /// A stage begins.
    fn begin(&mut self, stage: Stage, tokens: u32, ticket: Ticket, now: SimTime);

    /// When the next stage ends if nothing else begins; `NEVER` when idle.
    fn next_end(&self) -> SimTime;

    /// What the GPU takes for its work.
    fn costs(&self) -> &Costs;

    /// A stage that is over at `now`, each once; called until there is none.
    fn take_ended(&mut self, now: SimTime) -> Option<Ended>;

    /// How many are in a stage, those queued for a place in the batch included.
    fn n_in(&self, stage: Stage) -> usize;

    /// A stage is given up; nothing happens if it has ended already.
    fn cancel(&mut self, stage: Stage, ticket: Ticket, now: SimTime);
}
