//! E07xx: limits.

use super::CodeInfo;

pub(super) static CODES: &[CodeInfo] = &[];
