//! What the commands that run cases share: files made ready to run, the cases that are selected, and what reports need
//! of their runs.
//!
//! Knows no command and none of their arguments but those that all of them take.

mod collect;
mod inputs;
mod load;
mod select;

pub(super) use collect::Collect;
pub(super) use inputs::inputs;
pub(super) use load::{Loaded, load, roots};
pub(super) use select::{Filter, Selected, WHAT_IS_A_CASE, every_case, select, select_groups};
