//! The catalogue: GPUs and models as blocks of the language itself, embedded.
//!
//! A prelude that every file can name and extend. No figures are in Rust; each one in the texts has its
//! source in a comment.

/// `gpus.kvs`.
pub const GPUS: &str = include_str!("gpus.kvs");

/// `models.kvs`.
pub const MODELS: &str = include_str!("models.kvs");

/// Name and text of each catalogue file, as diagnostics call them.
pub const FILES: &[(&str, &str)] = &[("<catalog>/gpus.kvs", GPUS), ("<catalog>/models.kvs", MODELS)];
