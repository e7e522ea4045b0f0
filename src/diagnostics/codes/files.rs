//! E06xx: files and imports.

use super::CodeInfo;

pub(super) static CODES: &[CodeInfo] = &[];
