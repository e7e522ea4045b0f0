//! The catalogue and what is predicted from it, against what is published and what was measured.

#[path = "support/data.rs"]
mod data;
#[path = "accuracy/latency.rs"]
mod latency;
#[path = "../benches/calibrate/measured.rs"]
#[expect(dead_code, reason = "the page of errors shows more of a server than tests look at")]
mod measured;
#[path = "accuracy/memory.rs"]
mod memory;
#[path = "accuracy/page.rs"]
mod page;
#[path = "accuracy/parameters.rs"]
mod parameters;
#[path = "../benches/calibrate/replay.rs"]
mod replay;
