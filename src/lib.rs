//! Capacity tests for LLM serving: scenarios in, verdicts out.
//!
//! A scenario travels through the modules in this order:
//!
//! ```text
//! text -> syntax -> analysis -> model -> workload + policy + engine -> metrics -> expect -> report
//! ```
//!
//! [`check`] runs that pipeline over a folder and compares with golden snapshots; [`cli`] is the only
//! module that prints or exits. `docs/ARCHITECTURE.md` tells the same story with its invariants.

pub mod units;

pub mod diagnostics;
pub mod dictionary;
pub mod digest;
pub mod host;
pub mod source;
pub mod statistics;

pub mod catalog;
pub mod import;
pub mod syntax;

pub mod analysis;
pub mod model;

pub mod engine;
pub mod min_tree;
pub mod policy;
pub mod rng;
pub mod trace;
pub mod workload;

pub mod expect;
pub mod metrics;

pub mod report;

pub mod search;

pub mod check;
pub mod cli;
