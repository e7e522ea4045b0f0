//! The figures of a trace: how its requests arrive, how long they are, what they share.
//!
//! Two passes: one for everything that can be summed up, one for what needs the first one's means and ranks.

mod arrivals;
mod batches;
mod lengths;
mod pairs;
mod prefixes;
mod profile;
mod recency;
mod windows;

pub use arrivals::{Arrivals, WINDOWS};
pub use batches::Batches;
pub use lengths::Lengths;
pub use pairs::{Pairs, Quartile};
pub use prefixes::{CAPACITIES, Held, Reuse};
pub use profile::Profile;

use super::{Requests, pass};
use crate::workload::TrafficError;
pub(crate) use arrivals::Counting;
use pairs::Pairing;
use prefixes::Reusing;

/// The figures of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    /// When requests come.
    pub arrivals: Arrivals,
    /// Prompt tokens.
    pub prompt: Lengths,
    /// Output tokens.
    pub output: Lengths,
    /// How the two go together.
    pub pairs: Pairs,
    /// What prompts share; `None` where the trace does not say.
    pub reuse: Option<Reuse>,
}

/// Measures a trace.
///
/// # Errors
/// When its requests cannot be read.
pub fn measure(requests: Requests<'_>) -> Result<Stats, TrafficError> {
    let mut counting = Counting::default();
    let (mut prompt, mut output) = (Lengths::default(), Lengths::default());
    let mut reusing = Reusing::new(&CAPACITIES);
    pass(requests, |request| {
        counting.add(request.arrival);
        prompt.add(request.prompt);
        output.add(request.output);
        if let Some(content) = request.content() {
            reusing.add(content);
        }
    })?;
    let mut pairing = Pairing::new(&prompt, &output);
    pass(requests, |request| pairing.add(request.prompt, request.output))?;
    let (arrivals, pairs, reuse) = (counting.finish(), pairing.finish(), reusing.finish());
    Ok(Stats { arrivals, prompt, output, pairs, reuse })
}
