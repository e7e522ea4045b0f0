//! The engine against queueing theory: where a formula is known, the simulation must give it.
//!
//! Services are exponential, constant or log-normal by way of prompts, outputs are nothing; a GPU prefills a million tokens
//! a second so that rounding lengths to whole tokens changes nothing visible. Estimates come with a standard error, by
//! `estimate`, and a value must lie within three of it; seeds are fixed, so a test passes always or never. Each also
//! checks that its error is small enough to show something.

#[path = "theory/choices.rs"]
mod choices;
#[path = "theory/closed.rs"]
mod closed;
#[path = "theory/conservation.rs"]
mod conservation;
#[path = "theory/estimate.rs"]
mod estimate;
#[path = "theory/queues.rs"]
mod queues;
#[path = "theory/saturation.rs"]
mod saturation;
#[path = "theory/sharing.rs"]
mod sharing;

mod support;
