//! The catalogue and what is predicted from it, against what is published and what was measured.

#[path = "support/data.rs"]
mod data;
#[path = "accuracy/memory.rs"]
mod memory;
#[path = "accuracy/parameters.rs"]
mod parameters;
#[path = "accuracy/servers.rs"]
mod servers;
