//! `trace …` to a workload: rows in the scenario, or a file that is read as it is replayed.
//!
//! Not for reading files: only what the scenario says about one is checked here.

mod error;
mod rows;

use super::choice::choose;
use super::context::Context;
use super::values::{self, Expected};
use crate::model::{Bound, TraceFile, Workload, WorkloadSource};
use crate::syntax::ast::{Statement, Trace, TraceBody};
use crate::units::{Dimension, Ratio, SimTime};
use crate::workload::formats;

/// What an unnamed trace is called.
pub(super) const UNNAMED: &str = "trace";
