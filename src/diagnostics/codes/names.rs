//! E01xx: names and structure.

use super::CodeInfo;

pub(super) static CODES: &[CodeInfo] = &[];
