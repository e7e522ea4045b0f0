//! E08xx: failed expectations.

use super::CodeInfo;

pub(super) static CODES: &[CodeInfo] = &[];
