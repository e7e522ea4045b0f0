//! `eviction lru`: the resident whose last touch lies furthest back.

use super::{Entry, Evictor, Touch};
use crate::model::{Choice, Spec};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "lru",
        "the least recently used: admission, prefill start, decode start and handoff end count as use",
    ),
    build,
};

fn build(_choice: &Choice) -> Box<dyn Evictor> {
    Box::new(LeastRecentlyUsed)
}

struct LeastRecentlyUsed;

impl Evictor for LeastRecentlyUsed {
    fn renews(&self, _touch: Touch) -> bool {
        true
    }
}
