//! What the commands that run cases share: files made ready to run, the cases that are selected, and what reports need
//! of their runs.
//!
//! Knows no command and none of their arguments but those that all of them take.

mod collect;
mod inputs;
mod load;
mod select;
mod side_by_side;

pub(super) use collect::Collect;
pub(super) use inputs::inputs;
pub(super) use load::{Loaded, load, load_file, load_with_plan, roots};
pub(super) use select::{
    Filter, Selected, WHAT_IS_A_CASE, every_case, every_plain_case, select, select_groups,
};
pub(super) use side_by_side::{Done, SideBySide};
