//! What a GPU and a model are to each other: how much of its peaks the GPU attains, and how much memory is left.
//!
//! Knows no request and no step. Invariant: everything follows from the catalogue's figures and the one set of
//! attained shares in `attained`.

pub mod attained;
pub mod memory;
