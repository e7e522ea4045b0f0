//! The blocks of the language, a file each: the keys it holds, and how it is lowered to the model.
//!
//! No block reads another. `engine` is given the lowered cluster, whose GPUs decide the default of `batching`; `gpu` shares
//! the bound of bandwidths with `link`.

pub(in crate::analysis) mod cluster;
pub(in crate::analysis) mod engine;
pub(in crate::analysis) mod error;
pub(in crate::analysis) mod gpu;
pub(in crate::analysis) mod language_model;
pub(in crate::analysis) mod policy;
pub(in crate::analysis) mod run;
pub(in crate::analysis) mod trace;
pub(in crate::analysis) mod workload;
