//! Seeds in, requests out, lazily.
//!
//! Each workload draws from its own named random streams, so adding one moves no other. [`Traffic`] merges them in
//! arrival order. Invariant: memory does not grow with the number of requests.

pub mod arrivals;
pub mod formats;
pub mod lengths;
pub mod rates;
mod traffic;

pub use traffic::{OpenTrace, Request, Traffic, TrafficError};
