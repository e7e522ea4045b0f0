//! `kvs`: blank-separated rows, as in an inline trace.

use crate::model::Spec;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "kvs",
    summary: "blank-separated `id arrival_ms prompt gen [streaming]`, or the columns a `columns` row names; `#` comments",
    params: &[],
    simulated: true,
};
