//! E00xx: text and syntax.

use super::CodeInfo;

pub(super) static CODES: &[CodeInfo] = &[];
