//! Scenario files to verdicts: discover, compile, run in parallel, judge, compare with snapshots, sum up.
//!
//! `kvs check` and `kvs run` are two views of [`run`]; nothing here prints, progress and results go to a
//! [`Listener`]. Invariant: results and their order depend on the inputs alone, never on the number of threads.

mod case_report;
mod compile;
mod crash;
mod discover;
mod execute;
mod explain;
mod failure;
mod golden;
mod group;
mod parallel;
mod partition;
mod plan;
mod points;
mod remembered;
mod result;
mod run;

pub use case_report::case_report;
pub use compile::{Compiled, Suite, compile, compile_all, compile_varied, compile_with};
pub use crash::{catch, install_crash_hook};
pub use discover::{Discovered, discover, folders};
pub use execute::{Executed, RunError, execute, execute_by, open_traces};
pub use failure::{plan_command, repeat_command};
pub use golden::{Golden, GoldenMode, Pending, Snapshots, case_folder, case_label, pending, snapshot_name};
pub use group::{Group, Member, groups};
pub use partition::Partition;
pub use points::{Objective, Points};
pub use remembered::Remembered;
pub use result::{CaseResult, Ending, Tally};
pub use run::{FinishedRun, Listener, NoRecorder, Options, Reads, Recorder, run};
