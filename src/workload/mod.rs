//! Seeds in, requests out, lazily.
//!
//! Each workload draws from its own named random streams, so adding one moves no other. [`Traffic`] merges them in
//! arrival order. Invariant: memory does not grow with the number of requests.

pub mod arrivals;
pub mod formats;
pub mod lengths;
pub mod prefixes;
pub mod rates;
pub mod sessions;
mod traffic;

pub use traffic::{OpenTrace, Request, Traffic, TrafficError};

/// Arguments that are right one by one and do not fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// What was expected and found.
    pub message: String,
    /// What to type.
    pub help: String,
}
