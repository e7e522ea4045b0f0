//! `eviction fifo`: the resident admitted longest ago.

use super::{Evictor, Touch};
use crate::model::{Choice, Spec};

pub(super) static SPEC: Spec =
    Spec { name: "fifo", summary: "the one admitted longest ago", params: &[], simulated: true };

pub(super) fn build(_choice: &Choice) -> Box<dyn Evictor> {
    Box::new(FirstInFirstOut)
}

struct FirstInFirstOut;

impl Evictor for FirstInFirstOut {
    fn renews(&self, touch: Touch) -> bool {
        touch == Touch::Admission
    }
}
