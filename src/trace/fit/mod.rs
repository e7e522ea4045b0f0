//! A workload that is like a trace: written in the language, and compared with the trace by drawing from it.
//!
//! Rate, process and lengths are fitted one after the other: the rate in bins ([`rate`]), what the bins do not explain
//! of the unevenness by a process ([`process`]), lengths by tables, laws or pairs ([`lengths`]). What is fitted is the
//! text: every candidate is compiled and drawn from as any scenario. Invariant: the same trace gives the same text.

mod burst;
mod expected;
mod law;
mod lengths;
mod process;
mod rate;
mod simulate;
mod spread;
mod table;
mod write;

pub use simulate::{Compile, SEEDS, Simulated};
pub use write::{block, comparison};

use super::stats::{Arrivals, Batches, Counting, Lengths, Stats, measure};
use super::{Requests, pass};
use crate::rng::Streams;
use crate::units::SimTime;
use crate::workload::TrafficError;
use lengths::FittedLengths;
use process::Process;
use rate::{Binned, Rate};
use spread::Spread;

/// A fitted workload and how well it fits.
#[derive(Debug)]
pub struct Fit {
    /// How prompt and output are drawn.
    lengths: FittedLengths,
    rate: Rate,
    process: Process,
    /// What it was fitted to: arrivals spread where they came in batches.
    original: Arrivals,
    prompt: Lengths,
    output: Lengths,
    batches: Option<Batches>,
    simulated: Simulated,
}

/// Why nothing can be fitted.
#[derive(Debug)]
pub enum FitError {
    /// The trace cannot be read.
    Traffic(TrafficError),
    /// All its requests come in one instant, or there is only one.
    NoSpan {
        /// How many there are.
        requests: u64,
    },
    /// The workload would lie outside what the language or the generator takes; why.
    OutOfRange(String),
}

impl From<TrafficError> for FitError {
    fn from(error: TrafficError) -> FitError {
        FitError::Traffic(error)
    }
}

/// Fits a workload to the requests of a trace; with `with_pairs` lengths that depend on each other are drawn from a
/// file of pairs, which [`Fit::pairs`] holds.
///
/// # Errors
/// When the requests cannot be read or have no span, or when their rate is one that no workload can have.
pub fn fit(requests: Requests<'_>, compile: Compile<'_>, with_pairs: bool) -> Result<Fit, FitError> {
    let Stats { arrivals, prompt, output, pairs, reuse: _ } = measure(requests)?;
    if arrivals.rate_per_s.is_none() {
        return Err(FitError::NoSpan { requests: arrivals.n });
    }
    let batches = arrivals.batches;
    let spread = |each: &mut dyn FnMut(SimTime)| spread_pass(requests, batches, each);
    let original = match batches {
        Some(_) => {
            let mut counting = Counting::default();
            spread(&mut |at| counting.add(at))?;
            counting.finish()
        }
        None => arrivals,
    };
    let mut binned = Binned::new(original.span_s);
    spread(&mut |at| binned.add(at))?;
    let rate = binned.rate(&original);
    let mut gaps = process::Gaps::new(&rate);
    spread(&mut |at| gaps.add(at))?;
    let process = process::choose(&original, &rate, gaps.cv(), compile)?;
    let depend = lengths::depend(&pairs.quartiles, &output);
    let lengths = if depend && with_pairs {
        FittedLengths::Joint(lengths::pairs(requests, prompt.n())?)
    } else {
        lengths::separate(&prompt, &output, depend)
    };
    let text = write::workload(&rate, &process, &lengths, write::PAIRS_IN_MEMORY);
    let simulated = simulate::simulate(&text, lengths.pairs(), compile)?;
    Ok(Fit { lengths, rate, process, original, prompt, output, batches, simulated })
}

impl Fit {
    /// The file of pairs that goes with the block, where it needs one.
    #[must_use]
    pub fn pairs(&self) -> Option<&str> {
        self.lengths.pairs()
    }

    /// What drawing from the fit gave.
    #[must_use]
    pub fn simulated(&self) -> &Simulated {
        &self.simulated
    }

    /// The arrivals it was fitted to.
    #[must_use]
    pub fn original(&self) -> &Arrivals {
        &self.original
    }

    /// By which share the number of requests drawn differs from that recorded, where a reader should know: bursts that
    /// are few and long fall differently under every seed.
    #[must_use]
    pub fn requests_off(&self) -> Option<f64> {
        const WORTH_A_NOTE: f64 = 0.05;
        let off = self.simulated.requests / self.original.n as f64 - 1.0;
        (off.abs() > WORTH_A_NOTE).then_some(off)
    }

    /// The largest differences between the cumulative distributions of the trace's lengths and the fit's: prompt and
    /// output.
    #[must_use]
    pub fn distances(&self) -> (f64, f64) {
        (self.prompt.distance(&self.simulated.prompt), self.output.distance(&self.simulated.output))
    }
}

/// Arrivals in order, those of a batch spread over its tick.
fn spread_pass(
    requests: Requests<'_>,
    batches: Option<Batches>,
    each: &mut dyn FnMut(SimTime),
) -> Result<(), TrafficError> {
    let Some(batches) = batches else { return pass(requests, |request| each(request.arrival)) };
    // The same at every pass.
    let mut spread = Spread::new(batches, Streams::new(0).stream("trace.spread"), each);
    pass(requests, |request| spread.add(request.arrival))?;
    spread.finish();
    Ok(())
}
