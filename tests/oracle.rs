//! The engine against others: runs of the original simulator, and processor sharing in exact fractions.

#[path = "support/data.rs"]
mod data;
#[path = "oracle/original.rs"]
mod original;
#[path = "oracle/sharing.rs"]
mod sharing;

mod support;
