//! What several runs of one case say about its numbers: mean, interval, differences of pairs.
//!
//! Plain functions of numbers, knowing nothing of runs. All maths comes from libm, so that the last bit is the same on
//! every machine. Invariant: no result is a NaN.

mod spread;
mod student;

pub use spread::Spread;
pub use student::student_quantile;
