//! E05xx: expectations.

use super::CodeInfo;

pub(super) static CODES: &[CodeInfo] = &[];
