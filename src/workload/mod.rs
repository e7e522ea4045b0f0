//! Seeds in, requests out, lazily.
//!
//! Each workload draws from its own named random streams, so adding one moves no other. [`Traffic`] merges them in
//! arrival order. Invariant: memory does not grow with the number of requests.

mod ahead;
pub mod arrivals;
mod coming;
mod content;
mod files;
pub mod formats;
mod generated;
pub mod lengths;
pub mod prefixes;
pub mod rates;
mod replayed;
mod request;
pub mod sessions;
mod traffic;

pub use content::{Stretch, text_alone};
pub use request::{Particulars, Request};
pub use sessions::Turn;
pub use traffic::{Clamped, OpenTrace, Traffic, TrafficError};

use crate::model::{Arg, Choice};

/// The most requests a workload may be expected to have: beyond it no run would end.
pub const MAX_REQUESTS: f64 = 1e10;

/// Arguments that are right one by one and do not fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// What was expected and found.
    pub message: String,
    /// What to type.
    pub help: String,
}

impl Misfit {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Misfit {
        Misfit { message: message.into(), help: help.into() }
    }

    /// An argument that a choice cannot do without.
    fn missing(choice: &Choice, argument: &str) -> Misfit {
        let Choice { name, .. } = choice;
        Misfit::new(format!("`{name}` needs `{argument}`"), format!("add `{argument}` and its value"))
    }

    /// A choice no registry offers.
    fn unknown(what: &str, choice: &Choice) -> Misfit {
        let Choice { name, .. } = choice;
        Misfit::new(
            format!("expected the name of {what}, found `{name}`"),
            "see `kvs list` for the names there are",
        )
    }
}

/// The quantity of an argument, in base units.
fn number(choice: &Choice, argument: &str) -> Result<f64, Misfit> {
    choice.number(argument).ok_or_else(|| Misfit::missing(choice, argument))
}

/// The distribution nested in an argument.
fn nested<'a>(choice: &'a Choice, argument: &str) -> Result<&'a Choice, Misfit> {
    match choice.arg(argument) {
        Some(Arg::Choice(nested)) => Ok(nested),
        _ => Err(Misfit::missing(choice, argument)),
    }
}
