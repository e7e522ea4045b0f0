//! What arrives: laws of lengths and gaps against theory, traces against what is written in them.
//!
//! Seeds are fixed, so a statistical test passes always or never; its limit is one a right sampler passes 999 times
//! in 1,000.

#![allow(clippy::disallowed_methods, reason = "expected values may come from the platform's maths")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod ahead;
#[path = "../support/data.rs"]
mod data;
mod formats;
mod golden;
mod laws;
mod observed;
mod prefixes;
mod processes;
mod rates;
mod samples;
mod scenarios;
mod sessions;
mod traces;
mod traffic;
