//! E04xx: workloads and traces.

use super::CodeInfo;

pub(super) static CODES: &[CodeInfo] = &[];
