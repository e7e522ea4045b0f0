//! What all blocks share: statements, their values, the parameters in force, and the wording of mistakes in them.
//!
//! Knows no block in particular. From the ground up: `text`, `paths` and `suggest`; `value`, `expected` and `table`;
//! `context`; `error`, which words mistakes; `values`, `cursor`, `choice` and `block`, which read; `definitions`.

pub(in crate::analysis) mod block;
pub(in crate::analysis) mod choice;
pub(in crate::analysis) mod context;
pub(in crate::analysis) mod cursor;
pub(in crate::analysis) mod definitions;
pub(in crate::analysis) mod error;
pub(in crate::analysis) mod expected;
pub(in crate::analysis) mod mode;
pub(in crate::analysis) mod paths;
pub(crate) mod suggest;
pub(in crate::analysis) mod table;
pub(in crate::analysis) mod text;
pub(in crate::analysis) mod value;
pub(in crate::analysis) mod values;
