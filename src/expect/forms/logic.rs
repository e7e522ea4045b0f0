//! `and`, `or`, `not` in three-valued logic: what has no data is neither true nor false.
//!
//! Value, limit and margin are those of the part that decides: where both must hold the tighter, where one suffices
//! the easier.

use super::Form;
use crate::expect::verdict::{Status, Verdict};

pub(super) static AND: Form =
    Form { name: "and", syntax: "C and D", summary: "both hold; the tighter one is shown" };

pub(super) static OR: Form =
    Form { name: "or", syntax: "C or D", summary: "one holds or both; the easier one is shown" };

pub(super) static NOT: Form =
    Form { name: "not", syntax: "not C", summary: "it does not hold; no data stays no data" };

/// One that fails decides, even beside one without data.
pub(super) fn and(left: Verdict, right: Verdict) -> Verdict {
    if right.is_worse_than(&left) { right } else { left }
}

/// One that holds decides, even beside one without data.
pub(super) fn or(left: Verdict, right: Verdict) -> Verdict {
    not(and(not(left), not(right)))
}

pub(super) fn not(verdict: Verdict) -> Verdict {
    let status = match verdict.status {
        Status::Pass => Status::Fail,
        Status::Fail => Status::Pass,
        Status::NoData => Status::NoData,
    };
    // Zero stays zero without a sign, which would print as `-0`.
    let margin = verdict.margin.map(|margin| 0.0 - margin);
    Verdict { status, margin, ..verdict }
}
