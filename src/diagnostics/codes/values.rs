//! E02xx: values and units.

use super::CodeInfo;

pub(super) static CODES: &[CodeInfo] = &[];
