//! The analysis' diagnostics: one function a mistake, so that wording and codes stand together.

mod cluster;
mod definitions;
mod files;
mod names;
mod values;

pub(super) use cluster::*;
pub(super) use definitions::*;
pub(super) use files::*;
pub(super) use names::*;
pub(super) use values::*;
