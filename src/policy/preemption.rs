//! `preemption`: how running work is preempted under `batching continuous`.

use crate::model::Spec;

static RECOMPUTE: Spec = Spec::new(
    "recompute",
    "the request admitted last returns to the front of the queue and is prefilled again",
);

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    std::iter::once(&RECOMPUTE)
}
