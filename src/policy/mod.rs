//! Decisions: which request goes where and when.
//!
//! Each policy is one file beside the `mod.rs` that lists it. Policies see a [`view`] of the cluster and answer;
//! they own no engine state and draw only from the stream handed to them.

pub mod decode_routing;
pub mod eviction;
mod least;
pub mod memory_pressure;
pub mod preemption;
pub mod reservation;
pub mod routing;
pub mod scheduling;
pub mod view;
