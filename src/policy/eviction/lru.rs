//! `eviction lru`: the resident whose last touch lies furthest back.

use super::{Evictor, Touch};
use crate::model::{Choice, Spec};

pub(super) static SPEC: Spec = Spec {
    name: "lru",
    summary: "the least recently touched: admission, prefill start, decode start and handoff end are touches",
    params: &[],
    simulated: true,
};

pub(super) fn build(_choice: &Choice) -> Box<dyn Evictor> {
    Box::new(LeastRecentlyUsed)
}

struct LeastRecentlyUsed;

impl Evictor for LeastRecentlyUsed {
    fn renews(&self, _touch: Touch) -> bool {
        true
    }
}
