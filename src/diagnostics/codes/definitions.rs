//! E03xx: GPUs, models, clusters, policies.

use super::CodeInfo;

pub(super) static CODES: &[CodeInfo] = &[];
