//! Definitions of the metrics, verdicts and output formats, on runs written down event by event.
//!
//! No engine runs here: `fixture` tells the sinks what happened, so that every expected number can be checked by hand.

#[path = "metrics/fixture.rs"]
mod fixture;

#[path = "metrics/definitions.rs"]
mod definitions;
#[path = "metrics/formats.rs"]
mod formats;
#[path = "metrics/selections.rs"]
mod selections;
#[path = "metrics/verdicts.rs"]
mod verdicts;
