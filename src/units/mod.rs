//! Quantities: what a number measures, and the integers the engine counts in.
//!
//! A newtype per dimension keeps milliseconds from being added to bytes; [`Dimension`] and [`Unit`] are the
//! language's side of the same idea, where the dimension is known only at run time. Conversions happen twice:
//! coming in (analysis) and going out (report).

mod bytes;
mod dimension;
mod money;
mod rate;
mod ratio;
mod time;
mod tokens;
mod unit;

pub use bytes::Bytes;
pub use dimension::{Dimension, Quantity};
pub use money::UsdPerHour;
pub use rate::{Bandwidth, RequestRate, TokenRate};
pub use ratio::Ratio;
pub use time::{SimDuration, SimTime};
pub use tokens::Tokens;
pub use unit::{UNITS, Unit, unit, unit_elsewhere};
