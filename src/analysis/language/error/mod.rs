//! Mistakes in what every block has in common: one function a mistake, with its code and its wording.

mod names;
mod statements;
mod strangers;
mod values;

pub(in crate::analysis) use names::*;
pub(in crate::analysis) use statements::*;
pub(in crate::analysis) use strangers::*;
pub(in crate::analysis) use values::*;
