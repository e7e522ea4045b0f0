//! E09xx: what the engine does not execute yet.

use super::CodeInfo;

pub(super) static CODES: &[CodeInfo] = &[];
